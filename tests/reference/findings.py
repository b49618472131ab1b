#!/usr/bin/env python3
"""Recomputes the main claims of finished studies from their results.json alone, and compares them with the findings' words.

    python3 tests/reference/findings.py RUN_FOLDER...

Needs nothing but Python. For each run it says what holds; it exits with 1 where a finding says what the numbers do not, or is
silent where they say something. The claims: does pretraining help and by how much; how the gain splits; whether the barrier
between P-T is smaller than between RI-T; what the average of weights gains or loses; which checkpoint suffices and what
stopping there would have saved.
"""
import json
import pathlib
import re
import sys

NUMBER = r"([-+]?[\d,]*\.?\d+)"


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def value_and_range(trainings, key):
    """Mean, least and largest score; of a single training its own interval."""
    sound = [each for each in trainings if each["status"] != "diverged"]
    if not sound:
        return None
    if len(sound) == 1:
        return sound[0][key], sound[0]["low"], sound[0]["high"]
    found = [each[key] for each in sound]
    return mean(found), min(found), max(found)


def minus(a, b):
    return a[0] - b[0], a[1] - b[2], a[2] - b[1]


def rounds(text, number):
    text = text.replace(",", "")
    digits = len(text.partition(".")[2])
    return abs(float(text) - number) <= 0.5 * 10 ** -digits + 1e-9


