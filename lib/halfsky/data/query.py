"""Which figures are there? The processed figures and the plan's scheme, to be asked in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from halfsky.data.columns import TABLES
from halfsky.data.ingest import fresh_frame
from halfsky.plan import Plan, load_regions, load_units
from halfsky.plan.scheme import scheme
from halfsky.plan.thresholds import load_thresholds

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def database(plan: Plan) -> DuckDBPyConnection:
    """Every region's figures in one DuckDB database, in memory: nothing asked of it can be lost.

    Tables: observations, evidence, measures (as data.load_* returns them, all regions and
    years), targets (plan.scheme, one row per target) and indicators (id, name, unit, domain,
    direction, kind, role).

    Raises:
        DataError: some region's raw files are wrong.
    """
    import duckdb  # imported here: only analysts ask in SQL

    tables = {
        name: pd.concat([fresh_frame(region, name, plan) for region in load_regions()])
        for name in TABLES
    }
    tables["targets"] = scheme(plan, load_thresholds(), load_units())
    tables["indicators"] = pd.DataFrame(
        [
            {"domain": plan.domain_of_indicator[i.id]}
            | {name: getattr(i, name) for name in ("id", "name", "unit", "direction", "kind")}
            | {"role": i.role}
            for i in plan.indicators.values()
        ]
    )
    connection = duckdb.connect(":memory:")
    for name, frame in tables.items():
        connection.register("frame", frame)
        connection.execute(f"create table {name} as select * from frame")  # our own names only
        connection.unregister("frame")
    return connection
