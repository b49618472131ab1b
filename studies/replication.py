#!/usr/bin/env python3
"""Writes the tables of docs/replication.md from the results that are kept in studies/results: results.json of studies,
and what commands printed with --json.

    python3 studies/replication.py            rewrite the tables
    python3 studies/replication.py --check    exit with 1 if they are not what the results give

The text between the tables is written by hand.
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "replication.md"
RESULTS = ROOT / "studies" / "results"


def percent(value):
    return f"{100 * value:.1f}"


def score(effect):
    if effect is None:
        return "diverged"
    low, high = (min(1, max(0, effect[end])) for end in ("low", "high"))
    return f"{percent(effect['value'])} ({percent(low)} to {percent(high)})"


def points(effect):
    return f"{100 * effect['value']:+.1f} ({100 * effect['low']:+.1f} to {100 * effect['high']:+.1f})"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---" for _ in header) + " |"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def rungs(results):
    for target in results["analyses"]["fine_tuning_depth"]:
        for rung in target["rungs"]:
            yield (
                target["target"], f"`{rung['rung']}`", f"{100 * rung['trainedShare']:.3g} %",
                f"{100 * rung['costShare']:.0f} %", f"{rung['memory'] / 1e6:.1f}",
                percent(rung["validationAccuracy"]), percent(rung["accuracy"]["mean"]),
                "" if rung["rung"] == "whole" else points(rung["againstWhole"]),
            )


def probes(results):
    for target in results["analyses"]["probe"]:
        for own, random in zip(target["modules"], target["random"]["modules"]):
            best = " (chosen)" if own["name"] == target["best"] else ""
            yield (
                target["target"], own["name"] + best, own["features"], score_of(own["logistic"]), score_of(own["knn"]),
                percent(random["logistic"]["accuracy"]),
            )


def score_of(probe):
    return f"{percent(probe['accuracy'])} ({percent(probe['low'])} to {percent(probe['high'])})"


def efficiency(results):
    for target in results["analyses"]["data_efficiency"]:
        for point in target["points"]:
            yield (
                target["target"], point["images"],
                *(percent(point[side]["score"]["value"]) for side in ("pretrained", "random", "probe")),
                points(point["gain"]), worth(point["worth"]),
            )


def worth(found):
    if found["times"] is None:
        return f"more than {found['largest']:.1f}" if found["againstAll"]["low"] > 0 else "not measured"
    low, high = (("open" if found[end] is None else f"{found[end]:.1f}") for end in ("low", "high"))
    return f"{found['times']:.1f} ({low} to {high})"


# Test accuracy of each run, as its running statistics are and with them computed again.
def statistics(results):
    ends = {}
    for pair in results["analyses"]["performance_barrier"]:
        if "first" in pair:
            for run, end in ((pair["first"], 0), (pair["second"], 1)):
                ends[pair["target"], run] = [
                    next(percent(point["accuracy"]) for point in pair[kind]["points"] if point["lambda"] == end)
                    for kind in ("raw", "recalibrated")
                ]
    for (target, run), accuracies in sorted(ends.items()):
        yield target, run, *accuracies


def alignment(targets):
    for target in targets:
        by = {way: json.loads((RESULTS / f"align-{target}-{way}.json").read_text()) for way in ("weights", "activations")}
        before = by["weights"]
        yield target, "as they are", f"{before['aligned']['distanceBefore']:.1f}", *barriers(before)
        for way, document in by.items():
            aligned = document["aligned"]
            yield target, f"matched by {way}", f"{aligned['distanceAfter']:.1f}", *barriers(aligned)


def barriers(curves):
    for kind in ("raw", "recalibrated"):
        found = curves[kind]["barrier"]
        ends = (percent(found[f"accuracy{end}"]) for end in ("Low", "High"))
        yield f"{percent(found['accuracy'])} ({' to '.join(ends)})"


def line(document):
    for point in document["recalibrated"]["points"]:
        chosen = " (chosen)" if point["alpha"] == document["alpha"] else ""
        yield (
            f"{point['alpha']:.1f}{chosen}", line_score(point["target"]), line_score(point["source"]),
            points(point["target"]["overFineTuned"]), points(point["source"]["overFineTuned"]),
        )


def line_score(measured):
    low, high = measured["accuracyLow"], measured["accuracyHigh"]
    return f"{percent(measured['accuracy'])} ({percent(low)} to {percent(high)})"


# Claims of the paper: what is claimed, and where a study's findings have the number: analysis, the beginning of the name
# of the evidence, and what the paper says of it.
CLAIMS = (
    ("Pretraining raises the final accuracy (section 3)", "learning_curves", r"P-T\S*( lr \S+)? minus RI-T", "positive"),
    ("Pretraining speeds up training (3.1)", "learning_curves", None, "early"),
    ("Part of the gain is feature reuse: it is lost when blocks are shuffled (3.1)", "feature_reuse",
     r"remainder of the gain", "positive"),
    ("Part of it is low-level statistics: a gain stays when single pixels are shuffled (3.1)", "feature_reuse",
     r"gain at b = 1", "positive"),
    ("Low-level statistics speed up training (3.1)", "feature_reuse",
     r"training accuracy averaged over all epochs, P-T minus RI-T", "positive"),
    ("Two P-T models share more mistakes than two RI-T models (3.2)", "mistakes", r"error consistency of .* minus",
     "positive"),
    ("They have more similar features (3.2)", "feature_similarity", r"debiased CKA between runs, .* minus", "positive"),
    ("P-T keeps features of P (3.2)", "feature_similarity", r"debiased CKA with P, .* minus", "positive"),
    ("Two P-T models lie closer together than two RI-T models (3.3)", "parameter_distance", r"distance, .* minus",
     "negative"),
    ("No barrier between two P-T models (3.4)", "performance_barrier", r"barrier, P-T", "none"),
    ("A barrier between two RI-T models (3.4)", "performance_barrier", r"barrier, RI-T", "positive"),
    ("Rewinding a module costs P-T less than RI-T (3.5)", "module_criticality",
     r"P-T.* minus RI-T", "negative"),
    ("Modules of P-T are more critical the deeper they are (3.5)", "module_criticality", None, "depth"),
    ("An earlier checkpoint of the pretraining is as good as the last (4)", "checkpoint_sweep", r"difference of epoch",
     "not worse"),
)

# The studies in which they are looked for: what is kept, and how the table names it.
STUDIES = (
    ("paper-resnet20", "ResNet-20, PACS at 32 pixels, 3 seeds"),
    ("paper-imagenet", "ResNet-18 from ImageNet, PACS at 128 pixels, 2 seeds"),
    ("pacs-resnet20", "ResNet-20, PACS at 32 pixels, 2 seeds"),
    ("pacs-imagenet", "ResNet-18 from ImageNet, PACS at 64 pixels, 2 seeds"),
    ("demo", "the demo: ResNet-8, synthetic images, 3 seeds"),
)


def claims():
    kept = [(name, json.loads((RESULTS / f"{study}.json").read_text())) for study, name in STUDIES
            if (RESULTS / f"{study}.json").exists()]
    for claim, analysis, evidence, says in CLAIMS:
        for name, results in kept:
            several = len({run["learningRate"] for run in results["runs"]}) > 1
            for target in (one["target"] for one in results["data"]["targets"]):
                for rate, *found in measured(results, analysis, target, evidence, says):
                    at = f", learning rate {rate}" if rate and several else ""
                    yield claim, f"{name}: {target}{at}", *found
                    claim = ""


# How often each claim was reproduced in each study, of the targets and learning rates on which it was measured.
def summary():
    kept = [json.loads((RESULTS / f"{study}.json").read_text()) for study, _ in STUDIES
            if (RESULTS / f"{study}.json").exists()]
    for claim, analysis, evidence, says in CLAIMS:
        cells = []
        for results in kept:
            verdicts = [found[-1] for target in results["data"]["targets"]
                        for found in measured(results, analysis, target["target"], evidence, says)]
            contrary = verdicts.count("not reproduced")
            cells.append(
                f"{verdicts.count('reproduced')} of {len(verdicts)}{f'; contrary: {contrary}' if contrary else ''}"
                if verdicts else ""
            )
        yield claim, *cells


# What a study measured, and at which learning rate, as far as the name of the number says so.
def measured(results, analysis, target, evidence, says):
    if says in ("early", "depth"):
        yield from (early if says == "early" else depth)(results["analyses"].get(analysis, []), target)
        return
    seen = set()
    for finding in results["findings"]:
        if finding["analysis"] == analysis and finding["target"] == target:
            for line in finding["evidence"]:
                rates = set(re.findall(r"(?:lr|learning rate) (\d+(?:\.\d+)?(?:[eE]-?\d+)?)", line["name"]))
                rate = ", ".join(rates)
                if re.match(evidence, line["name"]) and line["low"] is not None and len(rates) < 2 and rate not in seen:
                    seen.add(rate)
                    yield rate, with_unit(line), verdict(line, says)


def with_unit(line):
    if line["unit"] == "accuracy difference":
        return f"{100 * line['value']:+.1f} points ({100 * line['low']:+.1f} to {100 * line['high']:+.1f})"
    return f"{line['value']:+.2f} ({line['low']:+.2f} to {line['high']:+.2f})"


def verdict(line, says):
    low, high = line["low"], line["high"]
    if says == "none":
        return (
            "reproduced" if high <= 0.01 else "not reproduced" if low > 0.01
            else "cannot tell: the interval reaches further than 1 point"
        )
    if says == "not worse":
        return (
            "reproduced" if low >= -0.01 else "not reproduced" if high < -0.01
            else "cannot tell: it may be more than 1 point worse"
        )
    if says == "negative":
        low, high = -high, -low
    return "reproduced" if low > 0 else "not reproduced" if high < 0 else "cannot tell: the interval contains 0"


# The epoch after which each P-T run is better than RI-T runs at their ends, on the average.
def early(groups, target):
    of = {kind: {g["learningRate"]: g for g in groups if g["target"] == target and g["run"] == kind}
          for kind in ("P-T", "RI-T")}
    common = [(rate, rate) for rate in of["P-T"] if rate in of["RI-T"]]
    for rate, other in common or list(zip(of["P-T"], of["RI-T"]))[:1]:
        own, last = of["P-T"][rate], of["RI-T"][other]["finalAccuracy"]["mean"]
        named = f"{rate:g}" if len(of["P-T"]) > 1 else ""
        epochs = len(own["seeds"][0]["epochs"]) - 1
        when = [next((e["epoch"] for e in seed["epochs"] if (e["testAccuracy"] or 0) >= last), None)
                for seed in own["seeds"]]
        if None in when:
            yield named, f"P-T does not reach RI-T's {percent(last)} % in {epochs} epochs", "not reproduced"
            continue
        said = f"after {min(when)} to {max(when)}" if min(when) < max(when) else f"after {when[0]}"
        yield (
            named, f"P-T reaches RI-T's final {percent(last)} % {said} of {epochs} epochs",
            "reproduced" if max(when) <= epochs / 2 else "not reproduced",
        )


def depth(runs, target):
    found = {}
    for run in runs:
        group = re.fullmatch(r"(P-T\S*(?: lr \S+)?) s\d+", run.get("training", ""))
        correlation = (run.get("overSeeds") or {}).get("depth")
        if run["target"] == target and group and correlation and correlation["p"] is not None:
            found.setdefault(group[1].partition(" lr ")[2], correlation)
    for rate, correlation in found.items():
        value, p = correlation["rankCorrelation"], correlation["p"]
        yield (
            rate, f"rank correlation of depth and cost {value:+.2f}, p = {p:.3f}, {correlation['modules']} modules",
            "reproduced" if value > 0 and p < 0.05 else "not reproduced" if value < 0 and p < 0.05
            else "cannot tell: p is not below 0.05",
        )


# Pairs by table.
ALIGNED = {"pacs-resnet20": ("cartoon", "photo"), "cifar": ("cifar-resnet20", "cifar-vgg11")}

TABLES = {
    "statistics": (statistics, ("target", "run", "as they are", "computed again")),
    "line": (line, ("alpha", "target", "CIFAR-10", "target minus P-T, points", "CIFAR-10 minus P-T, points")),
    "rungs": (rungs, ("target", "rung", "trained", "cost", "memory, MB", "validation", "test", "test minus `whole`, points")),
    "probes": (probes, ("target", "module", "features", "logistic regression", "20 neighbours", "random weights")),
    "efficiency": (efficiency, ("target", "images", "P-T", "RI-T", "probe", "P-T minus RI-T, points", "worth x times")),
}


def fill(match):
    study, name = match.group(1), match.group(2)
    if name == "claims":
        made = table(("claim", "study and target", "measured (95 % interval where there is one)", "verdict"), claims())
    elif name == "summary":
        names = [name for study, name in STUDIES if (RESULTS / f"{study}.json").exists()]
        made = table(("claim", *names), summary())
    elif name == "alignment":
        made = table(("target", "channels", "distance", "barrier, raw", "barrier, recalibrated"), alignment(ALIGNED[study]))
    else:
        rows, header = TABLES[name]
        made = table(header, rows(json.loads((RESULTS / f"{study}.json").read_text())))
    return f"<!-- {study} {name} -->\n{made}\n<!-- end -->"


page = PAGE.read_text()
made = re.sub(r"<!-- (\S+) (\S+) -->\n.*?<!-- end -->", fill, page, flags=re.S)
if "--check" in sys.argv:
    sys.exit(made != page)
PAGE.write_text(made)
