#!/usr/bin/env python3
"""Areas under the ROC curve of 1,000 random cases with ties, for Evaluation/AucTests.cs.

    python3 tests/reference/auc.py > tests/TransferLens.Vision.Tests/Fixtures/auc.json

Needs Python alone: the definition, pair by pair. Where SciPy is installed, its Mann-Whitney U is compared too. The
cases come from a congruential generator, which the test repeats. null where all images have the label, or none has.
"""
import json


def stream(seed):
    """Knuth's MMIX generator: its upper 31 bits."""
    state = seed
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
        yield state >> 33


def case(seed):
    random = stream(seed)
    next(random)
    count, levels, share = 2 + next(random) % 60, 1 + next(random) % 40, 1 + next(random) % 9
    return [((next(random) % levels - levels // 2) / 8, next(random) % 10 < share) for _ in range(count)]


def area(images):
    yes, no = ([number for number, has in images if has is side] for side in (True, False))
    if not yes or not no:
        return None
    return sum(1.0 if a > b else 0.5 if a == b else 0.0 for a in yes for b in no) / (len(yes) * len(no))


def check(images, found):
    try:
        from scipy.stats import mannwhitneyu
    except ImportError:
        return
    yes, no = ([number for number, has in images if has is side] for side in (True, False))
    if yes and no:
        u = mannwhitneyu(yes, no, alternative="two-sided", method="asymptotic").statistic
        assert abs(u / (len(yes) * len(no)) - found) < 1e-9


def main():
    found = []
    for seed in range(1000):
        images = case(seed)
        found.append(area(images))
        check(images, found[-1])
    rows = [", ".join(json.dumps(value) for value in found[i:i + 10]) for i in range(0, 1000, 10)]
    print("[\n" + ",\n".join(f"  {row}" for row in rows) + "\n]")


if __name__ == "__main__":
    main()
