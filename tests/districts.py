"""Synthetic districts by seed, each made once in a process: nobody changes one."""

from __future__ import annotations

from functools import cache

from halfsky.demo import District, district
from halfsky.plan import load_plan


@cache
def district_of(seed: int, *, with_stories: bool = True, townships: int | None = None) -> District:
    """The plan's district; townships: as many as by default unless given."""
    more = {} if townships is None else {"townships": townships}
    return district(load_plan(), seed=seed, with_stories=with_stories, **more)
