"""Runs the notebooks with papermill and publishes what they show."""

from halfsky.run.build import RunFailed, RunReport, run_year

__all__ = ["RunFailed", "RunReport", "run_year"]
