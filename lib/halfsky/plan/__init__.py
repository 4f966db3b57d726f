"""The plan as data: goals, targets, indicators, measures, regions, thresholds.

Reads params/ and nothing else; imports nothing else from halfsky.
"""

from halfsky.plan.errors import (
    DataError,
    HalfskyError,
    InputError,
    ParameterError,
    PlanError,
    Problem,
    tr,
)
from halfsky.plan.load import DEFAULT_PLAN, load_plan, load_region, load_regions, load_units
from halfsky.plan.models import (
    Break,
    DomainFile,
    Goal,
    Indicator,
    Measure,
    Plan,
    Preamble,
    Region,
    Target,
    Unit,
)

__all__ = [
    "DEFAULT_PLAN",
    "Break",
    "DataError",
    "DomainFile",
    "Goal",
    "HalfskyError",
    "Indicator",
    "InputError",
    "Measure",
    "ParameterError",
    "Plan",
    "PlanError",
    "Preamble",
    "Problem",
    "Region",
    "Target",
    "Unit",
    "load_plan",
    "load_region",
    "load_regions",
    "load_units",
    "tr",
]
