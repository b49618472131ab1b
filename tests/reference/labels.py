#!/usr/bin/env python3
"""A network on images that may show several labels: evaluation, line, rewinding, ensemble and mistakes, for LabelsReferenceTests.cs.

    python3 tests/reference/labels.py > tests/TransferLens.Analyses.Tests/Fixtures/labels.json

Needs PyTorch (made with 1.13). Network, images and recalibration are those of `barrier.py`: the first solution has its first
weights with the statistics of the images, the second its weights in reverse order. An image has a label where the first
solution says more than on half of the images, but for every fifth answer, which is turned round. The AUC is the definition, pair
by pair; intervals are quantiles over 1,000 resamples that `numpy.random.RandomState(0).randint` draws.
"""
import json

import numpy
import torch
from torch.nn import functional

from barrier import CLASSES, COUNT, ResNet8, images, recalibrate, write
from networks import fill


def areas(logits, labels):
    """AUC of each label that has one, and how far the nearest pair is from being ordered otherwise."""
    found, margin = [], float("inf")
    for label in range(labels.shape[1]):
        yes, no = logits[labels[:, label], label], logits[~labels[:, label], label]
        if len(yes) and len(no):
            gap = yes[:, None] - no[None, :]
            found.append(((gap > 0).astype(float) + 0.5 * (gap == 0)).mean())
            margin = min(margin, abs(gap).min())
    return found, margin


def interval(logits, labels):
    random = numpy.random.RandomState(0)
    drawn = [random.randint(0, COUNT, COUNT) for _ in range(1000)]
    means = [numpy.mean(areas(logits[which], labels[which])[0]) for which in drawn]
    return numpy.quantile(means, [0.025, 0.975]).tolist()


def loss(logits, labels):
    return functional.binary_cross_entropy_with_logits(torch.from_numpy(logits), torch.from_numpy(labels).double()).item()


def measure(network, x, labels):
    logits = network.eval()(x).double().numpy()
    found, margin = areas(logits, labels)
    return {"auc": float(numpy.mean(found)), "loss": loss(logits, labels), "margin": margin}


def main():
    torch.set_grad_enabled(False)
    network, x = fill(ResNet8()), images()
    recalibrate(network, x)
    first = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    second = {name: tensor.flatten().flip(0).view(tensor.shape) if tensor.is_floating_point() else tensor for name, tensor in first.items()}
    a = network.eval()(x).double().numpy()
    turned = numpy.add.outer(7 * numpy.arange(COUNT), 3 * numpy.arange(CLASSES)) % 5 == 0
    labels = (a > numpy.median(a, axis=0)) ^ turned
    found = {
        "labels": ["".join("01"[int(yes)] for yes in row) for row in labels],
        "each": areas(a, labels)[0], "interval": interval(a, labels), **measure(network, x, labels), "line": {"raw": [], "recalibrated": []},
    }
    for position in (0, 0.5, 1):
        write(network, first, second, position)
        found["line"]["raw"].append({"lambda": position, **measure(network, x, labels)})
        recalibrate(network, x)
        found["line"]["recalibrated"].append({"lambda": position, **measure(network, x, labels)})
    found["rewound"] = {}
    for module in ("conv1", "layer1.0", "layer2.0", "layer3.0", "linear"):
        owns = ("conv1.", "bn1.") if module == "conv1" else (module + ".",)
        network.load_state_dict({name: (second if name.startswith(owns) else first)[name] for name in first})
        found["rewound"][module] = measure(network, x, labels)
    scaled = {name: tensor * 0.9 if tensor.dim() == 4 else tensor for name, tensor in first.items()}
    network.load_state_dict(scaled)
    b = network.eval()(x).double().numpy()
    together = sum(1 / (1 + numpy.exp(-logits)) for logits in (a, b)) / 2
    both, margin = areas(together, labels)
    found["ensemble"] = {
        "auc": float(numpy.mean(both)), "margin": margin,
        "loss": float(-(numpy.log(numpy.where(labels, together, 1 - together))).mean()),
    }
    wrong_a, wrong_b = (a > 0) != labels, (b > 0) != labels
    found["mistakes"] = {
        "margin": float(min(abs(a).min(), abs(b).min())),
        "labels": [{
            "common": int((wrong_a & wrong_b)[:, label].sum()), "only_first": int((wrong_a & ~wrong_b)[:, label].sum()),
            "only_second": int((~wrong_a & wrong_b)[:, label].sum()),
        } for label in range(CLASSES)],
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
