"""How does it stand, at a glance? The first paragraphs of a page."""

from __future__ import annotations

from collections import Counter

from halfsky.evaluate.results import DomainRates
from halfsky.plan.vocabulary import Status
from halfsky.report.blocks import Blocks, Counts, Paragraph
from halfsky.report.labels import by_department, due
from halfsky.report.text import phrase
from halfsky.report.text.words import status_word
from halfsky.report.view import View


def headline(view: View) -> Blocks:
    """How many goals are met, by both denominators, and what missing data could change."""
    counts = next(r for r in view.rates if r.domain == (view.domain_id or "all"))
    chips = _by_status(view, counts)
    words = Counter(status_word(t.status, view.is_reference) for t in view.reported)
    given = {
        "c": counts,
        "subject": phrase("headline", "domain" if view.domain else "plan"),
        "n_targets": len(view.targets),
        "n_reported": len(view.reported),
        "by_target": [(word, words[word]) for _, word, _ in chips if word in words],
        "is_reference": view.is_reference,
        "year": view.year,
    }
    if not len(view.reported):
        texts = [Paragraph(_text("nothing", view, given), leads_empty=True)]
        if not view.is_reference:
            texts.append(Paragraph(_ask(view)))
    else:
        texts = [
            Paragraph(_text("goals", view, given)),
            Paragraph(phrase("headline", "targets", **given)),
        ]
        if not view.is_reference:
            texts.append(Paragraph(phrase("headline", "rates", **given)))
    return Blocks(*texts, Counts(tuple(chips)))


def _text(key: str, view: View, given: dict[str, object]) -> str:
    return phrase("headline", f"{key}_reference" if view.is_reference else key, **given)


def _ask(view: View) -> str:
    """Where not one figure came in: who is to send what, and how."""
    return phrase(
        "headline",
        "ask",
        departments=by_department(view.missing),
        due=due(view.plan.info, "returns", view.year),
        base_year=view.plan.info.baseline_year,
        year=view.year,
        region=view.region.id,
    )


def _by_status(view: View, counts: DomainRates) -> list[tuple[Status, str, int]]:
    numbers = {
        Status.MET: counts.met,
        Status.NEARLY: counts.basically,
        Status.UNMET: counts.unmet,
        Status.UNDECIDABLE: counts.undecidable,
        Status.MISSING: counts.missing,
    }
    if view.is_reference:
        # Two words share one meaning here: a reference region has reached the value or not.
        numbers[Status.UNMET] += numbers.pop(Status.NEARLY)
    return [(s, status_word(s, view.is_reference), n) for s, n in numbers.items()]
