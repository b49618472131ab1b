#!/usr/bin/env python3
"""REPAIR of a small network in PyTorch, for Interpolation/ActivationRepairTests.cs.

    /usr/bin/python3 tests/reference/repair.py > tests/TransferLens.Analyses.Tests/Fixtures/repair.json

Two convolutions with ReLU, the mean over positions and a linear layer, with weights by the formula of value(). raw are the
logits of the combination (1 - lambda) A + lambda B; repaired those after the outputs of both convolutions were given the
mean and the deviation, channel by channel, that A and B have on average (Jordan et al. 2022): in one batch, so that the
statistics are those of the batch.
"""
import json
import math

import torch

SHAPES = {
    "first.weight": (4, 3, 3, 3), "first.bias": (4,), "second.weight": (5, 4, 3, 3), "second.bias": (5,),
    "head.weight": (4, 5), "head.bias": (4,),
}
IMAGES, SIDE, LAMBDA, EPSILON = 6, 8, 0.25, 1e-5
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def wave(index):
    return math.sin(12.9898 * index) * 43758.5453 % 1


def value(model, number, shape):
    count = math.prod(shape)
    numbers = [wave(i + 7919 * number + 104729 * model) - 0.5 for i in range(count)]
    return torch.tensor(numbers, dtype=torch.float64).reshape(shape)


def images():
    count = IMAGES * 3 * SIDE * SIDE
    pixels = torch.tensor([int(wave(i + 1) * 256) for i in range(count)], dtype=torch.float64)
    pixels = pixels.reshape(IMAGES, 3, SIDE, SIDE) / 255
    mean, deviation = (torch.tensor(x, dtype=torch.float64).reshape(3, 1, 1) for x in (MEAN, DEVIATION))
    return (pixels - mean) / deviation


def forward(weights, batch, wanted=None):
    """Logits, and the moments of both convolutions' outputs as they are."""
    moments = []
    for i, name in enumerate(("first", "second")):
        batch = torch.conv2d(batch, weights[f"{name}.weight"], weights[f"{name}.bias"], stride=2 - i, padding=1)
        mean = batch.mean((0, 2, 3), keepdim=True)
        deviation = (batch.var((0, 2, 3), unbiased=False, keepdim=True) + EPSILON).sqrt()
        moments.append((mean, deviation))
        if wanted:
            batch = (batch - mean) / deviation * wanted[i][1] + wanted[i][0]
        batch = batch.relu()
    return batch.mean((2, 3)) @ weights["head.weight"].T + weights["head.bias"], moments


def mixed(first, second):
    return (1 - LAMBDA) * first + LAMBDA * second


a, b = ({name: value(model, i, shape) for i, (name, shape) in enumerate(SHAPES.items())} for model in (1, 2))
batch = images()
middle = {name: mixed(a[name], b[name]) for name in a}
moments = [forward(weights, batch)[1] for weights in (a, b)]
wanted = [tuple(map(mixed, one, other)) for one, other in zip(*moments)]
print(json.dumps({
    "raw": forward(middle, batch)[0].flatten().tolist(),
    "repaired": forward(middle, batch, wanted)[0].flatten().tolist(),
}))
