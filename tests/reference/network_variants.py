#!/usr/bin/env python3
"""Variants of vision transformers, and gradients of networks in training mode, for Models/NetworkVariantsTests.cs.

    python3 tests/reference/network_variants.py > tests/TransferLens.Vision.Tests/Fixtures/network_variants.json

Needs what networks.py needs, and takes weights and images from it.
"""
import json

import torch
import torchvision
from torch import nn

from networks import Transformer, divided, efficientnet, fill, image, mobilenet3, resnet, rounded, swin, timm, transformer, two_blocks

# Weights under a network's name that differ from what the name stands for.
VARIANTS = {
    "fine-tuned MAE": ("vit_tiny_patch16_224", {"pooled": True}, 64),
    "positions of other images": ("vit_tiny_patch16_224", {"pixels": 96}, 224),
    "the grid of the images": ("vit_tiny_patch16_224", {"pixels": 64}, 64),
    "no class token": ("vit_tiny_patch16_224", {"token": False}, 64),
    "no class token, pooled": ("vit_tiny_patch16_224", {"token": False, "pooled": True, "scaled": True}, 96),
    "registers": ("deit_tiny_patch16_224", {"registers": 4, "scaled": True}, 80),
    "registers without positions": ("vit_tiny_patch16_224", {"registers": 2, "placed": False, "pooled": True}, 64),
    "a class token without position": ("vit_tiny_patch16_384", {"placed": False, "pixels": 384}, 160),
}


def variant(network, changes, size):
    found = divided(lambda: Transformer(192, 10, **changes), transformer, 1, size)
    shapes = {name: list(tensor.shape) for name, tensor in Transformer(192, 10, **changes).state_dict().items()}
    return {"network": network, "shapes": shapes, **found}


# Networks whose gradients in training mode are told: without dropout and stochastic depth, the sum of the squared logits of two images.
TRAINED = {
    "resnext50_32x4d": (lambda: torchvision.models.resnext50_32x4d(num_classes=10), resnet, 2, 64),
    "efficientnet_b0": (lambda: torchvision.models.efficientnet_b0(num_classes=10), efficientnet, 2, 64),
    "mobilenet_v3_small": (lambda: torchvision.models.mobilenet_v3_small(num_classes=10), mobilenet3, 2, 64),
    "swin_t": (lambda: torchvision.models.swin_t(num_classes=10), swin, 1, 64),
    "vit_small_patch14_reg4_dinov2": (timm("vit_small_patch14_reg4_dinov2"), transformer, 1, 56, two_blocks),
    "vit_base_patch32_clip_quickgelu_224": (timm("vit_base_patch32_clip_quickgelu_224"), transformer, 1, 64, two_blocks),
}


def trained(make, modules, gain, size, smaller=lambda network: None):
    """The loss, the norm of each parameter's gradient, and the sum of each running statistic afterwards, computed in float64."""
    network = make()
    smaller(network)
    fill(network, gain).double().train()
    for layer in network.modules():
        if isinstance(layer, (nn.Dropout, torchvision.ops.StochasticDepth)):
            layer.eval()
    with torch.enable_grad():
        loss = network(image(size).double()).square().sum()
        loss.backward()
    return {
        "gain": gain, "size": size, "loss": rounded(loss.item()),
        "gradients": {name: rounded(value.grad.double().norm().item()) for name, value in network.named_parameters()},
        "statistics": {name: rounded(value.double().sum().item()) for name, value in network.named_buffers() if "running" in name},
    }


def lines(entries):
    return "{\n" + ",\n".join(f'    "{name}": {json.dumps(entry)}' for name, entry in entries.items()) + "\n  }"


def main():
    torch.set_grad_enabled(False)
    variants = {name: variant(*how) for name, how in VARIANTS.items()}
    training = {name: trained(*how) for name, how in TRAINED.items()}
    print(f'{{\n  "variants": {lines(variants)},\n  "training": {lines(training)}\n}}')


if __name__ == "__main__":
    main()
