#!/usr/bin/env python3
"""Logits and tensor names of PyTorch's own networks, for Models/NetworksTests.cs.

    python3 tests/reference/networks.py > tests/TransferLens.Vision.Tests/Fixtures/networks.json

Needs PyTorch and torchvision (Debian: python3-torch python3-torchvision libopenblas0-pthread; made with 1.13 and 0.14).
Weights and images come from integer arithmetic that any language repeats to the bit; see `uniform`.
"""
import hashlib
import json

import numpy
import torch
import torchvision
from torch import nn
from torch.nn import functional


def uniform(count, stream):
    """Element i of a stream of numbers in [-0.5, 0.5): a hash of (i, stream) in 32-bit arithmetic."""
    x = numpy.arange(count, dtype=numpy.uint32) * numpy.uint32(2654435761) + numpy.uint32(stream * 40503 % 2**32)
    x ^= x >> numpy.uint32(15)
    x *= numpy.uint32(2246822519)
    x ^= x >> numpy.uint32(13)
    return x.astype(numpy.float64) / 2**32 - 0.5


def value(name, shape, stream, gain=1):
    """Weights have variance gain / inputs; variances, scales and normalizations' weights lie in [0.75, 1.25), the rest in [-0.1, 0.1).

    A transformer's class token and positions are no weights of anything, and lie in [-0.5, 0.5).
    """
    if name.endswith("num_batches_tracked"):
        return numpy.array(7, dtype=numpy.int64)
    u = uniform(int(numpy.prod(shape)), stream)
    if name.endswith(("cls_token", "pos_embed")):
        pass
    elif len(shape) > 1:
        u = u * numpy.sqrt(12 * gain / numpy.prod(shape[1:]))
    elif name.endswith(("running_var", "scale", "weight")):
        u = 1 + u / 2
    else:
        u = u / 5
    return u.astype(numpy.float32).reshape(shape)


def fill(network, gain=1):
    """Gives each tensor its values; its stream is its place among the sorted names, beginning with 1."""
    state = network.state_dict()
    made = {name: torch.from_numpy(value(name, tuple(state[name].shape), i + 1, gain)) for i, name in enumerate(sorted(state))}
    network.load_state_dict(made)
    return network.eval()


