"""The JSON schemas in params/schema/ say what the code checks."""

from __future__ import annotations

import csv
import json
from typing import Any

import jsonschema
import pytest

from halfsky.data.columns import OBSERVATIONS, SEX, TABLES, Column, Table, json_schema

from .conftest import REPO


@pytest.mark.parametrize("table", TABLES.values(), ids=list(TABLES))
def test_schema_files_are_in_step(table: Table) -> None:
    path = REPO / "params" / "schema" / f"{table.id}.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    assert schema == json_schema(table)
    jsonschema.Draft202012Validator.check_schema(schema)


def _typed(column: Column, text: str) -> Any:
    if text == "":
        return None
    return {"integer": int, "number": float}.get(column.kind, str)(text)


@pytest.mark.parametrize("region", ["CN", "jilin", "changchun", "jiutai"])
def test_published_rows_satisfy_the_schema(region: str) -> None:
    check = jsonschema.Draft202012Validator(json_schema(OBSERVATIONS))
    path = REPO / "data" / "raw" / region / "observations.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    for row in rows:
        check.validate({name: _typed(OBSERVATIONS[name], text) for name, text in row.items()})


def test_schema_refuses_an_unknown_code() -> None:
    check = jsonschema.Draft202012Validator(json_schema(OBSERVATIONS))
    row = dict.fromkeys(c.id for c in OBSERVATIONS.columns)
    check.validate(row)
    assert not check.is_valid({**row, "sex": "妇女"})
    assert not check.is_valid({**row, "colour": "red"})


@pytest.mark.parametrize(
    ("text", "code"), [("女", "female"), ("Female", "female"), (" 合计 ", "total"), ("妇", None)]
)
def test_codes_in_both_languages(text: str, code: str | None) -> None:
    assert OBSERVATIONS["sex"].code(text) == code


@pytest.mark.parametrize("header", ["指标编号", "indicator_id", " Indicator_ID ", "指标 编号"])
def test_headers_in_both_languages(header: str) -> None:
    column = OBSERVATIONS.find(header)
    assert column is not None
    assert column.id == "indicator_id"


def test_no_synonym_means_two_codes() -> None:
    for table in TABLES.values():
        for column in table.columns:
            words = [w for code, also in column.codes.items() for w in (code, *also)]
            assert len(words) == len(set(words)), (table.id, column.id)
    assert OBSERVATIONS["sex"].codes == SEX
