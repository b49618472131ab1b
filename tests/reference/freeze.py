#!/usr/bin/env python3
"""A CIFAR resnet of 8 layers trained for three steps with some modules frozen, and what trainings cost, for Training/FreezeTests.cs.

    /usr/bin/python3 tests/reference/freeze.py > tests/TransferLens.Vision.Tests/Fixtures/freeze.json

A frozen module: no gradient, so that the optimizer passes it over with its weight decay, and evaluation mode. Weights come from
networks.py, images from the formula of barrier.py. Cost: multiply-accumulates counted by hooks; a convolution's or linear
layer's gradients cost as much as its forward pass each, if PyTorch says that it needs them. Needs PyTorch and torchvision.
"""
import json

import numpy
import torch
import torchvision
from torch import nn
from torch.nn import functional

from criticality import Resnet8, normalized
from networks import Transformer, value

FROZEN = {"conv1": ["conv1.", "bn1."], "layer2.0": ["layer2."]}
PREFIX = {"conv1": ["conv1.", "bn1."], "layer1.0": ["layer1."], "layer2.0": ["layer2."]}
IMAGES, SIZE, STEPS = 24, 16, 3


def filled(network):
    state = network.state_dict()
    network.load_state_dict({name: torch.from_numpy(value(name, tuple(state[name].shape), i + 1)) for i, name in enumerate(sorted(state))})
    return network


def freeze(network, prefixes):
    network.train()
    for name, module in network.named_modules():
        if any((name + ".").startswith(prefix) for prefix in prefixes):
            module.eval()
    for name, parameter in network.named_parameters():
        parameter.requires_grad_(not any(name.startswith(prefix) for prefix in prefixes))


def pixels():
    i = numpy.arange(IMAGES)[:, None]
    j = numpy.arange(3 * SIZE * SIZE)[None, :]
    return ((37 * i + 101 * j + 13 * i * j + i * i) % 251).astype(numpy.uint8).reshape(IMAGES, 3, SIZE, SIZE)


def train(frozen, optimizer):
    network = filled(Resnet8())
    prefixes = [prefix for names in frozen.values() for prefix in names]
    freeze(network, prefixes)
    make = {"sgd": lambda p: torch.optim.SGD(p, 0.02, momentum=0.9, weight_decay=0.01), "adamw": lambda p: torch.optim.AdamW(p, 0.002, weight_decay=0.01)}
    step = make[optimizer]([p for p in network.parameters() if p.requires_grad])
    batch, labels = normalized(pixels()), torch.arange(IMAGES) % 4
    losses = []
    for _ in range(STEPS):
        step.zero_grad()
        loss = functional.cross_entropy(network(batch), labels)
        loss.backward()
        step.step()
        losses.append(loss.item())
    tensors = {name: [tensor.double().sum().item(), tensor.double().norm().item()] for name, tensor in sorted(network.state_dict().items())}
    return {"frozen": list(frozen), "optimizer": optimizer, "losses": losses, "tensors": tensors}


def cost(network, size, prefixes=()):
    """Multiply-accumulates of one image: forward, and backward."""
    freeze(network, prefixes)
    network.eval()
    forward, backward = [], []

    def count(layer, inputs, output):
        work = output[0].numel() // layer.weight.shape[0] * layer.weight.numel()
        forward.append(work)
        backward.append(work * (layer.weight.requires_grad + inputs[0].requires_grad))

    def attend(layer, inputs, output):
        # Two products of tokens x tokens x width; both factors of each get a gradient if any does.
        work = 2 * output.shape[1] ** 2 * output.shape[2] // 3
        forward.append(work)
        backward.append(2 * work * output.requires_grad)

    def attend_windows(layer, inputs, output):
        # torchvision takes the weights out of the two linear layers of Swin's attention, so that hooks on them see nothing.
        _, height, width, features = inputs[0].shape
        positions = -(-height // 7) * 7 * (-(-width // 7) * 7)
        for weight in (layer.qkv.weight, layer.proj.weight):
            forward.append(positions * weight.numel())
            backward.append(positions * weight.numel() * (weight.requires_grad + inputs[0].requires_grad))
        forward.append(2 * positions * 49 * features)
        backward.append(4 * positions * 49 * features * output.requires_grad)

    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(count)
        elif isinstance(layer, torchvision.models.swin_transformer.ShiftedWindowAttention):
            layer.register_forward_hook(attend_windows)
    for block in getattr(network, "blocks", []):
        block.attn.qkv.register_forward_hook(attend)
    network(torch.zeros(1, 3, size, size))
    return {"forward": sum(forward), "backward": sum(backward)}


def main():
    models = torchvision.models
    head = ["conv1.", "bn1.", "layer"]
    small = lambda: Resnet8()
    found = {
        "trainings": [train(FROZEN, "sgd"), train(PREFIX, "sgd"), train(FROZEN, "adamw")],
        "costs": {
            "cifar_resnet8 32": cost(small(), 32), "cifar_resnet8 32 layer2": cost(small(), 32, ["layer2."]), "cifar_resnet8 32 conv1": cost(small(), 32, ["conv1.", "bn1."]),
            "cifar_resnet8 32 backbone": cost(small(), 32, head),
            "resnet18 224": cost(torchvision.models.resnet18(), 224), "resnet50 224": cost(torchvision.models.resnet50(), 224),
            "resnet50 64 conv1 layer1 layer2 layer3": cost(torchvision.models.resnet50(), 64, ["conv1.", "bn1.", "layer1.", "layer2.", "layer3."]),
            "mobilenet_v2 64 features.0 features.1 features.2": cost(models.mobilenet_v2(), 64, ["features.0.", "features.1.", "features.2."]),
            "densenet121 64 features.denseblock2": cost(models.densenet121(), 64, ["features.denseblock2."]),
            "convnext_tiny 64": cost(models.convnext_tiny(), 64),
            "resnext50_32x4d 64": cost(models.resnext50_32x4d(), 64), "efficientnet_b0 64": cost(models.efficientnet_b0(), 64),
            "mobilenet_v3_small 64 features.0": cost(models.mobilenet_v3_small(), 64, ["features.0."]), "swin_t 64": cost(models.swin_t(), 64),
            "vit_tiny_patch16_224 224": cost(Transformer(192, 1000), 224),
            "vit_tiny_patch16_224 224 patch_embed blocks.0 blocks.1": cost(Transformer(192, 1000), 224, ["patch_embed.", "cls_token", "pos_embed", "blocks.0.", "blocks.1."]),
        },
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
