"""The frames that leave this package: their columns, dtypes, order and Parquet bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from halfsky.data.columns import (
    AREA,
    EVIDENCE,
    LEVELS,
    MEASURES,
    OBSERVATIONS,
    SEX,
    STATUS,
    VALUE_TYPE,
    Table,
)

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

# Column -> pandas dtype, in the order of the frame.
DTYPES: dict[str, dict[str, str]] = {
    OBSERVATIONS.id: {
        "region": "str",
        "indicator": "str",
        "year": "int64",
        "sex": "str",
        "age": "str",
        "area": "str",
        "subarea": "str",
        "value": "float64",
        "numerator": "float64",
        "denominator": "float64",
        "unit": "str",
        "value_type": "str",
        "known_from": "Int64",
        "source": "str",
        "note": "str",
    },
    EVIDENCE.id: {
        "region": "str",
        "goal": "str",
        "target": "str",
        "date": "str",
        "document": "str",
        "issuer": "str",
        "level_claimed": "Int64",
        "rater": "str",
        "level": "Int64",
        "note": "str",
    },
    MEASURES.id: {
        "region": "str",
        "measure": "str",
        "department": "str",
        "year": "int64",
        "status": "str",
        "started": "str",
        "money_wan": "float64",
        "people": "float64",
        "note": "str",
    },
}


def frame(table: Table, records: Iterable[dict[str, Any]] = ()) -> pd.DataFrame:
    """Records as a frame of the table's dtypes, sorted by its key; empty without records."""
    dtypes = DTYPES[table.id]
    made = pd.DataFrame(list(records), columns=list(dtypes)).astype(dtypes)
    return made.sort_values(list(table.key), kind="stable", ignore_index=True)


def schema(table: Table) -> DataFrameSchema:
    """The contract of a processed frame: exact columns and dtypes, known codes, unique keys."""
    import pandera.pandas as pandera  # imported here: loading a checked frame does not need it

    coded: dict[str, list[Any]] = {
        "sex": list(SEX),
        "area": list(AREA),
        "value_type": list(VALUE_TYPE),
        "level": list(LEVELS),
        "level_claimed": list(LEVELS),
        "status": list(STATUS),
    }
    nullable = {"numerator", "denominator", "known_from", "level", "level_claimed"}
    nullable |= {"money_wan", "people"}
    columns = {
        name: pandera.Column(
            dtype,
            pandera.Check.isin(coded[name]) if name in coded else None,
            nullable=name in nullable,
        )
        for name, dtype in DTYPES[table.id].items()
    }
    return pandera.DataFrameSchema(columns, strict=True, ordered=True, unique=list(table.key))


# One thread: the frames are small, and a process that ends just after Arrow started its pool may
# be aborted by it ("terminate called without an active exception", about one time in forty).


def to_parquet(made: pd.DataFrame) -> bytes:
    """Parquet bytes; the same frame gives the same bytes."""
    buffer = io.BytesIO()
    pq.write_table(
        pa.Table.from_pandas(made, preserve_index=False, nthreads=1), buffer, compression="zstd"
    )
    return buffer.getvalue()


def from_parquet(table: Table, content: bytes) -> pd.DataFrame:
    """The frame that to_parquet wrote, with the table's dtypes."""
    read = pq.ParquetFile(io.BytesIO(content)).read(use_threads=False)
    return read.to_pandas(use_threads=False).astype(DTYPES[table.id])
