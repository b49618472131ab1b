#!/usr/bin/env python3
"""The line between two solutions, raw and recalibrated, for BarrierTests.cs.

    python3 tests/reference/barrier.py > tests/TransferLens.Analyses.Tests/Fixtures/barrier.json

Needs PyTorch (made with 1.13). The network is the CIFAR residual network of 8 layers, written out; the first solution has
the weights of `networks.py`, the second those weights with the values of each tensor in reverse order. The images'
pixels follow a rule, so the test makes them again. Recalibration is PyTorch's own: `reset_running_stats`, `momentum = None`.
"""
import json

import numpy
import torch
from torch import nn
from torch.nn import functional

from networks import fill

COUNT, SIZE, CLASSES = 103, 16, 4
RECALIBRATED_ON, LARGEST_BATCH = 80, 32


class Block(nn.Module):
    """Two 3x3 convolutions; where the width doubles, the shortcut takes every second pixel and pads channels with zeros."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.stride = 1 if inputs == outputs else 2
        self.padding = (outputs - inputs) // 2
        self.conv1 = nn.Conv2d(inputs, outputs, 3, self.stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        shortcut = functional.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, self.padding, self.padding))
        return functional.relu(y + shortcut)


class ResNet8(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16))
        self.layer2 = nn.Sequential(Block(16, 32))
        self.layer3 = nn.Sequential(Block(32, 64))
        self.linear = nn.Linear(64, CLASSES)

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)))
        return self.linear(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


def images():
    """Pixel j of image i is ((37 i + 101 j + 13 i j + i i) mod 251), normalized as for ImageNet."""
    i, j = numpy.arange(COUNT)[:, None], numpy.arange(3 * SIZE * SIZE)[None, :]
    pixels = ((37 * i + 101 * j + 13 * i * j + i * i) % 251).astype(numpy.uint8).reshape(COUNT, 3, SIZE, SIZE)
    mean, deviation = (torch.tensor(v).view(1, 3, 1, 1) for v in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    return (torch.from_numpy(pixels).float() / 255 - mean) / deviation


def write(network, first, second, position):
    network.load_state_dict({
        name: (1 - position) * first[name] + position * second[name] if first[name].is_floating_point() else first[name]
        for name in first
    })


def recalibrate(network, x):
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.reset_running_stats()
            layer.momentum = None
    network.train()
    order = numpy.random.RandomState(0).permutation(COUNT)
    batches = -(-RECALIBRATED_ON // LARGEST_BATCH)
    for k in range(batches):
        network(x[order[RECALIBRATED_ON * k // batches:RECALIBRATED_ON * (k + 1) // batches]])


def measure(network, x, labels):
    logits = network.eval()(x)
    top = logits.topk(2).values
    return {
        "accuracy": (logits.argmax(1) == labels).double().mean().item(),
        "loss": functional.cross_entropy(logits.double(), labels).item(),
        # How far the nearest image is from being classified otherwise: an accuracy is only as safe as this.
        "margin": (top[:, 0] - top[:, 1]).min().item(),
    }


def main():
    torch.set_grad_enabled(False)
    network = fill(ResNet8())
    first = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    second = {name: tensor.flatten().flip(0).view(tensor.shape) for name, tensor in first.items()}
    x = images()
    # Labels that the first solution gets right, so that there is something to lose on the way to the second.
    recalibrate(network, x)
    labels = network.eval()(x).argmax(1)
    found = {"raw": [], "recalibrated": []}
    for position in (0, 0.25, 0.5, 0.75, 1):
        write(network, first, second, position)
        found["raw"].append({"lambda": position, **measure(network, x, labels)})
        recalibrate(network, x)
        found["recalibrated"].append({"lambda": position, **measure(network, x, labels)})
    print(f'{{\n  "labels": {labels.tolist()},\n' + ",\n".join(f'  "{name}": [\n    ' + ",\n    ".join(map(json.dumps, points)) + "\n  ]" for name, points in found.items()) + "\n}")


if __name__ == "__main__":
    main()
