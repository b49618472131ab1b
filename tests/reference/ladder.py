#!/usr/bin/env python3
"""Steps of training with low-rank updates, falling rates and normalization layers alone, and a probe as head, for Training/TuningTests.cs.

    /usr/bin/python3 tests/reference/ladder.py > tests/TransferLens.Vision.Tests/Fixtures/ladder.json

Low-rank updates are parametrizations: W is computed from A and B in every forward pass, so that PyTorch derives their gradients itself.
A comes from PyTorch's generator with the derived seed, B from zero. The head is scikit-learn's logistic regression on the features before
the linear layer, for each C up to 1. Weights come from networks.py, images from freeze.py. Needs PyTorch and scikit-learn.
"""
import json
import math

import numpy
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrize

from criticality import Resnet8, normalized
from freeze import filled, pixels

RANK, ALPHA, SEED, FACTOR, STEPS = 2, 3.0, 1, 0.75, 3
MODULES = ["conv1.", "layer1.", "layer2.", "layer3.", "linear."]


def mix(value):
    """SplitMix64."""
    mask = 2**64 - 1
    value = (value + 0x9E3779B97F4A7C15) & mask
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & mask
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & mask
    return value ^ (value >> 31)


def derived(seed, purpose):
    return mix((mix(mix(seed)) + purpose) & (2**64 - 1))


def numbers(tensor):
    """Norm, sum, and three values."""
    flat = tensor.detach().double().flatten()
    return [flat.norm().item(), flat.sum().item(), flat[0].item(), flat[len(flat) // 2].item(), flat[-1].item()]


class LowRank(nn.Module):
    def __init__(self, weight, generator):
        super().__init__()
        outputs, inputs = weight.shape[:2]
        bound = 1 / math.sqrt(inputs)
        self.a = nn.Parameter(torch.rand(RANK, inputs, generator=generator) * (2 * bound) - bound)
        self.b = nn.Parameter(torch.zeros(outputs, RANK))

    def forward(self, weight):
        return weight + (ALPHA / RANK * self.b @ self.a).reshape(weight.shape)


def step(network, optimizer, batch, labels):
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = functional.cross_entropy(network(batch), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.mix, self.fc1, self.linear = nn.Conv2d(8, 16, 1), nn.Linear(16, 12), nn.Linear(12, 4)

    def forward(self, x):
        x = functional.relu(self.mix(functional.relu(self.bn1(self.conv1(x)))))
        return self.linear(functional.relu(self.fc1(x.mean((2, 3)))))


def low_rank(batch, labels):
    network = filled(Small()).eval()
    network.requires_grad_(False)
    network.linear.requires_grad_(True)
    generator = torch.Generator().manual_seed(derived(SEED, 7))
    adapted = {"mix": network.mix, "fc1": network.fc1}
    for layer in adapted.values():
        parametrize.register_parametrization(layer, "weight", LowRank(layer.weight, generator))
        layer.parametrizations.weight.original.requires_grad_(False)
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    losses = step(network, torch.optim.SGD(trained, 0.02, momentum=0.9, weight_decay=0.01), batch, labels)
    tensors = {f"{name}.weight": numbers(layer.weight) for name, layer in adapted.items()}
    head = {f"linear.{name}": numbers(value) for name, value in network.linear.named_parameters()}
    return {"parameters": sum(p.numel() for p in trained), "losses": losses, "tensors": {**tensors, **head}}


def falling(batch, labels):
    """With half the rate for the parameters of normalization layers besides."""
    network = filled(Resnet8()).train()
    owner = lambda name: next(i for i, prefix in enumerate(MODULES) if name.startswith(prefix) or (i == 0 and name.startswith("bn1.")))
    rate = lambda name: 0.02 * FACTOR ** (len(MODULES) - 1 - owner(name)) * (0.5 if "bn" in name else 1)
    groups = [{"params": [parameter], "lr": rate(name)} for name, parameter in network.named_parameters()]
    losses = step(network, torch.optim.SGD(groups, 0.02, momentum=0.9, weight_decay=0.01), batch, labels)
    return {"losses": losses, "tensors": {name: numbers(value) for name, value in network.state_dict().items() if not name.endswith("tracked")}}


def normalization(batch, labels):
    network = filled(Resnet8()).train()
    trained = [parameter for name, parameter in network.named_parameters() if "bn" in name or name.startswith("linear.")]
    network.requires_grad_(False)
    for parameter in trained:
        parameter.requires_grad_(True)
    losses = step(network, torch.optim.AdamW(trained, 0.002, weight_decay=0.01), batch, labels)
    return {"losses": losses, "tensors": {name: numbers(value) for name, value in network.state_dict().items() if not name.endswith("tracked")}}


def probe(batch, labels):
    network = filled(Resnet8()).eval()
    network.linear = nn.Identity()
    features = network(batch).detach().double().numpy()
    found = {}
    for exponent in range(-6, 1):
        fitted = LogisticRegression(C=10.0**exponent, tol=1e-10, max_iter=100000).fit(features, labels.numpy())
        bias = fitted.intercept_ - fitted.intercept_.mean()
        found[str(exponent)] = {"weight": fitted.coef_.flatten().tolist(), "bias": bias.tolist()}
    return found


def main():
    batch, labels = normalized(pixels()), torch.arange(24) % 4
    print(json.dumps({
        "lora": low_rank(batch, labels), "decay": falling(batch, labels), "norm_head": normalization(batch, labels), "probe": probe(batch, labels),
    }, indent=1))


if __name__ == "__main__":
    main()
