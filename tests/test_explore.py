"""The explorer's controls, moved as a reader would: what is shown follows."""

from __future__ import annotations

import pytest

from halfsky.explore import ASPECTS, Explorer
from halfsky.notebook import HANDED
from halfsky.plan import ParameterError


@pytest.fixture(scope="module")
def explorer(handed) -> Explorer:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HANDED, str(handed("CN", 2025)))
        return Explorer(year=2025, region="CN")


def test_choosing_a_domain_and_a_goal_shows_its_table_and_forecast(explorer):
    explorer.domain.value = "health"
    explorer.goal.value = "health-2"
    assert set(explorer.view.df.targets["goal"]) == {"health-2"}
    assert "孕产妇死亡率" in explorer.shown.value
    assert "<img" in explorer.shown.value


def test_a_what_if_tells_p_with_and_without_it(explorer):
    explorer.domain.value = "health"
    explorer.goal.value = "health-2"
    explorer.target.value = "health-2-2"
    explorer.change.value = -0.6
    assert explorer.scenario is not None
    assert explorer.scenario.p > explorer.scenario.p_before
    assert "每年下降0.60/10万" in explorer.shown.value


@pytest.mark.parametrize("aspect", list(ASPECTS))
def test_every_aspect_is_shown_below_the_goals_table(explorer, aspect):
    explorer.domain.value = "education"
    explorer.goal.value = "education-3"
    explorer.aspect.value = next(iter(ASPECTS))
    before = explorer.shown.value
    explorer.aspect.value = aspect
    shown = explorer.shown.value
    assert "九年义务教育巩固率" in shown
    assert shown.split("</table>")[0] == before.split("</table>")[0]
    assert len(shown.split("</table>", 1)[1]) > 20


def test_a_goal_without_figures_says_so_and_offers_no_what_if(explorer):
    explorer.domain.value = "law"
    assert [value for _, value in explorer.target.options] == [None]
    assert "尚无" in explorer.shown.value or "没有" in explorer.shown.value


def test_an_unknown_region_is_the_notebooks_own_error():
    with pytest.raises(ParameterError):
        Explorer(year=2025, region="XX")
