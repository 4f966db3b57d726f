"""The documents that section 四 of the plan orders, and what goes with them."""

from halfsky.report.documents.evaluation import evaluation_report
from halfsky.report.documents.monitoring import monitoring_report

__all__ = ["evaluation_report", "monitoring_report"]