class Check:
    def __init__(self, results):
        self.results, self.failed = results, 0
        self.targets = list(dict.fromkeys(run["target"] for run in results["runs"]))

    def measured(self, target):
        """The key of the target's scores, what they are multiplied by in words, and the words behind a score and behind a difference."""
        many = any("auc" in run for run in self.results["runs"] if run["target"] == target)
        return ("auc", 1, "", " in mean AUC") if many else ("accuracy", 100, " %", " points")

    def say(self, holds, what):
        self.failed += not holds
        print(f"  {'holds ' if holds else 'WRONG '} {what}")

    def sentences(self, analysis, target, *patterns):
        """The findings of an analysis about a target whose sentence fits one of the patterns, with the match."""
        for finding in self.results["findings"]:
            if finding["analysis"] == analysis and re.search(rf"(?<!\w){re.escape(target)}(?!\w)", finding["sentence"]):
                for pattern in patterns:
                    match = re.search(pattern, f"{finding['sentence']} {finding.get('detail', '')}")
                    if match:
                        yield finding, match

    def one(self, analysis, target, pattern, what):
        found = list(self.sentences(analysis, target, pattern))
        self.say(len(found) == 1, f"{target}: one finding says that {what}")
        return found[0][1] if len(found) == 1 else None

    def groups(self, target, init):
        groups, key = {}, self.measured(target)[0]
        for run in self.results["runs"]:
            if run["target"] == target and run["init"] == init and run["status"] != "diverged":
                groups.setdefault((run["run"], run["learningRate"]), []).append((run[key], run["low"], run["high"]))
        return groups

    def gain(self, target):
        first, second = (max(self.groups(target, init).values(), key=lambda runs: mean(run[0] for run in runs), default=None) for init in ("pretrained", "random"))
        if "learning_curves" not in self.results["analyses"] or first is None or second is None:
            return
        _, times, _, points = self.measured(target)
        gain = times * (mean(run[0] for run in first) - mean(run[0] for run in second))
        if min(run[1] for run in first) > max(run[2] for run in second):
            match = self.one("learning_curves", target, rf"^Pretraining helps on .+ ends {NUMBER}{points} above ", f"pretraining helps ({gain:.3g}{points})")
        elif min(run[1] for run in second) > max(run[2] for run in first):
            match = self.one("learning_curves", target, rf"^Pretraining hurts on .+ ends {NUMBER}{points} below ", f"pretraining hurts ({gain:.3g}{points})")
        else:
            match = self.one("learning_curves", target, rf"^No difference detected on .+ end {NUMBER}{points} apart", f"no difference was detected ({gain:.3g}{points})")
        if match:
            self.say(rounds(match[1], abs(gain)), f"{target}: the gain is {gain:.4g}{points}, and the finding says {match[1]}")

    def split(self, target):
        key, times, _, points = self.measured(target)
        for reuse in self.results["analyses"].get("feature_reuse", []):
            if reuse["target"] != target:
                continue
            sides = [reuse[side]["run"] for side in ("pretrained", "random")]

            def gain(block):
                both = [value_and_range([t for t in reuse["runs"] if t["run"] == run and t["block"] == block], key) for run in sides]
                return None if None in both else minus(*both)

            whole = gain(reuse["blocks"][-1]["block"])
            pixels = gain("1") if any(block["block"] == "1" for block in reuse["blocks"]) else None
            if whole is None:
                continue
            if whole[2] < 0:
                self.one("feature_reuse", target, "^Pretraining does not help on whole images", "pretraining does not help on whole images")
            elif whole[1] <= 0:
                match = self.one("feature_reuse", target, rf"^No gain from pretraining detected .+: {NUMBER}{points} \(", "no gain was detected that could be split")
                if match:
                    self.say(rounds(match[1], times * whole[0]), f"{target}: P-T ends {times * whole[0]:.4g}{points} above RI-T")
            elif pixels is not None:
                rest = minus(whole, pixels)
                kind = (pixels[1] > 0, rest[1] > 0)
                words = {
                    (True, True): rf"^Pretraining adds {NUMBER}{points} on .+: {NUMBER} from low-level statistics, {NUMBER} from feature reuse",
                    (False, True): rf"^The gain from pretraining on .+ depends on features: {NUMBER}{points} on whole images, {NUMBER} with",
                    (True, False): "^Pretraining adds more on .+ with all pixels shuffled|^No feature reuse detected",
                    (False, False): rf"^The source of the {NUMBER}{points} gained on .+ is uncertain: {NUMBER} low-level statistics, {NUMBER} feature reuse",
                }[kind]
                match = self.one("feature_reuse", target, words, f"{times * pixels[0]:.3g} of {times * whole[0]:.3g}{points} are left at b = 1")
                expected = [whole[0], pixels[0], rest[0]]
                for text, number in zip(match.groups() if match else (), expected):
                    self.say(rounds(text, times * number), f"{target}: {text} is {times * number:.4g}")

    def barrier(self, target):
        init = {run["label"]: run["init"] for run in self.results["runs"] if run["target"] == target}
        found = {"pretrained": [], "random": []}
        key, times, _, points_words = self.measured(target)
        unit = points_words if times > 1 else ""
        for pair in self.results["analyses"].get("performance_barrier", []):
            if pair["target"] != target or "first" not in pair or pair["diverged"] or not pair.get("learned", True):
                continue
            starts = {init[pair["first"]], init[pair["second"]]}
            if len(starts) == 1:
                points = (pair["recalibrated"] or pair["raw"])["points"]
                ends = [next(p[key] for p in points if p["lambda"] == end) for end in (0, 1)]
                shortfall = max((1 - p["lambda"]) * ends[0] + p["lambda"] * ends[1] - p[key] for p in points if 0 <= p["lambda"] <= 1)
                interval = (pair["recalibrated"] or pair["raw"])["barrier"]
                found[starts.pop()].append((shortfall, interval[f"{key}Low"], interval[f"{key}High"]))
        if found["pretrained"] and found["random"]:
            sides = [found[start] for start in ("pretrained", "random")]
            a, b = (times * mean(pair[0] for pair in side) for side in sides)
            (low_a, high_a), (low_b, high_b) = ((min(pair[1] for pair in side), max(pair[2] for pair in side)) for side in sides)
            says = "are smaller between" if high_a < low_b else "are larger between" if low_a > high_b else "No difference detected .* between barriers"
            match = self.one(
                "performance_barrier", target, rf"{says}.* fine-tuned runs \({NUMBER}{unit}\) .*runs trained from scratch \({NUMBER}\)",
                f"of the barriers between P-T, {a:.3g}{points_words}, and between RI-T, {b:.3g}: {says}")
            if match:
                self.say(rounds(match[1], a) and rounds(match[2], b), f"{target}: it says {match[1]} against {match[2]}")

    def soup(self, target):
        key, times, _, points = self.measured(target)
        for entry in self.results["analyses"].get("model_soup", []):
            if entry["target"] != target or entry["soup"] is None or not entry["learned"]:
                continue
            soup = entry["soup"]["recalibrated"] or entry["soup"]["raw"]
            members = mean(each[key]["value"] for each in entry["soup"]["members"])
            gain = soup[key]["value"] - members
            low, high = soup["gainOverMean"]["low"], soup["gainOverMean"]["high"]
            self.say(low - 1e-9 <= gain <= high + 1e-9, f"{target}: the soup of {entry['run']} gains {times * gain:.4g}{points}, within {times * low:.4g} to {times * high:.4g}")
            stated = [run[key] for run in self.results["runs"] if run["target"] == target and run["label"] in entry["members"]]
            self.say(abs(mean(stated) - members) < 1e-9, f"{target}: its members are the trainings of {entry['run']}")
            rate = rf"(?:, learning rate {entry['learningRate']})?"
            words = "gains" if low > 0 else "loses" if high < 0 else None
            head = rf"\d+ {re.escape(entry['run'])}{rate} runs on "
            match = self.one(
                "model_soup", target, rf"^Averaging {head}.+ {words} {NUMBER}{points}" if words else rf"^No gain or loss detected from averaging {head}.+ \({NUMBER}{points}",
                f"averaging {entry['run']} {words or 'neither gains nor loses'}")
            if match:
                self.say(rounds(match[1], abs(times * gain) if words else times * gain), f"{target}: it says {match[1]}{points}")

    def sweep(self, target):
        key, times, percent, _ = self.measured(target)
        for entry in self.results["analyses"].get("checkpoint_sweep", {}).get("targets", []):
            if entry["target"] != target:
                continue
            by_epoch = {}
            for training in entry["runs"]:
                by_epoch.setdefault(training["epoch"], []).append(training)
            ranges = {epoch: value_and_range(trainings, key) for epoch, trainings in sorted(by_epoch.items())}
            last = max(ranges)
            if ranges[last] is None or len(ranges) < 2:
                continue
            earliest = min(epoch for epoch, found in ranges.items() if found and found[2] >= ranges[last][1])
            self.say(earliest == entry["earliestEpoch"], f"{target}: the earliest epoch that is no worse than {last} is {earliest}")
            if earliest == last:
                self.one("checkpoint_sweep", target, f"^The last epoch, {last}, is the best start|^No earlier epoch matched the last, {last},", "only the last epoch will do")
                continue
            match = self.one("checkpoint_sweep", target, rf"^Epoch (\d+) of (\d+) is enough for .+: {NUMBER}{percent} against {NUMBER}{percent} from the last", f"epoch {earliest} of {last} suffices")
            if match:
                self.say(
                    (int(match[1]), int(match[2])) == (earliest, last) and rounds(match[3], times * ranges[earliest][0]) and rounds(match[4], times * ranges[last][0]), f"{target}: it says {match[0]}")
            if entry.get("saved"):
                share = 100 * (last - earliest) / last
                match = self.one("checkpoint_sweep", target, rf"would have saved {NUMBER} % of pretraining: (\d+) of (\d+) epochs", f"{share:.0f} % of the pretraining would have been saved")
                if match:
                    self.say(rounds(match[1], share) and (int(match[2]), int(match[3])) == (last - earliest, last), f"{target}: it says {match[0]}")

    def run(self):
        for target in self.targets:
            for part in (self.gain, self.split, self.barrier, self.soup, self.sweep):
                part(target)
        return self.failed


if len(sys.argv) < 2:
    sys.exit(__doc__)
wrong = 0
for folder in map(pathlib.Path, sys.argv[1:]):
    print(folder)
    wrong += Check(json.loads((folder / "results.json").read_text(encoding="utf-8"))).run()
print("every claim holds" if wrong == 0 else f"{wrong} claims do not hold")
sys.exit(wrong > 0)
