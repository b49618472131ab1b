"""Writes images, the weights of a resnet18 and files about its preprocessing, and what the weights then lose on the images.

For PreprocessingTests.cs: /usr/bin/python3 tests/reference/preprocessing.py FOLDER. Needs Debian's python3-torch,
python3-torchvision and python3-pil. Images are resized by Pillow and cropped by torchvision, as timm does.
"""

import json
import math
import os
import sys

import numpy
import torch
import torchvision
from PIL import Image
from torchvision.transforms.functional import center_crop

FOLDER = sys.argv[1]
CLASSES = ["cat", "dog", "owl"]
HALF = [0.5] * 3
IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
random = numpy.random.RandomState(7)


def drawn(width, height):
    coarse = random.randint(0, 256, (5, 7, 3)).astype(numpy.uint8)
    noise = random.randint(-30, 31, (height, width, 3))
    smooth = numpy.asarray(Image.fromarray(coarse).resize((width, height), Image.BICUBIC)).astype(int)
    return Image.fromarray((smooth + noise).clip(0, 255).astype(numpy.uint8))


def images():
    made = []
    for label, name in enumerate(CLASSES):
        os.makedirs(f"{FOLDER}/images/{name}")
        for i in range(4):
            image = drawn(random.randint(50, 220), random.randint(50, 220))
            image.save(f"{FOLDER}/images/{name}/{i}.png")
            made.append((image, label))
    return made


def network():
    torch.manual_seed(3)
    net = torchvision.models.resnet18(num_classes=len(CLASSES))
    for part in net.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.running_mean.normal_(0, 0.2)
            part.running_var.uniform_(0.5, 1.5)
    torch.nn.init.normal_(net.fc.weight, 0, 0.1)
    return net.eval()


def loss(size, resize, mode, filter, mean=HALF, std=HALF, labels=(0, 1, 2)):
    inputs = []
    for image, _ in IMAGES:
        width, height = image.size
        short, long = min(width, height), max(width, height)
        kept = (resize, int(resize * long / short)) if width <= height else (int(resize * long / short), resize)
        to = (resize, resize) if mode == "squash" else kept
        square = numpy.asarray(center_crop(image.resize(to, filter), [size, size])).astype(numpy.float32) / 255
        inputs.append((square - numpy.float32(mean)) / numpy.float32(std))
    with torch.no_grad():
        outputs = NET(torch.from_numpy(numpy.stack(inputs)).permute(0, 3, 1, 2)).double()
    return torch.nn.functional.cross_entropy(outputs, torch.tensor([labels[label] for _, label in IMAGES])).item()


def processor(**changes):
    keys = dict(
        image_processor_type="ViTImageProcessor",
        do_resize=True,
        size={"height": 64, "width": 64},
        resample=2,
        do_rescale=True,
        rescale_factor=1 / 255,
        do_normalize=True,
        image_mean=HALF,
        image_std=HALF,
    )
    return {"preprocessor_config.json": {**keys, **changes}}


def timm(**changes):
    keys = dict(input_size=[3, 64, 64], crop_pct=0.875, interpolation="bilinear", mean=IMAGENET[0], std=IMAGENET[1])
    return {"config.json": {"architecture": "resnet18", "pretrained_cfg": {**keys, **changes}}}


IMAGES, NET = images(), network()
BILINEAR, BICUBIC = Image.BILINEAR, Image.BICUBIC
torch.save(NET.state_dict(), f"{FOLDER}/resnet18.pth")
backwards = {"config.json": {"id2label": {str(i): name.upper() for i, name in enumerate(reversed(CLASSES))}}}
convnext = dict(image_processor_type="ConvNextImageProcessor", size={"shortest_edge": 64}, crop_pct=0.9, resample=3)
clip = dict(image_processor_type=None, feature_extractor_type="CLIPFeatureExtractor", size=64, resample=3)
cut = dict(do_center_crop=True, crop_size={"height": 64, "width": 64})

# Name: the files, further options, and the loss.
CASES = {
    "vit": (processor(), [], loss(64, 64, "squash", BILINEAR)),
    "vit_bicubic": (processor(resample=3), [], loss(64, 64, "squash", BICUBIC)),
    "vit_number": (processor(size=64), [], loss(64, 64, "squash", BILINEAR)),
    "vit_raw": (processor(do_normalize=False), [], loss(64, 64, "squash", BILINEAR, [0] * 3, [1] * 3)),
    "vit_cut": (processor(size={"height": 81, "width": 81}, **cut), [], loss(64, 81, "squash", BILINEAR)),
    "vit_larger": (
        processor(size={"height": 80, "width": 80}, **cut),
        ["--size", "96"],
        loss(96, 120, "squash", BILINEAR),
    ),
    "clip_number": (processor(**clip, do_center_crop=True, crop_size=64), [], loss(64, 64, "shortest", BICUBIC)),
    "convnext": (processor(**convnext), [], loss(64, int(64 / 0.9), "shortest", BICUBIC)),
    "convnext_384": (processor(**convnext), ["--size", "384"], loss(384, 384, "squash", BICUBIC)),
    "timm_squash": (timm(crop_mode="squash"), [], loss(64, math.floor(64 / 0.875), "squash", BILINEAR, *IMAGENET)),
    "timm_larger": (
        timm(crop_pct=0.95, interpolation=None),
        ["--size", "96"],
        loss(96, math.floor(96 / 0.95), "shortest", BICUBIC, *IMAGENET),
    ),
    "backwards": ({**processor(), **backwards}, [], loss(64, 64, "squash", BILINEAR, labels=(2, 1, 0))),
}

for name, (files, _, _) in CASES.items():
    os.makedirs(f"{FOLDER}/{name}")
    os.symlink("../resnet18.pth", f"{FOLDER}/{name}/resnet18.pth")
    for file, keys in files.items():
        with open(f"{FOLDER}/{name}/{file}", "w") as stream:
            json.dump(keys, stream)

# The cases can tell the ways apart.
assert abs(loss(64, 64, "squash", BILINEAR) - loss(64, 64, "shortest", BILINEAR)) > 1e-3
assert abs(loss(96, 96, "shortest", BICUBIC, *IMAGENET) - CASES["timm_larger"][2]) > 1e-3
with open(f"{FOLDER}/cases.json", "w") as stream:
    json.dump({name: {"options": options, "loss": value} for name, (_, options, value) in CASES.items()}, stream)