class Fixup(nn.Module):
    """A residual network as section 4.1 of the Fixup paper describes it, in one flat forward pass.

    No normalization; a scalar bias before every convolution, linear layer and activation, a scalar multiplier at the
    end of each branch, no biases of channels in convolutions.
    """

    def __init__(self, counts, convolutions, classes):
        super().__init__()
        expansion = 4 if convolutions == 3 else 1
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bias1 = nn.Parameter(torch.zeros(1))
        inputs = 64
        for stage, count in enumerate(counts):
            width = 64 * 2**stage
            outputs = width * expansion
            blocks = nn.Sequential()
            for index in range(count):
                stride = 2 if stage > 0 and index == 0 else 1
                plan = [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)] if convolutions == 3 \
                    else [(inputs, width, 3, stride), (width, outputs, 3, 1)]
                block = nn.Module()
                for i, (a, b, kernel, step) in enumerate(plan, 1):
                    setattr(block, f"conv{i}", nn.Conv2d(a, b, kernel, step, kernel // 2, bias=False))
                    setattr(block, f"bias{i}a", nn.Parameter(torch.zeros(1)))
                    setattr(block, f"bias{i}b", nn.Parameter(torch.zeros(1)))
                block.scale = nn.Parameter(torch.ones(1))
                if stride != 1 or inputs != outputs:
                    block.downsample = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
                blocks.add_module(str(index), block)
                inputs = outputs
            self.add_module(f"layer{stage + 1}", blocks)
        self.bias2 = nn.Parameter(torch.zeros(1))
        self.fc = nn.Linear(inputs, classes)
        self.convolutions = convolutions

    def forward(self, x):
        x = functional.max_pool2d(functional.relu(self.conv1(x) + self.bias1), 3, 2, 1)
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            for block in stage:
                y = shifted = x + block.bias1a
                for i in range(1, self.convolutions + 1):
                    y = y if i == 1 else y + getattr(block, f"bias{i}a")
                    y = getattr(block, f"conv{i}")(y)
                    y = functional.relu(y + getattr(block, f"bias{i}b")) if i < self.convolutions else y * block.scale + getattr(block, f"bias{i}b")
                x = functional.relu(y + (block.downsample(shifted) if hasattr(block, "downsample") else x))
        return self.fc(x.mean((2, 3)) + self.bias2)


def names(network):
    """Number of tensors, and the SHA-256 of the sorted lines `name [shape]`."""
    lines = sorted(f"{name} {list(tensor.shape)}\n" for name, tensor in network.state_dict().items())
    return {"tensors": len(lines), "sha256": hashlib.sha256("".join(lines).encode()).hexdigest()}


def vgg(network):
    """Modules of torchvision's VGG: a convolution with all that follows it up to the next; a linear layer with the dropout before it."""
    starts = [i for i, layer in enumerate(network.features) if isinstance(layer, nn.Conv2d)] + [len(network.features)]
    for start, end in zip(starts, starts[1:]):
        yield f"features.{start}", network.features[start:end]
    yield "classifier.0", lambda x: network.classifier[:2](network.avgpool(x).flatten(1))
    yield "classifier.3", network.classifier[2:5]
    yield "classifier.6", network.classifier[5:]


def narrowed(network):
    """The same with 16 features between the linear layers: whole, these hold nine tenths of all weights and most of the time."""
    network.classifier[0], network.classifier[3], network.classifier[6] = nn.Linear(512 * 7 * 7, 16), nn.Linear(16, 16), nn.Linear(16, 10)


def mobilenet(network):
    for i, block in enumerate(network.features):
        yield f"features.{i}", block
    yield "classifier.1", lambda x: network.classifier(x.mean((2, 3)))


def densenet(network):
    """Modules of torchvision's DenseNet: a dense layer hands on all that its block has so far."""
    features = network.features
    yield "features.conv0", features[:4]
    for name, part in list(features.named_children())[4:-1]:
        if name.startswith("denseblock"):
            for inner, layer in part.named_children():
                yield f"features.{name}.{inner}", lambda x, layer=layer: torch.cat([x, layer([x])], 1)
        else:
            yield f"features.{name}", part
    yield "features.norm5", lambda x: functional.relu(features.norm5(x))
    yield "classifier", lambda x: network.classifier(x.mean((2, 3)))


class Transformer(nn.Module):
    """A vision transformer as Dosovitskiy et al. 2021 describe it, with timm's names; its attention takes one head after the other."""

    def __init__(self, width, classes, depth=12):
        super().__init__()
        self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, 197, width))
        self.patch_embed = nn.Module()
        self.patch_embed.proj = nn.Conv2d(3, width, 16, 16)
        self.blocks = nn.ModuleList()
        for _ in range(depth):
            block = nn.Module()
            block.norm1, block.norm2 = nn.LayerNorm(width, eps=1e-6), nn.LayerNorm(width, eps=1e-6)
            block.attn, block.mlp = nn.Module(), nn.Module()
            block.attn.qkv, block.attn.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
            block.mlp.fc1, block.mlp.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
            self.blocks.append(block)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, classes)

    def embed(self, x):
        patches = self.patch_embed.proj(x).flatten(2).transpose(1, 2)
        return torch.cat([self.cls_token.repeat(len(x), 1, 1), patches], 1) + self.pos_embed

    @staticmethod
    def block(block, x):
        q, k, v = block.attn.qkv(block.norm1(x)).chunk(3, dim=2)
        heads = [functional.softmax(a @ b.transpose(1, 2) / 8, dim=2) @ c for a, b, c in zip(q.split(64, 2), k.split(64, 2), v.split(64, 2))]
        x = x + block.attn.proj(torch.cat(heads, 2))
        hidden = block.mlp.fc1(block.norm2(x))
        return x + block.mlp.fc2(hidden * (1 + torch.erf(hidden / 2**0.5)) / 2)

    def forward(self, x):
        for _, module in transformer(self):
            x = module(x)
        return x


