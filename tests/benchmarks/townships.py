"""Does the funnel rule name the township that drags the whole, and no other?

    python tests/benchmarks/townships.py [districts]

Synthetic districts of twelve townships (halfsky.demo), the same seeds with the stories and without
them. One story is a township that drags the whole (model.yaml: dragging_township); of the others,
one raises some townships by a measure, which is no false alarm but not counted as found either.
Beside the rule: how many townships leave exact limits of 95 % and 99.8 %, what a funnel plot read
by eye would name. Writes results/townships.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from halfsky.demo import REGION, district
from halfsky.evaluate import funnel_plot
from halfsky.evaluate.comparable import comparable
from halfsky.plan import load_plan, load_units
from halfsky.plan.thresholds import load_thresholds

RESULTS = Path(__file__).resolve().parent / "results"
YEAR = 2025
STORY = "dragging_township"


def study(seeds: range) -> dict[str, float]:
    """Counts over districts: each seed with its stories and without them."""
    plan, units, rules = load_plan(), load_units(), load_thresholds()
    found, named, others, tests, inner, outer, null_flags = [], [], [], [], [], [], []
    for seed in seeds:
        for with_stories in (True, False):
            made = district(plan, seed=seed, with_stories=with_stories)
            rows = comparable(made.observations, plan, REGION, units)
            areas, _ = funnel_plot.compute_funnels(rows, plan, YEAR, rules)
            flagged = areas[areas["is_flagged"]]
            if not with_stories:
                null_flags.append(len(flagged))
                tests.append(int(areas["p_judged"].notna().sum()))
                inner.append(int(areas["zone"].isin(["inner", "outer"]).sum()))
                outer.append(int((areas["zone"] == "outer").sum()))
                continue
            truth = {
                (story["indicator"], place)
                for story in made.manifest
                if story["id"] == STORY
                for place in story["subarea"]
            }
            raised = {
                story["indicator"] for story in made.manifest if story["id"] == "measure_worked"
            }
            said = set(zip(flagged["indicator"], flagged["subarea"], strict=True))
            found.append(len(truth & said) / len(truth))
            named.append(len(said))
            others.append(sum(pair not in truth and pair[0] not in raised for pair in said))
    return {
        "districts": len(seeds),
        "planted_found_share": float(np.mean(found)),
        "named_per_district": float(np.mean(named)),
        "false_share_of_named": float(np.sum(others) / max(np.sum(named), 1)),
        "declared_false_share": rules.warning.fdr,
        "null_districts_with_any_named": float(np.mean(np.array(null_flags) > 0)),
        "null_named_per_district": float(np.mean(null_flags)),
        "null_tests_per_district": float(np.mean(tests)),
        "null_outside_95_per_district": float(np.mean(inner)),
        "null_outside_998_per_district": float(np.mean(outer)),
    }


if __name__ == "__main__":
    result = study(range(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
    text = json.dumps(result, indent=1) + "\n"
    (RESULTS / "townships.json").write_text(text, encoding="utf-8")
    print(text)
