"""Every number of every sentence stands in the results; and the check can fail."""

from __future__ import annotations

import dataclasses
import re

import pytest
from halfsky.report._sections import goal_label, subjects, words_for
from tracing import NUMBER, TAGS, Tracer

from halfsky import report
from halfsky.plan.vintage import as_known
from halfsky.report.text.words import rows
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
    rendered = [line for make in TEXTS for line in make(view).text.splitlines()]
    # A command a reader may type is not a finding.
    headline = re.sub(r"<code>.*?</code>", "", report.headline(view).html)
    rendered += TAGS.sub("", headline).splitlines()
    words, about = words_for(view), subjects(view)
    for warning in rows(view.df.warnings):
        text = words.warning(warning, about(warning))
        rendered.append(f"{goal_label(view, warning['goal'])}：{text}")
    return [line.strip() for line in rendered if NUMBER.search(line)]


def parts(view: View) -> list[View]:
    """The whole and each of its domains."""
    domains = [None, *view.plan.info.domains]
    return [dataclasses.replace(view, domain_id=domain) for domain in domains]


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
    assert noticed >= (0.85 if len(view.df.reported) else 0.5) * changed