def transformer(network):
    yield "patch_embed", network.embed
    for i, block in enumerate(network.blocks):
        yield f"blocks.{i}", lambda x, block=block: network.block(block, x)
    yield "norm", network.norm
    yield "head", lambda x: network.head(x[:, 0])


def convnext(network):
    for i, part in enumerate(network.features):
        if i % 2 == 0:
            yield f"features.{i}", part
        else:
            for j, block in enumerate(part):
                yield f"features.{i}.{j}", block
    yield "classifier.0", lambda x: network.classifier[:2](network.avgpool(x))
    yield "classifier.2", network.classifier[2]


# Networks whose modules are told apart here: how to make one, its modules, the variance of its weights times their inputs, size of the images,
# and what makes it smaller once the names and shapes of its tensors are told.
DIVIDED = {
    "vgg16_bn": (lambda: torchvision.models.vgg16_bn(num_classes=10, init_weights=False), vgg, 2, 64, narrowed),
    "mobilenet_v2": (lambda: torchvision.models.mobilenet_v2(num_classes=10), mobilenet, 2, 64),
    "densenet121": (lambda: torchvision.models.densenet121(num_classes=10), densenet, 2, 64),
    "vit_tiny_patch16_224": (lambda: Transformer(192, 10), transformer, 1, 224),
    "vit_small_patch16_224": (lambda: Transformer(384, 10), transformer, 1, 224),
    "vit_base_patch16_224": (lambda: Transformer(768, 10), transformer, 1, 224),
    "convnext_tiny": (lambda: torchvision.models.convnext_tiny(num_classes=10), convnext, 1, 64),
}


def divided(make, modules, gain, size, smaller=lambda network: None):
    """Tensor names, the logits, and after each module the mean and the standard deviation of what it gives."""
    network = make()
    found = {**names(network), "gain": gain, "size": size, "modules": {}}
    smaller(network)
    x = images = image(size)
    fill(network, gain)
    for name, module in modules(network):
        x = module(x)
        found["modules"][name] = [rounded(x.double().mean().item()), rounded(x.double().std().item())]
    assert torch.allclose(x, network(images), rtol=1e-5, atol=1e-5 * x.abs().max()), "the modules are not the network"
    return {**found, "logits": [[rounded(v) for v in row] for row in x.tolist()]}


def image(size):
    return torch.from_numpy((uniform(2 * 3 * size * size, 0) * 4).astype(numpy.float32).reshape(2, 3, size, size))


def rounded(x):
    return float(f"{x:.8g}")


def main():
    torch.set_grad_enabled(False)
    counts = {18: [2, 2, 2, 2], 34: [3, 4, 6, 3], 50: [3, 4, 6, 3], 101: [3, 4, 23, 3], 152: [3, 8, 36, 3]}
    images = image(64)
    found = {}
    for depth, blocks in counts.items():
        for name, make in (
            (f"resnet{depth}", lambda: getattr(torchvision.models, f"resnet{depth}")(num_classes=10)),
            (f"fixup_resnet{depth}", lambda: Fixup(blocks, 3 if depth >= 50 else 2, 10)),
        ):
            network = make()
            found[name] = names(network)
            if depth in (18, 50):
                found[name]["logits"] = [[rounded(x) for x in row] for row in fill(network)(images).tolist()]
    for name, how in DIVIDED.items():
        found[name] = divided(*how)
    print("{\n" + ",\n".join(f'  "{name}": {json.dumps(entry)}' for name, entry in found.items()) + "\n}")


if __name__ == "__main__":
    main()
