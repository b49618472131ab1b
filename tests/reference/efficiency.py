#!/usr/bin/env python3
"""How many times the images pretraining is worth, by NumPy and SciPy, for DataEfficiency/ImageWorthReferenceTests.cs.

    /usr/bin/python3 tests/reference/efficiency.py > tests/TransferLens.Analyses.Tests/Fixtures/efficiency.json

times: the x at which the mean score from random weights on x n images, linear in log n between the measured points,
    is that of fine-tuning on n images; null where no measured number of images reaches it.
low, high: the first x at which the difference is not shown to be positive, and from there the first at which it is
    shown to be negative, by the 95 % interval of effects.py; null beyond the measured points. Searched in 400 steps
    between two points.
"""
import json

import numpy

import effects

RANDOM = numpy.random.RandomState(21)
STEPS = 400
COUNTS = (50, 100, 200, 400, 800)


def correct(difficulty, seeds, accuracy, spread=0.02):
    """Right and wrong for each seed and image, with the given mean accuracy; hard images are hard for all."""
    shifts = accuracy - difficulty.mean() + spread * RANDOM.standard_normal(seeds)
    return (RANDOM.random_sample((seeds, len(difficulty))) < difficulty + shifts[:, None]).astype(float)


def difference(pretrained, random):
    found = effects.contrast([(1, pretrained), (-1, random)], True)
    return found["value"], found["halfWidths"][0]


def walk(pretrained, curve):
    """Number of images, difference and half width of its interval, along the curve."""
    yield (COUNTS[0], *difference(pretrained, curve[0]))
    for before, after, few, many in zip(curve, curve[1:], COUNTS, COUNTS[1:]):
        for step in range(1, STEPS + 1):
            share = step / STEPS
            yield (few * (many / few) ** share, *difference(pretrained, (1 - share) * before + share * after))


def worth(number, pretrained, curve):
    points = list(walk(pretrained, curve))
    first = next((i for i, (_, value, _) in enumerate(points) if value <= 0), None)
    low = next((i for i, (_, value, half) in enumerate(points) if value - half <= 0), None)
    high = next((i for i, (_, value, half) in enumerate(points) if low is not None and i >= low and value + half < 0), None)
    means = [scores.mean() for scores in curve]
    times = None
    if first:
        goal = pretrained.mean()
        segment = next(i for i in range(1, len(means)) if means[i - 1] < goal <= means[i])
        share = (goal - means[segment - 1]) / (means[segment] - means[segment - 1])
        times = COUNTS[segment - 1] * (COUNTS[segment] / COUNTS[segment - 1]) ** share / number
    return {
        "times": times,
        "low": points[low][0] / number if low else None,
        "high": points[high][0] / number if high else None,
    }


def bits(scores):
    return ["".join(str(int(x)) for x in row) for row in scores]


cases = []
for number, accuracy, seeds, images in ((50, 0.52, 3, 300), (100, 0.64, 4, 200), (200, 0.55, 3, 400), (100, 0.9, 2, 200), (50, 0.71, 3, 150)):
    difficulty = RANDOM.beta(2, 2, images)
    curve = [correct(difficulty, seeds, 0.3 + 0.1 * i) for i in range(len(COUNTS))]
    pretrained = correct(difficulty, seeds, accuracy)
    cases.append(
        {"images": number, "pretrained": bits(pretrained), "curve": [bits(scores) for scores in curve]}
        | worth(number, pretrained, curve)
    )
print(json.dumps({"counts": COUNTS, "cases": cases}))
