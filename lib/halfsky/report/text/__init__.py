"""Every sentence of a report: in YAML beside this module, filled with figures here.

A file holds groups of phrases, a phrase is a Jinja2 template of plain text; whoever puts it on a
page escapes it there.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from halfsky.plan.yaml_text import parse_yaml
from halfsky.report import numbers

VARIANTS = "prose.yaml"  # sentences that are said in several ways: text.prose


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Jinja2 with the number filters, strict about missing names; plain text, no escaping."""
    env = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.filters.update(
        q=numbers.quantity,
        d=numbers.difference,
        gap=numbers.gap,
        chance=numbers.chance,
        headcount=numbers.headcount,
        lim=numbers.limit,
        n=numbers.number,
        pct=numbers.percent,
        yr=numbers.year,
        signed=numbers.signed,
        span=numbers.span,
        times=numbers.many_times,
        joined=numbers.joined,
        money=numbers.money,
    )
    env.globals["known"] = numbers.is_known
    return env


@lru_cache(maxsize=1)
def _groups() -> dict[str, dict[str, str]]:
    """The phrases of every file, by group and key.

    Raises:
        ValueError: two files hold a group of one name.
    """
    groups: dict[str, dict[str, str]] = {}
    folder = resources.files("halfsky.report.text")
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".yaml") or file.name == VARIANTS:
            continue
        for group, phrases in parse_yaml(file.read_text(encoding="utf-8")).items():
            if group in groups:
                raise ValueError(f"{file.name}: the group {group} stands in another file, too")
            groups[group] = phrases
    return groups


@cache
def template(group: str, key: str) -> Template:
    """One phrase, compiled when it is first used."""
    return environment().from_string(_groups()[group][key])


def has_phrase(group: str, key: str) -> bool:
    """Is there a phrase of this key in a group?"""
    return key in _groups()[group]


def phrase(group: str, key: str, **values: Any) -> str:
    """One phrase, filled."""
    return template(group, key).render(**values)
