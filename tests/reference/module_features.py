#!/usr/bin/env python3
"""Features of modules, by PyTorch's hooks: Probes/ModuleFeaturesTests.cs.

    /usr/bin/python3 tests/reference/module_features.py > tests/TransferLens.Vision.Tests/Fixtures/module_features.json

torchvision's resnet18 (the stem's output is that of the pooling, a block's that of the block, whose last operation is
its activation) averaged over positions, and a vision transformer's class token, on two images of 64 pixels.
"""
import json

import torch
import torchvision

from networks import Transformer, fill, transformer, uniform

KEPT = 8


def hooked(network, modules, images):
    """Output of each module in one pass of the network."""
    outputs = {}
    handles = [
        module.register_forward_hook(lambda _, __, output, name=name: outputs.__setitem__(name, output.clone()))
        for name, module in modules.items()
    ]
    network(images)
    for handle in handles:
        handle.remove()
    return outputs


def store(features):
    """Of each image the first features and the sum of all."""
    return {
        name: {"features": rows.shape[1], "values": [row[:KEPT].tolist() + [row.sum().item()] for row in rows.double()]}
        for name, rows in features.items()
    }


def main():
    images = torch.from_numpy((uniform(2 * 3 * 64 * 64, 0) + 0.5).astype("float32")).view(2, 3, 64, 64)
    with torch.no_grad():
        resnet = fill(torchvision.models.resnet18(num_classes=10))
        modules = {"conv1": resnet.maxpool} | {
            f"layer{stage}.{i}": block
            for stage in range(1, 5) for i, block in enumerate(getattr(resnet, f"layer{stage}"))
        }
        maps = hooked(resnet, modules, images)
        vit, value, tokens = fill(Transformer(192, 10)), images, {}
        for name, module in list(transformer(vit))[:-1]:
            value = tokens[name] = module(value)
    found = {
        "resnet18": store({name: output.mean((2, 3)) for name, output in maps.items()}),
        "vit_tiny_patch16_224": store({name: output[:, 0] for name, output in tokens.items()}),
    }
    print("{\n" + ",\n".join(f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in found.items()) + "\n}")


if __name__ == "__main__":
    main()
