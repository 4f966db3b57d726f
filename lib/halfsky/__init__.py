"""halfsky: evaluate a county's Women's Development Plan, year by year."""

__version__ = "0.1.0"
