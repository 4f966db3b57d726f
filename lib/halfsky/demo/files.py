"""A district as the files that halfsky ingest reads: three CSV tables and the manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd

from halfsky.demo import District
from halfsky.plan import Plan

# A byte-order mark, as the return forms have: WPS and Excel then open the Chinese as it is.
ENCODING = "utf-8-sig"
_RENAMED = {"indicator": "indicator_id"}


def to_files(district: District, plan: Plan) -> dict[str, bytes]:
    """File name -> bytes, the same for the same district."""
    manifest = json.dumps(district.manifest, ensure_ascii=False, indent=1) + "\n"
    return {
        "observations.csv": _observations(district.observations, plan),
        "evidence.csv": _csv(district.evidence),
        "measures.csv": _csv(district.measures.assign(people=_whole(district.measures["people"]))),
        "manifest.json": manifest.encode("utf-8"),
    }


def _observations(frame: pd.DataFrame, plan: Plan) -> bytes:
    """Values with the decimals that the indicator is published with, source and publisher apart."""
    decimals: Mapping[str, int] = {i.id: i.decimals for i in plan.indicators.values()}
    printed = [
        f"{value:.{decimals[name]}f}"
        for value, name in zip(frame["value"], frame["indicator"], strict=True)
    ]
    parts = frame["source"].str.split(" · ", n=1, expand=True)
    written = frame.assign(
        value=printed,
        numerator=_whole(frame["numerator"]),
        denominator=_whole(frame["denominator"]),
        source_title=parts[0],
        publisher=parts[1],
    )
    return _csv(written.drop(columns="source").rename(columns=_RENAMED))


def _whole(numbers: pd.Series) -> pd.Series:
    return numbers.astype("Int64")


def _csv(frame: pd.DataFrame) -> bytes:
    return frame.to_csv(index=False, lineterminator="\n").encode(ENCODING)
