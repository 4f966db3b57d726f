"""How does it stand, at a glance? The first paragraphs of a page, and what they rest on."""

from __future__ import annotations

from collections import Counter

from halfsky.evaluate.results import DomainRates, TargetResult
from halfsky.plan.vocabulary import Data, Status
from halfsky.report import charts, numbers
from halfsky.report.blocks import (
    SILENT,
    Blocks,
    Bullets,
    Counts,
    Figure,
    Paragraph,
    note,
    sentence,
)
from halfsky.report.labels import (
    MOST_PUBLISHERS,
    about_plan,
    by_department,
    due,
    goal_label,
    localised,
    publishers,
)
from halfsky.report.sections.series import series_table
from halfsky.report.text import phrase
from halfsky.report.text.words import Words, status_word
from halfsky.report.view import View

MOST = 5  # open goals on the first screen
# What describes a district before its women are spoken of; those without figures are left out.
BACKGROUND = (
    "pop_yearend",
    "population",
    "population_share",
    "sex_ratio",
    "urban_pop",
    "urban_rate",
    "births",
    "birth_rate",
    "crude_marriage_rate",
    "crude_divorce_rate",
    "household_size",
    "schooling_15plus",
)


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
            texts.append(_ask(view))
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


def _ask(view: View) -> Paragraph:
    """Where not one figure came in: who is to send what, and how."""
    given = {"year": view.year, "region": view.region.id}
    commands = tuple(
        phrase("headline", key, **given) for key in ("template_command", "ingest_command")
    )
    text = phrase(
        "headline",
        "ask",
        departments=by_department(view.missing),
        due=due(view.plan.info, "returns", view.year),
        base_year=view.plan.info.baseline_year,
        year=view.year,
        commands=commands,
    )
    return Paragraph(text, commands=commands)


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


def summary_box(view: View) -> Blocks:
    """The gravest open goals, a line each: figure and rule, chance of being met, department.

    Nothing for a reference region, of which nothing is asked.
    """
    if view.is_reference or not len(view.reported):
        return SILENT
    gravest: dict[str, TargetResult] = {}
    for problem in view.open_problems:
        gravest.setdefault(problem.goal, view.by_target[problem.target])
    if not gravest:
        return sentence(phrase("summary_box", "nothing_open", n=len(view.reported)))
    words = Words.of_view(view)
    items = [_open_goal(view, words, target) for target in list(gravest.values())[:MOST]]
    lead = phrase(
        "summary_box",
        "lead",
        n=len(gravest),
        unmet=sum(goal.status == Status.UNMET for goal in view.goals),
        shown=len(items),
    )
    return Blocks(Paragraph(lead, is_strong=True), Bullets(tuple(items)))


def _open_goal(view: View, words: Words, target: TargetResult) -> str:
    return phrase(
        "summary_box",
        "item",
        label=goal_label(view, target.goal),
        t=target,
        rule=words.rule(target),
        end_year=view.plan.info.end_year,
    )


def goal_wall(view: View) -> Blocks:
    """Every goal as one brick: status, outlook and data at a glance."""
    names = {d.domain: d.name for d in view.plan.domains}
    goals = view.df.goals.assign(domain=view.df.goals["domain"].map(names))
    given = {"region": view.region.short, "year": view.year, "n": len(goals)}
    counts = Counter(status_word(goal.status, view.is_reference) for goal in view.goals)
    return Blocks(
        Figure(
            charts.plot_goal_wall(goals, is_reference=view.is_reference),
            phrase("goal_wall", "title", **given),
            phrase("goal_wall", "message", counts=counts.most_common(), **given),
            about_plan(view),
            goals,
            view.is_synthetic,
        )
    )


def basis(view: View) -> Blocks:
    """On what text, figures and rules a report rests."""
    info = view.plan.info
    known = view.history.drop_duplicates(["target", "year"])
    names = publishers(view, view.history["source"])
    given = {
        "is_reference": view.is_reference,
        "name": localised(info.name, view),
        "region": view.region.short,
        "n_domains": len(view.plan.domains),
        "n_goals": len(view.goals),
        "n_measures": len(view.plan.measures),
        "n_targets": len(view.targets),
        "n_milestones": sum(target.type == "milestone" for target in view.targets),
        "n_values": len(known),
        "n_used": known["target"].nunique(),
        "publishers": numbers.joined(names, MOST_PUBLISHERS, "个单位"),
        "year": view.year,
        "base_year": info.baseline_year,
    }
    return Blocks(*(Paragraph(phrase("basis", key, **given)) for key in ("plan", "figures")))


def coverage(view: View) -> Blocks:
    """Of how many targets figures came in, and how far they suffice to speak of a trend."""
    counts = Counter(target.data for target in view.targets)
    return sentence(
        phrase(
            "coverage",
            "data",
            n=len(view.targets),
            n_reported=len(view.reported),
            n_current=sum(target.value_year == view.year for target in view.reported),
            year=view.year,
            counts=[(word, counts[word]) for word in Data if word in counts],
        )
    )


def background(view: View) -> Blocks:
    """What the district is: people, births, families, schooling, as far as figures exist."""
    caption = phrase("background", "caption", is_reference=view.is_reference)
    return series_table(view, BACKGROUND, caption, since=view.plan.info.baseline_year)


def method_note(view: View) -> Blocks:
    """The rules a reader needs in order to check the overview, with the constants in use."""
    info, assumed = view.plan.info, view.assessment.assumptions
    given = {
        "is_reference": view.is_reference,
        "base_year": info.baseline_year,
        "end_year": info.end_year,
        "few_events": assumed.thresholds.status.few_events,
        "windows": assumed.calibration.windows,
        "bands": list(assumed.thresholds.outlook.bands.items()),
    }
    keys = ("answers", "value", "status", "forecast", "outlook")
    items = tuple(phrase("method_note", key, **given) for key in keys)
    return Blocks(Bullets(items, is_numbered=False))


def domain_paragraph(view: View) -> Blocks:
    """How one domain's goals stand, in a sentence with every count that is not zero."""
    return sentence(_standing(view))


def _standing(view: View) -> str:
    counts = Counter(status_word(goal.status, view.is_reference) for goal in view.goals)
    order = dict.fromkeys(status_word(s, view.is_reference) for s in Status)
    return phrase(
        "domain_paragraph",
        "goals" if len(view.reported) else "nothing",
        is_reference=view.is_reference,
        n_goals=len(view.goals),
        n_targets=len(view.targets),
        n_reported=len(view.reported),
        counts=[(word, counts[word]) for word in order if word in counts],
    )


def domain_verdicts(view: View) -> Blocks:
    """Every domain in a paragraph: how its goals stand and how much is known."""
    domains = view.plan.domains
    if not len(view.reported):
        return note(phrase("domain_paragraph", "nothing_anywhere", n=len(domains)))
    return Blocks(*(Paragraph(_standing(view.of_domain(d.domain)), lead=d.title) for d in domains))


def nothing_filed(view: View) -> Blocks:
    """The verdict on a year without a single figure: there is none."""
    given = {"n_goals": len(view.goals), "n_targets": len(view.targets)}
    return sentence(phrase("basis", "nothing_filed", **given))
