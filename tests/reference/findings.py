#!/usr/bin/env python3
"""Recomputes the main claims of finished studies from their results.json alone, and compares them with the findings' words.

    python3 tests/reference/findings.py RUN_FOLDER...

Needs nothing but Python. For each run it says what holds; it exits with 1 where a finding says what the numbers do not, or is
silent where they say something. The claims: does pretraining help and by how much, with the interval recomputed from the score
of each test image; how the gain splits; whether there is a barrier between runs; what the average of weights gains or loses;
which checkpoint suffices and what stopping there would have saved. Of several learning rates: that each start has its best one
on the validation images, and what the gains at equal rates are; at unequal rates, that the finding says so first.
"""
import json
import pathlib
import re
import sys

from estimator import contrast, quantile, values, variance

NUMBER = r"([-+]?[\d,]*\.?\d+)"


def mean(values):
    values = list(values)
    return sum(values) / len(values)


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
        groups = {}
        for run in self.results["runs"]:
            if run["target"] == target and run["init"] == init and run["status"] != "diverged":
                groups.setdefault((run["run"], run["learningRate"]), []).append(run)
        return groups

    def quotes(self, match, numbers, what):
        """Whether the numbers that a sentence quotes are roundings."""
        self.say(all(rounds(text, number) for text, number in zip(match.groups(), numbers)), what)

    def gain(self, target):
        key, times, _, points = self.measured(target)
        for entry in self.results["analyses"].get("learning_curves", []):
            over = entry.get("gainOver")
            if entry["target"] != target or over is None:
                continue
            first = self.groups(target, "pretrained")[entry["run"], entry["learningRate"]]
            second = self.groups(target, "random")[over["run"], over["learningRate"]]
            metric = key if "metric" not in first[0] else None
            stated = over["effect"]
            value, low, high = stated["value"], stated["low"], stated["high"]
            if metric in first[0].get("perImage", {}):
                sides = [[values(run["perImage"][metric]) for run in side] for side in (first, second)]
                found = contrast([(1, sides[0]), (-1, sides[1])])
                self.say(
                    all(abs(a - b) < 1e-6 for a, b in zip(found, (value, low, high))),
                    f"{target}: images and seeds give {times * found[0]:.4g}{points} ({times * found[1]:.4g} to {times * found[2]:.4g})")
            self.rates(target, entry, over)
            if self.unequal(target):
                words = rf"^Unequal learning rates: .+ ends {NUMBER}{points} {'above' if value > 0 else 'below'} [^(]+ \(95 % CI {NUMBER} to {NUMBER}\)"
                sign = 1 if value > 0 else -1
                expected = (sign * times * value, *sorted((sign * times * low, sign * times * high)))
                if low <= 0 <= high:
                    words, expected = rf"^Unequal learning rates: no difference detected .+ is between {NUMBER} and {NUMBER}{points}", (times * low, times * high)
                match = self.one("learning_curves", target, words, "the rates are unequal before anything else")
                self.say(all(f["confidence"] == "low" for f, _ in self.sentences("learning_curves", target, "^Unequal")), f"{target}: at unequal rates the confidence is low")
            elif low <= 0 <= high:
                match = self.one("learning_curves", target, rf"^No gain detected on .+ is between {NUMBER} and {NUMBER}{points}", "no gain was detected")
                expected = (times * low, times * high)
            else:
                words, sign = ("helps", 1) if value > 0 else ("hurts", -1)
                match = self.one("learning_curves", target, rf"^Pretraining {words} on .+ ends {NUMBER}{points} (?:above|below) [^(]+ \(95 % CI {NUMBER} to {NUMBER}\)", f"pretraining {words}")
                expected = sorted((sign * times * low, sign * times * high))
                expected = (sign * times * value, *expected)
            if match:
                self.quotes(match, expected, f"{target}: the gain is {times * value:.4g}{points}, and the finding says {match[0]}")

    def learned_at(self, target, init):
        return {rate for _, rate in self.groups(target, init)}

    def unequal(self, target):
        """Whether the starts share no learning rate, and one of them has a single one."""
        first, second = self.learned_at(target, "pretrained"), self.learned_at(target, "random")
        return not first & second and 1 in (len(first), len(second))

    def rates(self, target, entry, over):
        """The best rate of each start, and the gains at equal rates."""
        key, times, _, points = self.measured(target)
        for init, chosen in (("pretrained", entry), ("random", over)):
            groups = self.groups(target, init)
            if len(groups) < 2:
                continue
            curves = [c for c in self.results["analyses"]["learning_curves"] if (c["run"], c["learningRate"]) in groups and c["target"] == target]
            validation = [k for seed in curves[0]["seeds"] for k in seed if k.startswith("validation")]
            names = validation[0] if validation else next((k for k in ("accuracy", "auc", "balancedAccuracy", "macroF1", "top5") if k in curves[0]["seeds"][0]), key)
            best = max(curves, key=lambda c: mean(seed[names] for seed in c["seeds"] if seed["status"] != "diverged"))
            self.say((best["run"], best["learningRate"]) == (chosen["run"], chosen["learningRate"]), f"{target}: {names} chooses {best['run']} at {best['learningRate']}")
            self.say(bool(validation) or over["chosenOnTestImages"], f"{target}: it says whether test images chose")
        for equal in over.get("equalRates", []):
            first, second = (self.groups(target, init)[equal[side], equal["learningRate"]] for init, side in (("pretrained", "first"), ("random", "second")))
            if "metric" in first[0]:
                continue
            gain = mean(run[key] for run in first) - mean(run[key] for run in second)
            self.say(abs(gain - equal["effect"]["value"]) < 1e-9, f"{target}: with {equal['learningRate']} for both, the gain is {times * gain:.4g}{points}")
            rate = re.escape(f"{equal['learningRate']:g}")
            found = [m for _, m in self.sentences("learning_curves", target, rf"At equal learning rates, [^.]*?(?:\.\d[^.]*?)*?{NUMBER}{points} at {rate}(?=[ ,.])")]
            self.say(len(found) == 1 and rounds(found[0][1], times * gain), f"{target}: the finding says so")

    def speed(self, target):
        """How fast runs learn on the smallest blocks, at equal rates."""
        _, times, _, points = self.measured(target)
        differences = {}
        for reuse in self.results["analyses"].get("feature_reuse", []):
            if reuse["target"] != target or reuse.get("rates") == "best" or reuse["differentSettings"]:
                continue
            blocks = [block for block in reuse["blocks"][:-1] if block["block"] != "channels"]
            if not blocks or blocks[0].get("meanTrainDifference") is None:
                continue
            block, stated = blocks[0]["block"], blocks[0]["meanTrainDifference"]
            sides = []
            for side in ("pretrained", "random"):
                found = {}
                for run in reuse["runs"]:
                    if run["run"] == reuse[side]["run"] and run["block"] == block and run["status"] != "diverged":
                        found.setdefault(run["shuffleSeed"], []).append((run["seed"], run.get("meanTrainAccuracy", run.get("meanTrainAuc"))))
                sides.append(found)
            differences[reuse["pretrained"]["learningRate"]] = (block, stated)
            if any(len(runs) != 1 for side in sides for runs in side.values()) or any(len(side) != blocks[0]["permutations"] or len(side) < 2 for side in sides):
                continue
            scores = [[runs[0][1] for runs in side.values()] for side in sides]
            value = mean(scores[0]) - mean(scores[1])
            self.say(abs(value - stated["value"]) < 1e-9, f"{target}: on blocks of {block}, P-T trains {times * value:.4g}{points} better on average over epochs")
            if all(len({runs[0][0] for runs in side.values()}) == len(side) for side in sides):
                parts = [variance(side) / len(side) for side in scores]
                squares = sum(part ** 2 / (len(side) - 1) for part, side in zip(parts, scores))
                most = sum(1 / len(side) for side in scores) ** 2 / sum(1 / len(side) ** 2 / (len(side) - 1) for side in scores)
                half = quantile(0.025, min(most, sum(parts) ** 2 / squares)) * sum(parts) ** 0.5 if squares > 0 else 0
                self.say(abs(value + half - stated["high"]) < 1e-6, f"{target}: Welch's interval ends at {times * (value + half):.4g}{points}")
        if not differences:
            return
        words = {
            1: rf"^(?:Low-level statistics speed up training on .+?|Pretraining speeds up training on .+? at b = \d+): {NUMBER}{points}",
            -1: rf"^Pretraining slows down training on .+? at b = \d+: {NUMBER}{points}",
            0: r"^No change in training speed detected on ",
        }
        found = [(sign, match) for sign, pattern in words.items() for _, match in self.sentences("feature_reuse", target, pattern)]
        self.say(len(found) == 1, f"{target}: one finding is about the speed of training")
        if len(found) == 1:
            sign, match = found[0]

            def shows(stated):
                low, high = stated["low"], stated["high"]
                return 0 if low is None else (low > 0) - (high < 0)

            self.say(any(shows(stated) == sign and (not sign or rounds(match[1], times * abs(stated["value"]))) for _, stated in differences.values()), f"{target}: it says {match[0]}")

    def split(self, target):
        key, times, _, points = self.measured(target)
        for reuse in self.results["analyses"].get("feature_reuse", []):
            split = reuse["split"]
            if reuse["target"] != target or split is None or reuse["differentSettings"]:
                continue
            at = {block["block"]: block.get("learningRates") for block in reuse["blocks"]}
            sides = [reuse[side]["run"] for side in ("pretrained", "random")]

            def score(run, block):
                rate = at[block][("pretrained", "random")[sides.index(run)]] if at[block] else None
                return mean(
                    t[key] for t in reuse["runs"]
                    if t["run"] == run and t["block"] == block and t["status"] != "diverged" and (rate is None or t["learningRate"] == rate))

            for block, rates in at.items():
                for side, run in zip(("pretrained", "random"), sides) if rates else ():
                    tried = {}
                    for t in reuse["runs"]:
                        if t["run"] == run and t["block"] == block and t["status"] != "diverged":
                            tried.setdefault(t["learningRate"], []).append(next((t[k] for k in t if k.startswith("validation")), t[key]))
                    best = max(tried, key=lambda rate: mean(tried[rate]))
                    self.say(best == rates[side] or abs(mean(tried[best]) - mean(tried[rates[side]])) < 1e-12, f"{target}: on blocks of {block}, {run} is best at {best}")

            whole = reuse["blocks"][-1]["block"]
            gain = score(sides[0], whole) - score(sides[1], whole)
            left = score(sides[0], "1") - score(sides[1], "1")
            seeds = {t["shuffleSeed"] for t in reuse["runs"] if t["block"] == "1"}
            pixels = next(block for block in reuse["blocks"] if block["block"] == "1")
            if pixels["permutations"] == len(seeds):
                self.say(
                    abs(split["gain"]["value"] - gain) < 1e-9 and abs(split["lowLevelStatistics"]["value"] - left) < 1e-9,
                    f"{target}: {times * left:.3g} of {times * gain:.3g}{points} are left at b = 1")
            if reuse.get("rates") == "equal":
                continue  # the finding is about the best rates

            def sign(part):
                return (part["low"] > 0) - (part["high"] < 0)

            if sign(split["gain"]) <= 0:
                words = "^No gain from pretraining detected on whole images" if sign(split["gain"]) == 0 else "^Pretraining costs .+ on whole images"
                self.one("feature_reuse", target, words, "there is no gain to split")
                continue
            signs = sign(split["lowLevelStatistics"]), sign(split["featureReuse"])
            reused, low = times * split["featureReuse"]["value"], times * split["lowLevelStatistics"]["value"]
            if signs == (1, 1):
                words, expected = rf"^Pretraining adds {NUMBER}{points} on .+: {NUMBER} from low-level statistics, {NUMBER} from feature reuse", (times * split["gain"]["value"], low, reused)
            elif signs[1] == 1:
                words, expected = rf"^Feature reuse contributes {NUMBER}{points} on ", (reused,)
            elif signs == (1, 0):
                words, expected = rf"^Low-level statistics contribute {NUMBER}{points} on ", (low,)
            elif signs[1] == -1:
                words, expected = "^Pretraining adds more on .+ with all pixels shuffled", ()
            else:
                words, expected = "neither part of it was detected", ()
            match = self.one("feature_reuse", target, words, "the parts are what their intervals show")
            if match:
                self.quotes(match, expected, f"{target}: it says {match[0]}")

    def barrier(self, target):
        key, times, _, points_words = self.measured(target)
        unit = points_words if times > 1 else ""
        entries = [entry for entry in self.results["analyses"].get("performance_barrier", []) if entry["target"] == target and entry.get("epochs") == "last"]
        pairs = [entry for entry in entries if "first" in entry and not entry["diverged"]]
        for kind in (entry for entry in entries if "curve" in entry):
            run, _, same = kind["kind"].partition(" & ")
            if run != same:
                continue
            lines = []
            for pair in pairs:
                if all(re.fullmatch(rf"{re.escape(run)} s\d+", pair[end]) for end in ("first", "second")):
                    measured = (pair["recalibrated"] or pair["raw"])["points"]
                    at = {point["lambda"]: point[key] for point in measured}
                    lines.append({x: (1 - x) * at[0] + x * at[1] - y for x, y in at.items() if 0 < x < 1})
            shown = {point["lambda"] for point in kind["curve"]}
            if len(lines) != kind["pairs"] or not all(pair.get("learned", True) for pair in pairs):
                continue
            largest = max(0, max(mean(line[x] for line in lines) for x in lines[0] if x in shown))
            barrier = kind["barrier"]
            self.say(abs(largest - barrier["value"]) < 1e-9, f"{target}: the mean curve of {kind['kind']} falls {times * largest:.4g}{points_words} short")
            if barrier["p"] < 0.05:
                self.say(barrier["low"] > 0, f"{target}: the interval of the barrier of {kind['kind']} excludes 0")
                match = self.one("performance_barrier", target, rf"^(?!Uncertain ).*barrier between {re.escape(run)} runs on .+: {NUMBER}{unit} \(95 % CI", f"there is a barrier between {run} runs")
                expected = times * barrier["value"]
            else:
                # Results kept from earlier versions say "No ... detected" of barriers beyond the margin of 1 point too.
                open_or_none = rf"^(?:No .+ barrier detected between {re.escape(run)} runs on .+ \(|Uncertain .+ barrier between {re.escape(run)} runs on .+: )"
                match = self.one("performance_barrier", target, rf"{open_or_none}{NUMBER}{unit}(?:,| \() ?95 % CI 0.* to ", f"no barrier was detected between {run} runs")
                self.say(not (match and match[0].startswith("Uncertain")) or barrier["value"] > 0.01, f"{target}: an uncertain barrier of {run} runs is above the margin")
                expected = times * barrier["value"]
            if match:
                self.quotes(match, (expected,), f"{target}: it says {match[0]}")

    def soup(self, target):
        key, times, _, points = self.measured(target)
        for entry in self.results["analyses"].get("model_soup", []):
            # A greedy soup is compared with its best run, by other words.
            if entry["target"] != target or entry["soup"] is None or not entry["learned"] or entry.get("kind") == "greedy":
                continue
            soup = entry["soup"]["recalibrated"] or entry["soup"]["raw"]
            members = mean(each[key]["value"] for each in entry["soup"]["members"])
            gain, stated = soup[key]["value"] - members, entry["gains"]["soupOverMean"]
            low, high = stated["low"], stated["high"]
            self.say(abs(stated["value"] - gain) < 1e-9, f"{target}: the soup of {entry['run']} gains {times * gain:.4g}{points}, {times * low:.4g} to {times * high:.4g}")
            runs = [run[key] for run in self.results["runs"] if run["target"] == target and run["label"] in entry["members"]]
            self.say(abs(mean(runs) - members) < 1e-9, f"{target}: its members are the runs of {entry['run']}")
            rate = rf"(?:, learning rate {entry['learningRate']})?"
            words = "gains" if low > 0 else "loses" if high < 0 else None
            head = rf"\d+ {re.escape(entry['run'])}{rate} runs on "
            match = self.one(
                "model_soup", target, rf"^Averaging {head}.+? {words} {NUMBER}{points}" if words else rf"^No gain or loss detected from averaging {head}.+? \({NUMBER}{points}",
                f"averaging {entry['run']} {words or 'neither gains nor loses'}")
            if match:
                self.quotes(match, (abs(times * gain) if words else times * gain,), f"{target}: it says {match[0]}")

    def sweep(self, target):
        key, times, percent, _ = self.measured(target)
        sweep = self.results["analyses"].get("checkpoint_sweep", {})
        for entry in sweep.get("targets", []):
            last = entry["checkpoints"][-1]["epoch"]
            if entry["target"] != target or entry["checkpoints"][-1]["interval"] is None or len(entry["checkpoints"]) < 2:
                continue
            earliest = last
            for checkpoint in reversed(entry["checkpoints"][:-1]):
                against = checkpoint["againstLast"]
                # The one-sided bound lies inside the two-sided interval.
                if against is None or against["value"] <= -sweep["margin"] or against["value"] < 0 and against["low"] is None:
                    break
                if checkpoint["epoch"] < entry["earliestEpoch"]:
                    break
                earliest = checkpoint["epoch"]
            self.say(earliest == entry["earliestEpoch"], f"{target}: every epoch from {entry['earliestEpoch']} on is within the margin")
            mean_of = {checkpoint["epoch"]: mean(run[key] for run in entry["runs"] if run["epoch"] == checkpoint["epoch"] and run["status"] != "diverged") for checkpoint in entry["checkpoints"] if checkpoint["interval"]}
            for checkpoint in entry["checkpoints"][:-1]:
                if checkpoint["againstLast"]:
                    self.say(abs(checkpoint["againstLast"]["value"] - mean_of[checkpoint["epoch"]] + mean_of[last]) < 1e-9, f"{target}: epoch {checkpoint['epoch']} differs by {times * checkpoint['againstLast']['value']:.4g}")
            if earliest == last:
                self.one("checkpoint_sweep", target, "^The last epoch, |^No earlier epoch is shown at most", "only the last epoch is shown to do")
                continue
            match = self.one("checkpoint_sweep", target, rf"^Epoch {earliest} of {last} is enough for .+: {NUMBER}{percent} against {NUMBER}{percent}, at most", f"epoch {earliest} of {last} suffices")
            if match:
                self.quotes(match, (times * mean_of[earliest], times * mean_of[last]), f"{target}: it says {match[0]}")
            if entry.get("saved"):
                share = 100 * (last - earliest) / last
                match = self.one("checkpoint_sweep", target, rf"would have saved {NUMBER} % of pretraining: (\d+) of (\d+) epochs", f"{share:.0f} % of the pretraining would have been saved")
                if match:
                    self.quotes(match, (share, last - earliest, last), f"{target}: it says {match[0]}")

    def run(self):
        for target in self.targets:
            for part in (self.gain, self.split, self.speed, self.barrier, self.soup, self.sweep):
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
