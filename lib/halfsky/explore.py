"""Choose a goal and look around: the widgets of notebooks/explore.ipynb.

Explorer(year=2025, region="CN")

Everything shown comes from the library's public functions; `explorer.view` and
`explorer.scenario` are what the picture was made from, to go on with in code.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets
from markupsafe import escape

from halfsky import report
from halfsky.evaluate.results import Scenario
from halfsky.evaluate.what_if import scenario
from halfsky.notebook import open_study
from halfsky.plan import DEFAULT_PLAN, HalfskyError, load_plan, load_regions
from halfsky.report.blocks import Blocks, Paragraph, note
from halfsky.report.render.jupyter import bundles
from halfsky.report.text import phrase
from halfsky.report.view import View


def _by_group(view: View) -> Blocks:
    indicators = list(dict.fromkeys(t.indicator for t in view.targets if t.indicator))
    return report.series_chart(view, indicators, phrase("explore", "by_group"))


# What can be shown of a goal besides its table: label -> what makes it.
ASPECTS: dict[str, Callable[[View], Blocks]] = {
    "预测与目标": report.fan_charts,
    "分男女、分城乡": _by_group,
    "各乡镇": report.funnel_charts,
    "措施进展": report.measure_table,
    "与参照地区比较": report.comparison_table,
}


class Explorer:
    """Region, year, domain, goal, aspect and a what-if, each to be chosen; the rest follows.

    Args:
        year, region, plan: what to begin with; an unknown one is the notebooks' own error.
    """

    def __init__(self, *, year: int, region: str, plan: str = DEFAULT_PLAN) -> None:
        self._views: dict[tuple[str, int], View] = {}
        self._plan = load_plan(plan)
        info = self._plan.info
        self._whole = self._study(region, year)
        self.view = self._whole
        self.scenario: Scenario | None = None
        regions = [(r.short, r.id) for r in load_regions().values() if r.plan == plan]
        domains = [(d.name, d.domain) for d in self._plan.domains]
        self.region = widgets.Dropdown(options=regions, value=region, description="地区")
        self.year = widgets.IntSlider(year, info.start_year, info.end_year, description="年份")
        self.year.continuous_update = False
        self.domain = widgets.Dropdown(options=domains, description="领域")
        self.goal = widgets.Dropdown(options=self._goals(), description="目标")
        self.aspect = widgets.Dropdown(options=list(ASPECTS), description="看什么")
        self.target = widgets.Dropdown(options=[("—", None)], description="假如")
        self.change = widgets.FloatText(0.0, description="每年变化")
        self.shown = widgets.HTML()
        for control in (self.region, self.year):
            control.observe(self._reload, "value")
        self.domain.observe(self._list_goals, "value")
        self.goal.observe(self._list_targets, "value")
        for control in (self.aspect, self.target, self.change):
            control.observe(self._show, "value")
        self.panel = widgets.VBox(
            [
                widgets.HBox([self.region, self.year]),
                widgets.HBox([self.domain, self.goal, self.aspect]),
                widgets.HBox([self.target, self.change]),
                self.shown,
            ]
        )
        self._list_targets()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.panel)

    def _study(self, region: str, year: int) -> View:
        if (region, year) not in self._views:
            self._views[region, year] = open_study(year=year, region=region, plan=self._plan.id)
        return self._views[region, year]

    def _goals(self) -> list[tuple[str, str]]:
        goals = self._plan.domain(self.domain.value).goals
        return [(f"{g.number} {g.text[:24]}", g.id) for g in goals]

    def _reload(self, _: object = None) -> None:
        self.shown.value = _html(note(phrase("explore", "computing")))
        try:
            self._whole = self._study(self.region.value, self.year.value)
        except HalfskyError as error:
            self.shown.value = _html(note(str(error)))
            return
        self._list_targets()

    def _list_goals(self, _: object = None) -> None:
        self.goal.options = self._goals()

    def _list_targets(self, _: object = None) -> None:
        self.view = self._whole.of_goal(self.goal.value)
        forecast = [t for t in self.view.targets if t.point is not None]
        self.target.options = [
            ("—", None),
            *((f"{t.name}（{t.unit}）", t.target) for t in forecast),
        ]
        self._show()

    def _show(self, _: object = None) -> None:
        parts = [
            Blocks(Paragraph(self._plan.goals[self.goal.value].text)),
            report.completion_table(self.view),
            ASPECTS[self.aspect.value](self.view),
        ]
        self.scenario = None
        if self.target.value is not None:
            try:
                self.scenario = scenario(
                    self._whole.assessment, self.target.value, yearly_change=self.change.value
                )
                parts.append(report.scenario_sentence(self.view, self.scenario))
            except HalfskyError as error:
                parts.append(note(str(error)))
        self.shown.value = _html(Blocks(*parts))


def _html(shown: Blocks) -> str:
    """Blocks with their figures, as markup for one HTML widget."""
    return "\n".join(_markup(data, metadata) for data, metadata in bundles(shown))


def _markup(data: Mapping[str, Any], metadata: Mapping[str, Any]) -> str:
    """One output of a notebook; a picture within its page."""
    if "image/png" not in data:
        return str(data["text/html"])
    picture = metadata["image/png"]
    png = base64.b64encode(data["image/png"]).decode("ascii")
    return (
        f'<figure><img alt="{escape(picture["alt"])}" width="{picture["width"]}" '
        f'src="data:image/png;base64,{png}"></figure>'
    )
