"""Invented frames for charts and pages: realistic shapes, no real figures."""

from __future__ import annotations

import numpy as np
import pandas as pd

DOMAINS = {
    "健康": 10, "教育": 10, "经济": 10, "参与决策和管理": 11,
    "社会保障": 9, "家庭建设": 9, "环境": 9, "法律": 9,
}  # fmt: skip
SLUGS = (
    "health",
    "education",
    "economy",
    "decision",
    "social_security",
    "family",
    "environment",
    "law",
)
STATUSES = ("达标", "基本达标", "未达标", "不可判", "未填报")
OUTLOOKS = ("很有把握", "较有把握", "难以判断", "较难完成", "很难完成", "无法预测")
DATA = ("充分", "趋势不足", "滞后", "缺项")


def goals(seed: int = 1) -> pd.DataFrame:
    """77 goals with every status, outlook and data word among them."""
    rng = np.random.default_rng(seed)
    rows = []
    for (domain, count), slug in zip(DOMAINS.items(), SLUGS, strict=True):
        for number in range(1, count + 1):
            status = STATUSES[rng.choice(5, p=[0.25, 0.1, 0.2, 0.05, 0.4])]
            missing = status == "未填报"
            rows.append(
                {
                    "goal": f"{slug}-{number}",
                    "domain": domain,
                    "status": status,
                    "outlook": "无法预测" if missing else OUTLOOKS[rng.integers(6)],
                    "data": "缺项" if missing else DATA[rng.integers(3)],
                }
            )
    return pd.DataFrame(rows)


LONG_NAME = "孕产妇艾滋病、梅毒和乙肝检测率（以助产机构报告的产妇数为分母，含流动人口）"
_TARGETS = [
    # id, name, unit, direction, comparator, baseline, threshold, values from 2015 on, decimals
    ("health-2.1", "孕产妇死亡率", "1/10万", "lower_better", "<=", 16.9, 12,
     [20.1, 19.9, 19.6, 18.3, 17.8, 16.9, 16.1, 15.7, 15.1, 14.3], 1),
    ("education-2.1", "九年义务教育巩固率", "%", "higher_better", ">=", 95.2, 99,
     [93.0, 93.4, 93.8, 94.2, 94.8, 95.2, 95.4, 95.5, 95.7, 95.9], 1),
    ("environment-4.1", "农村自来水普及率", "%", "higher_better", ">=", 83, 95,
     [76, 79, 80, 81, 82, 83, 84, 87, 90, 94], 0),
    ("decision-7.1", "村民委员会成员中女性比例", "%", "higher_better", ">=", 24.2, 30,
     [22.9, 22.5, 23.1, 24.0, 23.9, 24.2], 1),
    ("health-5.2", LONG_NAME, "%", "higher_better", ">=", 99.1, 98,
     [None] * 6 + [99.2, 99.4, 99.3, 99.5], 1),
    ("economy-5.1", "城镇单位就业人员中女性比例", "%", "higher_better", ">=", 40.4, 40,
     [None] * 7 + [39.8, 40.1, 39.9], 1),
    ("social-1.1", "参加生育保险的女性人数", "万人", "higher_better", ">=", None, None,
     [None] * 9 + [10562], 0),
    ("law-3.1", "每万名妇女中家庭暴力告诫书数", "件/万人", "lower_better", "<=", 2.1, 1.5,
     [None] * 8 + [2.4, 2.8], 2),
    ("family-4.1", "婚前医学检查率", "%", "higher_better", ">=", 61.2, 70,
     [None] * 4 + [62.4, 61.2, 58.1, 55.9, 54.0, 50.2], 1),
]  # fmt: skip
_STATUS = ("未达标", "未达标", "基本达标", "未填报", "达标", "达标", "未填报", "未达标", "不可判")


