"""Lines of a series chart: no line runs through women and men, or town and country, at once."""

from __future__ import annotations

import pandas as pd
import pytest

from halfsky.report.sections.series import by_groups


def figures(*rows):
    return pd.DataFrame(rows, columns=["year", "sex", "area", "value"])


TOTAL = (2022, "total", "total", 12.9)
WOMEN, MEN = (2022, "female", "total", 11.0), (2022, "male", "total", 14.8)
TOWN, COUNTRY = (2022, "total", "urban", 16.0), (2022, "total", "rural", 8.0)
COUNTRYWOMEN = (2022, "female", "rural", 7.0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([TOTAL], {"": ["合计"]}, id="one line"),
        pytest.param([COUNTRYWOMEN], {"": ["合计"]}, id="one group: the name says whose"),
        pytest.param([TOTAL, WOMEN, MEN], {"": ["合计", "女", "男"]}, id="by sex"),
        pytest.param([TOWN, COUNTRY], {"": ["城镇", "农村"]}, id="by area"),
        pytest.param(
            [TOTAL, WOMEN, MEN, TOWN, COUNTRY, COUNTRYWOMEN],
            {"（分男女）": ["合计", "女", "男"], "（分城乡）": ["合计", "城镇", "农村"]},
            id="by both: two panels, without the countrywomen",
        ),
    ],
)
def test_every_line_is_of_one_group(rows, expected):
    made = by_groups(figures(*rows))
    assert {by: list(part["group"]) for by, part in made.items()} == expected
    for part in made.values():
        assert not part.duplicated(["group", "year"]).any()
