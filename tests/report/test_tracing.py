"""Every number of every sentence stands in the results; and the check can fail."""

from __future__ import annotations

import re

import pytest
from tracing import NUMBER, Tracer

from halfsky import report
from halfsky.plan.vintage import as_known
from halfsky.report.blocks import Counts, plain
from halfsky.report.labels import goal_label
from halfsky.report.sections.warnings import subjects
from halfsky.report.text.words import Words
from halfsky.report.view import View

TEXTS = (
    *(report.experience, report.problems, report.recommendations),
    *(report.goal_paragraphs, report.cause_sentences),
)


VIEWS = ("CN 2022", "CN 2025", "jiutai 2025", "demo 2025")


@pytest.fixture(scope="module", params=VIEWS)
def view(request) -> View:
    region, year = request.param.split()
    if region != "demo":
        return request.getfixturevalue("study")(region, int(year))
    made, found = request.getfixturevalue("demo_2025")
    return View(found, as_known(made.observations, 2025), {"demo": "合成示范区"})


def sentences(view: View) -> list[str]:
    """Everything a page says in words, a goal or a list item at a time."""
    shown = [block for make in TEXTS for block in make(view)]
    # What the chips of the headline count, its sentences say.
    shown += [block for block in report.headline(view) if not isinstance(block, Counts)]
    texts = [line for block in shown for line in plain(block).splitlines()]
    # A command a reader may type is not a finding.
    texts = [re.sub(r"填报表用 halfsky .*? 读入。", "", text) for text in texts]
    words, about = Words.of_view(view), subjects(view)
    texts += [f"{goal_label(view, w.goal)}：{words.warning(w, about(w))}" for w in view.warnings]
    return [line.strip() for line in texts if NUMBER.search(line)]


def parts(view: View) -> list[View]:
    """The whole and each of its domains."""
    return [view, *(view.of_domain(domain) for domain in view.plan.info.domains)]


def test_every_number_traces_to_a_figure(view):
    for part in parts(view):
        tracer = Tracer(part)
        lost = {text: found for text in sentences(part) if (found := tracer.untraced(text))}
        assert not lost, lost


def altered(text: str) -> list[str]:
    """The text with the last digit of one number changed, once for each number outside quotes."""
    quoted = [m.span() for m in re.finditer(r"“[^”]*”", text)]
    made = []
    for found in NUMBER.finditer(text):
        if not any(a <= found.start() < b for a, b in quoted):  # the plan's words: as a whole
            end = found.end() - 1
            digit = (int(text[end]) + 3) % 10
            made.append(f"{text[:end]}{digit}{text[end + 1 :]}")
    return made


def test_a_changed_number_is_noticed(view):
    tracer, changed, noticed = Tracer(view), 0, 0
    for text in sentences(view):
        for wrong in altered(text):
            changed += 1
            noticed += bool(tracer.untraced(wrong))
    assert changed > 5
    # Small counts and years have so many neighbours that some changes hit another true figure.
    # A page without figures holds nothing but such counts.
    assert noticed >= (0.85 if len(view.reported) else 0.5) * changed