def targets() -> pd.DataFrame:
    """Targets of all kinds: lower and higher is better, met at the baseline, short, stale."""
    rows = []
    for place, (
        name,
        label,
        unit,
        direction,
        comparator,
        baseline,
        threshold,
        values,
        decimals,
    ) in enumerate(_TARGETS):
        known = [(2015 + i, v) for i, v in enumerate(values) if v is not None]
        year, value = known[-1]
        to_go = None if baseline is None or threshold is None else threshold - baseline
        forward = to_go is not None and (to_go > 0) == (direction == "higher_better") and to_go
        n = len(known)
        rows.append(
            {
                "target": name, "goal": name.split(".")[0], "name": label, "domain": "健康",
                "type": "reach", "unit": unit, "direction": direction, "value": value,
                "value_year": year, "baseline": baseline,
                "baseline_year": None if baseline is None else 2020,
                "threshold": threshold, "comparator": comparator,
                "completion_pct": 100 * (value - baseline) / to_go if forward else None,
                "elapsed_pct": 10 * (year - 2020) if forward else None,
                "status": _STATUS[place],
                "outlook": OUTLOOKS[place % 5] if n >= 3 and threshold else "无法预测",
                "data": "充分" if n >= 5 else "趋势不足",
                "p_met": (0.93, 0.7, 0.5, 0.2, 0.05)[place % 5] if n >= 3 and threshold else None,
                "n": n, "decimals": decimals,
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    for column in (
        "baseline",
        "baseline_year",
        "threshold",
        "completion_pct",
        "elapsed_pct",
        "p_met",
    ):
        frame[column] = frame[column].astype(float)
    return frame


def observations() -> pd.DataFrame:
    """The targets' histories; 婚前医学检查率 has a definition break in 2021."""
    rows = []
    for name, *_, values, _decimals in _TARGETS:
        for i, value in enumerate(values):
            if value is not None:
                in_use = not (name == "family-4.1" and 2015 + i < 2021)
                rows.append({"target": name, "year": 2015 + i, "value": value, "in_use": in_use})
    return pd.DataFrame(rows)


def forecasts() -> pd.DataFrame:
    """Drift with widening bands for every target with at least three points."""
    rows = []
    for name, *_, values, _decimals in _TARGETS:
        known = [(2015 + i, v) for i, v in enumerate(values) if v is not None]
        if len(known) < 3:
            continue
        (first, a), (last, b) = known[0], known[-1]
        slope, scale = (b - a) / (last - first), abs(b) * 0.012
        for year in range(last + 1, 2031):
            h = year - last
            point = b + slope * h
            rows.append(
                {
                    "target": name, "year": year, "point": point,
                    "lo80": point - 1.3 * scale * h**0.7, "hi80": point + 1.3 * scale * h**0.7,
                    "lo95": point - 2.4 * scale * h**0.7, "hi95": point + 2.4 * scale * h**0.7,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def warnings() -> pd.DataFrame:
    """Warnings of four of the five families."""
    rows = [("预计完成困难", "红色")] * 4 + [("预计完成困难", "黄色")] * 3 + [("恶化", "红色")]
    rows += [("异常", "黄色")] * 2 + [("数据", "提示")] * 9
    return pd.DataFrame(rows, columns=["family", "severity"])


def gaps(dimension: str = "sex") -> pd.DataFrame:
    """Two groups in the baseline year and now: several units, one without a baseline."""
    rows = [
        ("人均预期寿命", "岁", 1, 2020, 2024, 80.6, 75.1, 81.0, 75.7),
        ("每日家务劳动时间", "分钟/日", 0, 2018, 2024, 129, 45, 117, 54),
        ("劳动参与率", "%", 1, 2018, 2024, 61.5, 74.1, 60.6, 72.9),
        ("高中阶段教育毛入学率（含中等职业教育）", "%", 1, 2018, 2024, 92.0, 91.5, 95.0, 94.5),
        ("体质测定标准合格比例", "%", 1, None, 2024, None, None, 92.1, 92.1),
    ]
    columns = ["name", "unit", "decimals", "base_year", "year"]
    columns += ["first_base", "second_base", "first", "second"]
    return pd.DataFrame(rows, columns=columns).assign(dimension=dimension)


def run(region: str, role: str, year: int, seed: int = 1) -> dict[str, object]:
    """results.json of an invented run, with what the runner adds for the portal."""
    names = {"jiutai": "九台区", "CN": "全国", "demo": "合成示范区"}
    banners = {
        "evaluated": None,
        "reference": "参照数据：以九台区规划目标对照公布数据，不构成对该地区的评估",
        "synthetic": "合成数据：仅用于演示，不代表任何真实地区",
    }
    wall = goals(seed)
    counts = wall["status"].value_counts()
    rates = {
        key: int(counts.get(word, 0))
        for key, word in zip(
            ("met", "basically", "unmet", "undecidable", "missing"), STATUSES, strict=True
        )
    }
    titles = [d if d.startswith("参与") else f"与{d}" for d in DOMAINS]
    domains = {slug: f"妇女{title}" for slug, title in zip(SLUGS, titles, strict=True)}
    pages = [{"file": "00_overview.html", "title": "总览"}]
    pages += [
        {"file": f"{i:02d}_{slug}.html", "title": title}
        for i, (slug, title) in enumerate(domains.items(), 1)
    ]
    clause = "孕产妇死亡率控制在12/10万以下，母婴传播率下降到2%以下，城乡差距明显缩小"
    return {
        "schema": 1, "region": region, "role": role, "year": year,
        "phase": None if role == "reference" else "中期评估" if year == 2025 else "年度监测",
        "plan": "jiutai_2021_2030", "plan_name": "九台区妇女发展规划（2021—2030年）",
        "region_name": names[region], "region_short": names[region], "banner": banners[role],
        "folder": f"{region}/{year}", "pages": pages,
        "domain_names": dict(zip(SLUGS, DOMAINS, strict=True)),
        "names": dict.fromkeys(wall["goal"], "妇女全生命周期享有良好的卫生健康服务"),
        "indicators": {"maternal_mortality": "孕产妇死亡率"},
        "generated": "2026年11月24日",
        "rates": {**rates, "assessable": 77 - rates["undecidable"] - rates["missing"], "all": 77},
        "warnings": [],
        "goals": [
            {
                **row, "id": row["goal"], "p": None, "weakest": f"{row['goal']}.1",
                "targets": [
                    {
                        "id": f"{row['goal']}.{i}", "indicator": "maternal_mortality",
                        "clause": clause, "status": row["status"],
                        "department": None if role == "reference" else "九台区卫生健康局",
                    }
                    for i in (1, 2)
                ],
            }
            for row in wall.to_dict("records")
        ],
    }  # fmt: skip
