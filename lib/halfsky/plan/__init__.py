"""The plan as data: goals, targets, indicators, measures, regions, thresholds.

Reads params/ and nothing else; imports nothing else from halfsky. The names below are imported
when they are first used (PEP 562): a help text or a message needs no validation library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from halfsky.plan.errors import DataError as DataError
    from halfsky.plan.errors import HalfskyError as HalfskyError
    from halfsky.plan.errors import InputError as InputError
    from halfsky.plan.errors import ParameterError as ParameterError
    from halfsky.plan.errors import PlanError as PlanError
    from halfsky.plan.errors import Problem as Problem
    from halfsky.plan.errors import tr as tr
    from halfsky.plan.load import DEFAULT_PLAN as DEFAULT_PLAN
    from halfsky.plan.load import load_plan as load_plan
    from halfsky.plan.load import load_region as load_region
    from halfsky.plan.load import load_regions as load_regions
    from halfsky.plan.load import load_units as load_units
    from halfsky.plan.models import Break as Break
    from halfsky.plan.models import DomainFile as DomainFile
    from halfsky.plan.models import Goal as Goal
    from halfsky.plan.models import Indicator as Indicator
    from halfsky.plan.models import Measure as Measure
    from halfsky.plan.models import Plan as Plan
    from halfsky.plan.models import Preamble as Preamble
    from halfsky.plan.models import Region as Region
    from halfsky.plan.models import Target as Target
    from halfsky.plan.models import Unit as Unit

# Public name -> the module that defines it; mypy and editors read the imports above.
_EXPORTS = {
    "Break": "halfsky.plan.models",
    "DEFAULT_PLAN": "halfsky.plan.load",
    "DataError": "halfsky.plan.errors",
    "DomainFile": "halfsky.plan.models",
    "Goal": "halfsky.plan.models",
    "HalfskyError": "halfsky.plan.errors",
    "Indicator": "halfsky.plan.models",
    "InputError": "halfsky.plan.errors",
    "Measure": "halfsky.plan.models",
    "ParameterError": "halfsky.plan.errors",
    "Plan": "halfsky.plan.models",
    "PlanError": "halfsky.plan.errors",
    "Preamble": "halfsky.plan.models",
    "Problem": "halfsky.plan.errors",
    "Region": "halfsky.plan.models",
    "Target": "halfsky.plan.models",
    "Unit": "halfsky.plan.models",
    "load_plan": "halfsky.plan.load",
    "load_region": "halfsky.plan.load",
    "load_regions": "halfsky.plan.load",
    "load_units": "halfsky.plan.load",
    "tr": "halfsky.plan.errors",
}

__all__ = list(_EXPORTS)


def __getattr__(name: str) -> Any:
    """A public name, from its module."""
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    exported = globals()[name] = getattr(import_module(_EXPORTS[name]), name)
    return exported


def __dir__() -> list[str]:
    return sorted({*globals(), *_EXPORTS})
