"""What the three filed tables look like: figures, evidence of milestones, progress of measures.

One definition serves reading, checking, the templates and the JSON schemas in params/schema/
(a test keeps those files in step). Headers may be written in English or in Chinese.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["text", "code", "integer", "number", "date", "label"]

SEX = {"total": ("合计", "总计", "不分性别"), "female": ("女", "女性"), "male": ("男", "男性")}
AREA = {
    "total": ("全部", "合计", "全域", "城乡"),
    "urban": ("城镇", "城市"),
    "rural": ("农村", "乡村"),
}
VALUE_TYPE = {
    "reported": ("公布", "填报"),
    "derived": ("推算",),
    "estimated": ("估计",),
}
STATUS = {"未启动": ("not_started",), "推进中": ("under_way",), "完成": ("已完成", "completed")}
LEVELS = (0, 1, 2, 3, 4)
FIRST_YEAR = 1990
DEFAULT_AGE = "total"
ALL_AGES = ("不分年龄", "合计", "全部", "total")  # ways to write it; the first on forms
DEFAULT_SUBAREA = "全区"


@dataclass(frozen=True)
class Column:
    """One column: its name, its Chinese header, whether the header must be there, its codes.

    `label` columns only help the reader; what stands in them is not kept.
    """

    id: str
    zh: str
    kind: Kind
    about: str
    required: bool = False
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def code(self, text: str) -> str | None:
        """The code a cell means, its Chinese synonyms included; None: no such code."""
        sought = text.strip().lower()
        for code, synonyms in self.codes.items():
            if sought == code.lower() or sought in synonyms:
                return code
        return None

    @property
    def code_list(self) -> str:
        """The codes as a message shows them."""
        return "、".join(
            f"{synonyms[0]}（{code}）" if code.isascii() else code
            for code, synonyms in self.codes.items()
        )


@dataclass(frozen=True)
class Table:
    """One of the three tables: file name, sheet name, columns, and the columns that identify a
    row. `content` are the columns that make a row more than a blank line of the template."""

    id: str
    zh: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    content: tuple[str, ...]

    def __getitem__(self, column: str) -> Column:
        return next(c for c in self.columns if c.id == column)

    def find(self, header: str) -> Column | None:
        """The column a header means, in either language."""
        sought = "".join(header.split()).lower()
        return next((c for c in self.columns if sought in (c.id, c.zh.lower())), None)


_REGION = Column("region", "地区", "code", "地区编号或名称，须与所在文件夹一致")
_DEPARTMENT_LABEL = Column("department", "责任部门", "label", "负责填报的部门（只供阅读）")

OBSERVATIONS = Table(
    id="observations",
    zh="观测值",
    key=("region", "indicator", "year", "sex", "age", "area", "subarea"),
    content=("value", "numerator", "denominator"),
    columns=(
        _DEPARTMENT_LABEL,
        Column("domain", "领域", "label", "指标所属领域（只供阅读）"),
        Column("plan_goal", "规划目标", "label", "用到这一指标的规划目标（只供阅读）"),
        Column("indicator_id", "指标编号", "text", "规划参数中的指标编号", required=True),
        Column("indicator_zh", "指标名称", "label", "指标的中文名称（只供阅读）"),
        Column("region", "地区", "code", _REGION.about, required=True),
        Column("year", "年份", "integer", "数值所属年份，四位数", required=True),
        Column("sex", "性别", "code", "性别", required=True, codes=SEX),
        Column("age", "年龄", "text", "年龄段，如 35-64；空白或 不分年龄 即 total"),
        Column("area", "城乡", "code", "城乡", required=True, codes=AREA),
        Column("subarea", "片区", "text", "乡镇、街道等片区；空白即 全区"),
        Column("value", "数值", "number", "数值；未统计请留空，不写0", required=True),
        Column("unit", "单位", "text", "计量单位，须与指标一致", required=True),
        Column("numerator", "分子", "number", "计算数值所用的分子"),
        Column("denominator", "分母", "number", "计算数值所用的分母"),
        Column("direction", "方向", "label", "指标的方向（只供阅读，以规划参数为准）"),
        Column("value_type", "数值类型", "code", "数值类型", required=True, codes=VALUE_TYPE),
        Column("known_from", "可知年份", "integer", "推算值由哪一年发布的数据算出"),
        Column("source_title", "来源", "text", "报表、公报或文件的名称", required=True),
        Column("publisher", "发布单位", "text", "发布或填报单位"),
        Column("source_url", "网址", "text", "来源的网址"),
        Column("note", "备注", "text", "口径、更正等说明；更正已填数值时以“更正”开头"),
        Column("last_filed", "最近已填报", "label", "最近一次已填报的数值（只供阅读）"),
        Column("definition", "指标定义", "label", "指标定义（只供阅读）"),
    ),
)

EVIDENCE = Table(
    id="evidence",
    zh="佐证材料",
    key=("target", "date", "document", "rater"),
    content=("date", "document", "issuer", "level_claimed", "rater", "level"),
    columns=(
        _DEPARTMENT_LABEL,
        Column("goal", "目标编号", "text", "规划目标编号", required=True),
        Column("target", "子目标编号", "text", "里程碑型子目标编号", required=True),
        Column("clause", "规划原文", "label", "子目标在规划中的原文（只供阅读）"),
        Column("wanted", "需要的材料", "label", "需要什么佐证材料（只供阅读）"),
        _REGION,
        Column("date", "日期", "date", "文件日期，如 2024-06-30", required=True),
        Column("document", "文件名称", "text", "文件名称和文号", required=True),
        Column("issuer", "发文单位", "text", "发文单位", required=True),
        Column("level_claimed", "自评等级", "integer", "部门自评等级，0—4", required=True),
        Column("rater", "评定人", "text", "评定人", required=True),
        Column("level", "评定等级", "integer", "评定等级，0—4；尚未评定请留空", required=True),
        Column("note", "备注", "text", "说明"),
    ),
)

MEASURES = Table(
    id="measures",
    zh="措施进展",
    key=("measure", "department", "year"),
    content=("status", "started", "money_wan", "people", "note"),
    columns=(
        Column("measure", "措施编号", "text", "策略措施编号", required=True),
        Column("serves", "服务目标", "label", "措施所服务的规划目标（只供阅读）"),
        Column("title", "措施", "label", "策略措施的标题（只供阅读）"),
        _REGION,
        Column("department", "责任部门", "text", "责任部门", required=True),
        Column("year", "年份", "integer", "进展所属年份", required=True),
        Column("status", "进展", "code", "进展", required=True, codes=STATUS),
        Column("started", "启动时间", "date", "启动时间，如 2022、2022-03 或 2022-03-15"),
        Column("money_wan", "投入资金（万元）", "number", "当年投入资金，万元"),
        Column("people", "惠及人数", "number", "当年惠及人数"),
        Column("note", "备注", "text", "说明"),
    ),
)

TABLES = {table.id: table for table in (OBSERVATIONS, EVIDENCE, MEASURES)}


def json_schema(table: Table) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of one row of a table; a blank cell is null.

    Codes are the English ones that halfsky keeps; the Chinese synonyms stand in the description.
    """
    properties: dict[str, Any] = {}
    for column in table.columns:
        entry: dict[str, Any] = {"title": column.zh, "description": column.about}
        if column.codes:
            entry["enum"] = [*column.codes, None]
            entry["description"] += f"：{column.code_list}"
        elif column.id in ("level", "level_claimed"):
            entry["enum"] = [*LEVELS, None]
        elif column.kind == "integer":
            entry |= {"type": ["integer", "null"], "minimum": FIRST_YEAR}
        elif column.kind == "number":
            entry["type"] = ["number", "null"]
        elif column.id == "started":
            entry |= {"type": ["string", "null"], "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"}
        elif column.kind == "date":
            entry |= {"type": ["string", "null"], "pattern": r"^\d{4}-\d{2}-\d{2}$"}
        else:
            entry["type"] = ["string", "null"]
        properties[column.id] = entry
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{table.id}：{table.zh}",
        "description": f"{table.id}.csv 的一行。空白单元格为 null。",
        "type": "object",
        "properties": properties,
        "required": [c.id for c in table.columns if c.required],
        "additionalProperties": False,
    }
