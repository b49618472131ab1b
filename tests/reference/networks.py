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

    A transformer's tokens and positions are no weights of anything, and lie in [-0.5, 0.5).
    """
    if name.endswith("num_batches_tracked"):
        return numpy.array(7, dtype=numpy.int64)
    u = uniform(int(numpy.prod(shape)), stream)
    if name.endswith(("cls_token", "reg_token", "pos_embed", "relative_position_bias_table")):
        pass
    elif len(shape) > 1:
        u = u * numpy.sqrt(12 * gain / numpy.prod(shape[1:]))
    elif name.endswith(("running_var", "scale", "weight", "gamma")):
        u = 1 + u / 2
    else:
        u = u / 5
    return u.astype(numpy.float32).reshape(shape)


def fill(network, gain=1):
    """Gives each tensor its values; its stream is its place among the sorted names, beginning with 1."""
    state = network.state_dict()
    made = {
        name: state[name] if name.endswith("relative_position_index") else torch.from_numpy(value(name, tuple(state[name].shape), i + 1, gain))
        for i, name in enumerate(sorted(state))
    }
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
    """A vision transformer as Dosovitskiy et al. 2021 describe it, with timm's names; its attention takes one head after the other.

    `placed`: class and register tokens have positions too. `scaled`: layer scale. `pooled`: fc_norm. `clip`: norm_pre, patches without bias and
    an epsilon of 1e-5; `quick`: OpenAI's activation; `head`: features of an attention head.
    """

    def __init__(self, width, classes, depth=12, patch=16, pixels=224, token=True, registers=0, placed=True, scaled=False, pooled=False, clip=False, quick=False, head=64):
        super().__init__()
        self.grid, self.prefix, self.placed, self.quick, self.features = pixels // patch, token + registers, placed, quick, head
        epsilon = 1e-5 if clip else 1e-6
        if token:
            self.cls_token = nn.Parameter(torch.zeros(1, 1, width))
        if registers:
            self.reg_token = nn.Parameter(torch.zeros(1, registers, width))
        self.pos_embed = nn.Parameter(torch.zeros(1, self.grid**2 + (self.prefix if placed else 0), width))
        self.patch_embed = nn.Module()
        self.patch_embed.proj = nn.Conv2d(3, width, patch, patch, bias=not clip)
        if clip:
            self.norm_pre = nn.LayerNorm(width, eps=epsilon)
        self.blocks = nn.ModuleList()
        for _ in range(depth):
            block = nn.Module()
            block.norm1, block.norm2 = nn.LayerNorm(width, eps=epsilon), nn.LayerNorm(width, eps=epsilon)
            block.attn, block.mlp = nn.Module(), nn.Module()
            block.attn.qkv, block.attn.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
            block.mlp.fc1, block.mlp.fc2 = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
            for branch in ("ls1", "ls2") if scaled else ():
                setattr(block, branch, nn.Module())
                getattr(block, branch).gamma = nn.Parameter(torch.ones(width))
            self.blocks.append(block)
        setattr(self, "fc_norm" if pooled else "norm", nn.LayerNorm(width, eps=epsilon))
        self.head = nn.Linear(width, classes)

    def positions(self, height, width):
        """timm's resample_abs_pos_embed (layers/pos_embed.py)."""
        count = self.prefix if self.placed else 0
        if (height, width) == (self.grid, self.grid):
            return self.pos_embed
        grid = self.pos_embed[:, count:].reshape(1, self.grid, self.grid, -1).permute(0, 3, 1, 2)
        grid = functional.interpolate(grid, (height, width), mode="bicubic", antialias=True)
        return torch.cat([self.pos_embed[:, :count], grid.permute(0, 2, 3, 1).reshape(1, height * width, -1)], 1)

    def embed(self, x):
        x = self.patch_embed.proj(x)
        positions = self.positions(*x.shape[2:])
        x = x.flatten(2).transpose(1, 2)
        tokens = [getattr(self, name).repeat(len(x), 1, 1) for name in ("cls_token", "reg_token") if hasattr(self, name)]
        x = torch.cat([*tokens, x], 1) + positions if self.placed else torch.cat([*tokens, x + positions], 1)
        return self.norm_pre(x) if hasattr(self, "norm_pre") else x

    def block(self, block, x):
        q, k, v = block.attn.qkv(block.norm1(x)).chunk(3, dim=2)
        heads = [functional.softmax(a @ b.transpose(1, 2) / self.features**0.5, dim=2) @ c for a, b, c in zip(*(x.split(self.features, 2) for x in (q, k, v)))]
        y = block.attn.proj(torch.cat(heads, 2))
        x = x + (y * block.ls1.gamma if hasattr(block, "ls1") else y)
        hidden = block.mlp.fc1(block.norm2(x))
        y = block.mlp.fc2(hidden * torch.sigmoid(1.702 * hidden) if self.quick else hidden * (1 + torch.erf(hidden / 2**0.5)) / 2)
        return x + (y * block.ls2.gamma if hasattr(block, "ls2") else y)

    def last(self, x):
        return self.fc_norm(x[:, self.prefix:].mean(1)) if hasattr(self, "fc_norm") else self.norm(x)

    def classify(self, x):
        return self.head(x if x.dim() == 2 else x[:, 0] if hasattr(self, "cls_token") else x[:, self.prefix:].mean(1))

    def forward(self, x):
        for _, module in transformer(self):
            x = module(x)
        return x


