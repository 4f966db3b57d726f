"""The evidence rubric and two raters' agreement."""

from __future__ import annotations

import pandas as pd
import pytest

from halfsky.evaluate import milestone


def evidence(*rows: tuple) -> pd.DataFrame:
    columns = ["target", "date", "document", "rater", "level"]
    return pd.DataFrame(list(rows), columns=columns)


def test_of_two_raters_the_lower_level_counts():
    filed = evidence(
        ("a", "2024-03-01", "区政办发〔2024〕3号", "甲", 4),
        ("a", "2024-03-01", "区政办发〔2024〕3号", "乙", 3),
    )
    row = milestone.levels(filed, ["a"]).df.iloc[0]
    assert row["level"] == 3
    assert row["is_disputed"]
    assert row["documents"] == 1, "one document, judged twice"


def test_a_raters_newer_rating_replaces_the_older():
    filed = evidence(("a", "2022-01-01", "甲文", "甲", 1), ("a", "2024-01-01", "乙文", "甲", 3))
    assert milestone.levels(filed, ["a"]).df.iloc[0]["level"] == 3


def test_without_a_dated_document_nothing_is_rated():
    filed = evidence(("a", None, "文件", "甲", 4), ("b", "2024-01-01", " ", "甲", 4))
    assert [row.level for row in milestone.levels(filed, ["a", "b"])] == [None, None]


def test_kappa_is_not_printed_under_twenty_targets():
    filed = evidence(
        *[(f"t{i}", "2024-01-01", "文", r, i % 5) for i in range(19) for r in ("甲", "乙")]
    )
    found = milestone.agreement(filed)
    assert (found.n, found.share_equal, found.kappa) == (19, 1.0, None)


def test_kappa_is_one_for_equal_raters_and_lower_for_a_far_miss():
    same = [(f"t{i}", "2024-01-01", "文", r, i % 5) for i in range(20) for r in ("甲", "乙")]
    assert milestone.agreement(evidence(*same)).kappa == pytest.approx(1.0)
    near, far = list(same), list(same)
    near[1] = (*near[1][:4], 1)  # target t0: 0 against 1
    far[1] = (*far[1][:4], 4)  # target t0: 0 against 4
    kappa_near = milestone.agreement(evidence(*near)).kappa
    kappa_far = milestone.agreement(evidence(*far)).kappa
    assert kappa_far < kappa_near < 1


def test_one_level_only_has_no_kappa():
    filed = evidence(
        *[(f"t{i}", "2024-01-01", "文", r, 3) for i in range(25) for r in ("甲", "乙")]
    )
    assert milestone.agreement(filed).kappa is None


def test_a_rater_who_gives_one_level_only_leaves_no_kappa():
    filed = evidence(
        *[(f"t{i}", "2024-01-01", "文", "甲", 0) for i in range(25)],
        *[(f"t{i}", "2024-01-01", "文", "乙", int(i < 5)) for i in range(25)],
    )
    found = milestone.agreement(filed)
    assert (found.share_equal, found.kappa) == (0.8, None)
