#!/usr/bin/env python3
"""Assignments by SciPy, and one weight matching of ResNet-20 in NumPy, for Alignment/AlignmentReferenceTests.cs.

    /usr/bin/python3 tests/reference/alignment.py > tests/TransferLens.Analyses.Tests/Fixtures/alignment.json

assignments: matrices by the formula of entry(), and the largest sum of entries that gives each row another column.
matching: the sum of products of the parameters of two networks by the formula of value(), before and after permuting the
    second one's channels: coordinate descent over the groups in the order of computation. The groups are written here by
    hand, for the network with shortcuts that pad with zeros (option A).
"""
import json
import math

import numpy
from scipy.optimize import linear_sum_assignment

WIDTHS = (16, 32, 64)
BLOCKS = 3
CLASSES = 10


def entry(case, row, column):
    return math.sin(1.7 * row + 2.3 * column + 0.61 * row * column + case)


def shapes():
    """Parameters in the order of the state dict."""
    yield "conv1.weight", (16, 3, 3, 3)
    yield from norm("bn1", 16)
    before = 16
    for stage, width in enumerate(WIDTHS, 1):
        for block in range(BLOCKS):
            name = f"layer{stage}.{block}"
            yield f"{name}.conv1.weight", (width, before, 3, 3)
            yield from norm(f"{name}.bn1", width)
            yield f"{name}.conv2.weight", (width, width, 3, 3)
            yield from norm(f"{name}.bn2", width)
            before = width
    yield "linear.weight", (CLASSES, 64)
    yield "linear.bias", (CLASSES,)


def norm(name, width):
    yield f"{name}.weight", (width,)
    yield f"{name}.bias", (width,)


def network(model):
    """Every parameter by a formula of its number, its elements' numbers and the model's."""
    made = {}
    for number, (name, shape) in enumerate(shapes()):
        index = numpy.arange(math.prod(shape), dtype=numpy.float64)
        made[name] = (numpy.sin(12.9898 * (index + 7919 * number + 104729 * model)) * 43758.5453 % 1 - 0.5).reshape(shape)
    return made


def users(stage, place):
    """Tensors, axes and places of the stream's channel `place` of a stage. Zeros surround it in later stages."""
    if stage == 1:
        yield from (("conv1.weight", 0, place), ("bn1.weight", 0, place), ("bn1.bias", 0, place))
    for block in range(BLOCKS):
        name = f"layer{stage}.{block}"
        yield from ((f"{name}.conv2.weight", 0, place), (f"{name}.bn2.weight", 0, place), (f"{name}.bn2.bias", 0, place))
        if block > 0 or stage == 1:
            yield f"{name}.conv1.weight", 1, place
    if stage < 3:
        yield f"layer{stage + 1}.0.conv1.weight", 1, place
        yield from users(stage + 1, place + WIDTHS[stage - 1] // 2)
    else:
        yield "linear.weight", 1, place


def inside(name, place):
    """The channel between a block's two convolutions."""
    yield from ((f"{name}.conv1.weight", 0, place), (f"{name}.bn1.weight", 0, place), (f"{name}.bn1.bias", 0, place))
    yield f"{name}.conv2.weight", 1, place


def groups():
    """The groups in the order of computation, each a list of channels."""
    yield [list(users(1, place)) for place in range(WIDTHS[0])]
    for stage, width in enumerate(WIDTHS, 1):
        for block in range(BLOCKS):
            yield [list(inside(f"layer{stage}.{block}", place)) for place in range(width)]
            if stage > 1 and block == 0:
                before = WIDTHS[stage - 2]
                new = [place for place in range(width) if not before // 2 <= place < before // 2 + before]
                yield [list(users(stage, place)) for place in new]


def row(weights, channel):
    return numpy.concatenate([numpy.take(weights[tensor], place, axis).ravel() for tensor, axis, place in channel])


def product(first, second):
    return sum(float((first[name] * second[name]).sum()) for name in first)


def match(first, second):
    second = {name: values.copy() for name, values in second.items()}
    all_groups = list(groups())
    for _ in range(200):
        changed = False
        for group in all_groups:
            own = numpy.stack([row(first, channel) for channel in group])
            other = numpy.stack([row(second, channel) for channel in group])
            scores = own @ other.T
            _, columns = linear_sum_assignment(scores, maximize=True)
            if scores[numpy.arange(len(group)), columns].sum() - numpy.trace(scores) <= 1e-9:
                continue
            changed = True
            old = {name: values.copy() for name, values in second.items()}
            for channel, source in zip(group, columns):
                for (tensor, axis, place), (_, _, taken) in zip(channel, group[source]):
                    target = [slice(None)] * second[tensor].ndim
                    target[axis] = place
                    second[tensor][tuple(target)] = numpy.take(old[tensor], taken, axis)
        if not changed:
            return second
    raise SystemExit("no end")


def assignments():
    for case, size in enumerate((1, 2, 5, 40, 150)):
        matrix = numpy.array([[entry(case, r, c) for c in range(size)] for r in range(size)])
        rows, columns = linear_sum_assignment(matrix, maximize=True)
        yield {"case": case, "size": size, "sum": float(matrix[rows, columns].sum())}


def permutable(weights):
    return {name: values for name, values in weights.items() if name != "linear.bias"}


first, second = network(1), network(2)
print(json.dumps({
    "assignments": list(assignments()),
    "matching": {
        "before": product(permutable(first), permutable(second)),
        "after": product(permutable(first), permutable(match(first, second))),
    },
}))
