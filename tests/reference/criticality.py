#!/usr/bin/env python3
"""Rewinding, direct paths and scores of a CIFAR resnet of 8 layers, for CriticalityTests.cs.

    /usr/bin/python3 tests/reference/criticality.py > tests/TransferLens.Analyses.Tests/Fixtures/criticality.json

Every changed network is evaluated whole, from the images on, and has every tensor of the changed block replaced by name.
Recalibration is PyTorch's own: `reset_running_stats`, `momentum = None`, one pass over images in training mode.
Weights, images and noise come from the integer arithmetic of networks.py. Labels are the trained network's own answers
but for every fifth image. Needs PyTorch (made with 1.13).
"""
import json
import math

import numpy
import torch
from torch import nn
from torch.nn import functional

from networks import uniform, value

CLASSES, IMAGES, SIZE = 5, 48, 16
RECALIBRATED_ON, LARGEST_BATCH = 40, 16
ALPHAS, SIGMAS, DRAWS = [0.0, 0.3, 0.75, 1.0], [0.004, 0.02, 0.1], 2
MODULES = {"conv1": ["conv1.", "bn1."], "layer1.0": ["layer1.0."], "layer2.0": ["layer2.0."], "layer3.0": ["layer3.0."], "linear": ["linear."]}


class Block(nn.Module):
    """Two 3x3 convolutions with batch normalization; shortcut A: every second pixel, new channels zero on both sides."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride, self.pad = stride, (outputs - inputs) // 2

    def forward(self, x):
        short = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.pad, self.pad))
        return functional.relu(self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x))))) + short)


class Resnet8(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(Block(16, 16, 1))
        self.layer2 = nn.Sequential(Block(16, 32, 2))
        self.layer3 = nn.Sequential(Block(32, 64, 2))
        self.linear = nn.Linear(64, CLASSES)

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)))
        return self.linear(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


def weights(names, shapes, first):
    """One value a tensor; its stream is its place among the sorted names, counted from `first`."""
    return {name: torch.from_numpy(value(name, shapes[name], first + i)) for i, name in enumerate(names)}


def images():
    """Four squares of one colour each, with noise: uint8."""
    half = SIZE // 2
    colour = numpy.floor((uniform(IMAGES * 3 * 4, 0).reshape(IMAGES, 3, 2, 2) + 0.5) * 200)
    colour = colour.repeat(half, 2).repeat(half, 3)
    return (colour + numpy.floor((uniform(IMAGES * 3 * SIZE * SIZE, 500).reshape(IMAGES, 3, SIZE, SIZE) + 0.5) * 56)).astype(numpy.uint8)


def normalized(pixels):
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    return (torch.from_numpy(pixels).float() / 255 - mean) / deviation


def named(measured):
    return {"accuracy": measured[0], "loss": measured[1]}


def main():
    torch.set_grad_enabled(False)
    network = Resnet8().eval()
    shapes = {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}
    parameters = {name for name, _ in network.named_parameters()}
    names = sorted(shapes)
    final = weights(names, shapes, 1)
    other = weights(names, shapes, 101)
    batch = normalized(images())
    # Random networks answer one class whatever they see; this head is centred on the images and steep.
    final["linear.weight"] *= 32
    final["linear.bias"] *= 0
    network.load_state_dict(final)
    final["linear.bias"] = -(network(batch).mean(0) * 8).round() / 8
    initial = {name: final[name] * 0.5 + other[name] * 0.5 if final[name].is_floating_point() else torch.tensor(3) for name in names}
    noise = [{name: torch.from_numpy((uniform(math.prod(shapes[name]), 1000 + 100 * draw + i + 1) * math.sqrt(12)).astype(numpy.float32).reshape(shapes[name]))
              for i, name in enumerate(names)} for draw in range(DRAWS)]

    network.load_state_dict(final)
    answers = network(batch).argmax(1)
    labels = torch.tensor([(a + 1) % CLASSES if i % 5 == 0 else a for i, a in enumerate(answers.tolist())])
    margins = []

    def recalibrate():
        layers = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
        for layer in layers:
            layer.reset_running_stats()
            layer.momentum = None
        network.train()
        order = numpy.random.RandomState(0).permutation(IMAGES)
        batches = -(-RECALIBRATED_ON // LARGEST_BATCH)
        for k in range(batches):
            network(batch[order[RECALIBRATED_ON * k // batches:RECALIBRATED_ON * (k + 1) // batches]])
        network.eval()

    def measure(changed, recalibrated=False):
        network.load_state_dict({**final, **changed})
        if recalibrated:
            recalibrate()
        logits = network(batch)
        top = logits.topk(2, 1).values
        margins.append((top[:, 0] - top[:, 1]).min().item())
        loss = functional.cross_entropy(logits.double(), labels).item()
        return (logits.argmax(1) == labels).double().mean().item(), loss

    trained = measure({})
    eps = 1 - trained[0] + 0.13
    found = {"head bias": final["linear.bias"].tolist(), "labels": labels.tolist(), "alphas": ALPHAS, "sigmas": SIGMAS, "draws": DRAWS, "eps": eps,
             "trained": {"accuracy": trained[0], "loss": trained[1]}, "modules": {},
             "recalibrated": {"images": RECALIBRATED_ON, "largest batch": LARGEST_BATCH, **named(measure({}, recalibrated=True))}}
    for module, prefixes in MODULES.items():
        owned = [name for name in names if name.startswith(tuple(prefixes))]
        rewound = {name: initial[name] for name in owned}
        accuracy, loss = measure(rewound)
        recalibrated = named(measure(rewound, recalibrated=True))
        distance = math.sqrt(sum((final[name].double() - initial[name].double()).square().sum().item() for name in owned if name in parameters))
        points, feasible = [], []
        for alpha in ALPHAS:
            base = {name: initial[name] * (1 - alpha) + final[name] * alpha for name in owned if final[name].is_floating_point()}
            for sigma in [0.0] + SIGMAS:
                measured = [measure({name: tensor + sigma * noise[draw][name] if name in parameters else tensor for name, tensor in base.items()})
                            for draw in range(DRAWS if sigma else 1)]
                errors = [1 - a for a, _ in measured]
                error = sum(errors) / len(errors)
                points.append([alpha, sigma, error, numpy.std(errors, ddof=1) / math.sqrt(DRAWS) if sigma else 0.0, sum(l for _, l in measured) / len(measured)])
                if sigma and error <= eps + 1e-9:
                    feasible.append(alpha ** 2 * distance ** 2 / sigma ** 2)
        found["modules"][module] = {"accuracy": accuracy, "loss": loss, "distance": distance, "mu": min(feasible) if feasible else None, "map": points,
                                    "recalibrated": recalibrated}
    found["smallest margin between two logits"] = min(margins)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
