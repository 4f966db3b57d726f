"""From an executed notebook to one file of HTML that a committee can read, print and keep."""

from halfsky.report.nbhtml.export import ReportExporter, to_html

__all__ = ["ReportExporter", "to_html"]
