#!/usr/bin/env python3
"""How four sets of weights of a CIFAR resnet of 8 layers moved, by NumPy, for Common/DisplacementTests.cs.

    /usr/bin/python3 tests/reference/distance.py > tests/TransferLens.Analyses.Tests/Fixtures/distance.json

Each module's parameters are one long vector; the weights are those of networks.py, turned by some places and mixed.
Needs PyTorch only because networks.py does.
"""
import json

import numpy

from networks import value


def shapes():
    """Names and shapes of all tensors, buffers included: they decide on the streams of the values."""
    found = {"linear.weight": (10, 64), "linear.bias": (10,)}

    def convolution(number, inputs, outputs, prefix=""):
        found[f"{prefix}conv{number}.weight"] = (outputs, inputs, 3, 3)
        for name in ("weight", "bias", "running_mean", "running_var"):
            found[f"{prefix}bn{number}.{name}"] = (outputs,)
        found[f"{prefix}bn{number}.num_batches_tracked"] = ()

    convolution(1, 3, 16)
    for layer, (inputs, outputs) in enumerate([(16, 16), (16, 32), (32, 64)], 1):
        convolution(1, inputs, outputs, f"layer{layer}.0.")
        convolution(2, outputs, outputs, f"layer{layer}.0.")
    return found


MODULES = {"conv1": ["conv1.", "bn1."], "layer1.0": ["layer1.0."], "layer2.0": ["layer2.0."], "layer3.0": ["layer3.0."]}
weights = {name: value(name, shape, i + 1).ravel() for i, (name, shape) in enumerate(sorted(shapes().items()))}
parameters = [name for name in weights if name.endswith(("weight", "bias"))]


def model(places, share):
    """A share of the weights turned by some places, and the rest of the weights turned by one."""
    half = {name: numpy.float32(share) * numpy.roll(w, places) for name, w in weights.items()}
    return {name: half[name] + numpy.float32(1 - share) * numpy.roll(w, 1) for name, w in weights.items()}


def vector(tensors, prefixes):
    return numpy.concatenate([tensors[n] for n in parameters if n.startswith(tuple(prefixes))]).astype(numpy.float64)


def measure(prefixes):
    norm = numpy.linalg.norm
    first, initial, second, other = (vector(model(*one), prefixes) for one in [(0, 0.5), (0, 1), (3, 0.75), (3, 1)])
    moved, also = first - initial, second - other
    return {"distance": norm(first - second), "began": norm(initial - other), "firstMoved": norm(moved),
            "secondMoved": norm(also), "cosine": moved @ also / norm(moved) / norm(also)}


found = {"total": measure(sum(MODULES.values(), []))}
found["modules"] = {module: measure(prefixes) for module, prefixes in MODULES.items()}
print(json.dumps(found, indent=1))
