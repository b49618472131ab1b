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


# Pairs by table.
ALIGNED = {"pacs-resnet20": ("cartoon", "photo"), "cifar": ("cifar-resnet20", "cifar-vgg11")}

TABLES = {
    "line": (line, ("alpha", "target", "CIFAR-10", "target minus P-T, points", "CIFAR-10 minus P-T, points")),
    "rungs": (rungs, ("target", "rung", "trained", "cost", "memory, MB", "validation", "test", "test minus `whole`, points")),
    "probes": (probes, ("target", "module", "features", "logistic regression", "20 neighbours", "random weights")),
    "efficiency": (efficiency, ("target", "images", "P-T", "RI-T", "probe", "P-T minus RI-T, points", "worth x times")),
}


def fill(match):
    study, name = match.group(1), match.group(2)
    if name == "alignment":
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