def transformer(network):
    yield "patch_embed", network.embed
    for i, block in enumerate(network.blocks):
        yield f"blocks.{i}", lambda x, block=block: network.block(block, x)
    yield "norm", network.last
    yield "head", network.classify


def two_blocks(network):
    """The same with two blocks, for values: names and shapes are told before."""
    network.blocks = network.blocks[:2]


WIDTHS = {"tiny": (192, 12), "small": (384, 12), "base": (768, 12), "large": (1024, 24)}


def timm(name):
    """The transformer that timm has under a name, from the name's words and timm's vision_transformer.py and deit.py."""
    words = name.split("_")
    patch = int(words[2][len("patch"):])
    dino, deit3, clip = words[-1] == "dinov2", words[0] == "deit3", "clip" in words
    width, depth = WIDTHS[words[1]]
    return lambda: Transformer(
        width, 10, depth, patch, 518 if dino else int(words[-1]), registers=4 if "reg4" in words else 0, placed=not deit3 and "reg4" not in words,
        scaled=dino or deit3, clip=clip, quick="quickgelu" in words, head=32 if "mocov3" in words else 64)


TRANSFORMERS = """
deit_tiny_patch16_224 deit_small_patch16_224 deit_base_patch16_224 deit_base_patch16_384
vit_large_patch16_224 vit_small_patch32_224 vit_base_patch32_224 vit_large_patch32_224 vit_small_patch8_224 vit_base_patch8_224 vit_large_patch14_224
vit_tiny_patch16_384 vit_small_patch16_384 vit_base_patch16_384 vit_large_patch16_384 vit_small_patch32_384 vit_base_patch32_384 vit_large_patch32_384
deit3_small_patch16_224 deit3_base_patch16_224 deit3_large_patch16_224 deit3_small_patch16_384 deit3_base_patch16_384 deit3_large_patch16_384
vit_small_patch14_dinov2 vit_base_patch14_dinov2 vit_large_patch14_dinov2
vit_small_patch14_reg4_dinov2 vit_base_patch14_reg4_dinov2 vit_large_patch14_reg4_dinov2
vit_base_patch32_clip_224 vit_base_patch16_clip_224 vit_large_patch14_clip_224 vit_large_patch14_clip_336
vit_base_patch32_clip_quickgelu_224 vit_base_patch16_clip_quickgelu_224 vit_large_patch14_clip_quickgelu_224 vit_large_patch14_clip_quickgelu_336
vit_small_patch16_mocov3_224
""".split()


def resnet(network):
    """Modules of torchvision's residual networks, ResNeXt and Wide ResNet included."""
    yield "conv1", lambda x: network.maxpool(network.relu(network.bn1(network.conv1(x))))
    for stage in range(1, 5):
        for i, block in enumerate(getattr(network, f"layer{stage}")):
            yield f"layer{stage}.{i}", block
    yield "fc", lambda x: network.fc(x.mean((2, 3)))


def efficientnet(network):
    for i, part in enumerate(network.features):
        if 0 < i < 8:
            for j, block in enumerate(part):
                yield f"features.{i}.{j}", block
        else:
            yield f"features.{i}", part
    yield "classifier.1", lambda x: network.classifier(x.mean((2, 3)))


def mobilenet3(network):
    for i, block in enumerate(network.features):
        yield f"features.{i}", block
    yield "classifier.0", lambda x: network.classifier[:2](x.mean((2, 3)))
    yield "classifier.3", network.classifier[2:]


def swin(network):
    """Modules of torchvision's Swin, which keeps features last: moments over all values are the same."""
    for i, part in enumerate(network.features):
        if i % 2 == 0:
            yield f"features.{i}", part
        else:
            for j, block in enumerate(part):
                yield f"features.{i}.{j}", block
    yield "norm", network.norm
    yield "head", lambda x: network.head(x.mean((1, 2)))


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
    **{
        name: (lambda name=name: getattr(torchvision.models, name)(num_classes=10), modules, gain, size)
        for names_, modules, gain, size in (
            ("resnext50_32x4d resnext101_32x8d wide_resnet50_2 wide_resnet101_2", resnet, 2, 64),
            ("efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4", efficientnet, 2, 64),
            ("mobilenet_v3_small mobilenet_v3_large", mobilenet3, 2, 64),
            ("swin_t swin_b", swin, 1, 64),
            ("swin_s", swin, 1, 100),
        )
        for name in names_.split()
    },
    **{name: (timm(name), transformer, 1, 56 if "patch14" in name else 64, two_blocks) for name in TRANSFORMERS},
}


def divided(make, modules, gain, size, smaller=lambda network: None):
    """Tensor names, the logits, and after each module the mean and the standard deviation of what it gives."""
    network = make()
    found = {**names(network), "gain": gain, "size": size, "modules": {}}
    smaller(network)
    if smaller is two_blocks:
        found["depth"] = 2
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
