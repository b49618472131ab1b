#!/usr/bin/env python3
"""Makes the values of the tests of CheXpert's images: prepared as the paper's released code does, affine changes, and parts of a list.

    /usr/bin/python3 tests/reference/chexpert.py > tests/TransferLens.Vision.Tests/Fixtures/chexpert.json

The preparation is written out in NumPy; where OpenCV (Debian's python3-opencv) is installed, it is held to its equalizeHist,
resize and GaussianBlur, bit for bit. Affine changes are torchvision's of Pillow's images.
"""
import hashlib
import json
import sys

import numpy
import torchvision.transforms.functional as functional
from PIL import Image

try:
    import cv2
except ImportError:
    cv2 = None

SINGLE = numpy.float32
PREPARED = [(390, 320, 224), (320, 390, 224), (64, 48, 32), (48, 64, 32), (100, 37, 40), (33, 33, 33), (20, 16, 64), (64, 64, 32), (1, 9, 16), (40, 40, 1)]
# Degrees, pixels right, pixels down, scale, side.
AFFINE = [(7.5, 3, -2, 1.04, 32), (-15.0, -1, 1, 0.95, 33), (14.9, 11, 11, 1.05, 224), (90.0, 0, 0, 1.0, 16), (0.001, 5, -4, 1.0, 17), (-170.0, 0, 6, 0.5, 24)]


def drawn(width, height):
    x, y = numpy.meshgrid(numpy.arange(width), numpy.arange(height), indexing="xy")
    return ((x * 37 + y * 101 + x * y * 7 + x * x * 3) % 256 // 2 + (x * 3 + y * 2) % 64).astype(numpy.uint8)


def equalized(grey):
    counts = numpy.bincount(grey.ravel(), minlength=256)
    darkest = int(numpy.nonzero(counts)[0][0])
    if counts[darkest] == grey.size:
        return grey
    scale = SINGLE(255) / SINGLE(grey.size - counts[darkest])
    brighter = numpy.cumsum(counts) - counts[darkest]
    return numpy.clip(numpy.rint(brighter.astype(SINGLE) * scale), 0, 255).astype(numpy.uint8)[grey]


def samples(length, new):
    places = ((numpy.arange(new) + 0.5) * (1.0 / (new / length)) - 0.5).astype(SINGLE)
    at = numpy.floor(places).astype(int)
    share = numpy.where((at < 0) | (at >= length - 1), SINGLE(0), places - at.astype(SINGLE)).astype(SINGLE)
    at = at.clip(0, length - 1)
    return at, numpy.minimum(at + 1, length - 1), share


def resized(grey, width, height):
    at, after, share = samples(grey.shape[1], width)
    wide = grey[:, at] * (SINGLE(1) - share) + grey[:, after] * share
    at, after, share = samples(grey.shape[0], height)
    return wide[at] * (SINGLE(1) - share[:, None]) + wide[after] * share[:, None]


def blurred(grey):
    around = numpy.pad(grey, 1, mode="reflect" if len(grey) > 1 else "edge")
    around = around[:, 1:-1] * SINGLE(0.5) + (around[:, :-2] + around[:, 2:]) * SINGLE(0.25)
    return around[1:-1] * SINGLE(0.5) + (around[:-2] + around[2:]) * SINGLE(0.25)


def sides(height, width, size):
    if height >= width:
        return size, max(1, round(size / (height * 1.0 / width)))
    return max(1, round(size / (width * 1.0 / height))), size


def prepared(grey, size):
    height, width = sides(*grey.shape, size)
    padded = numpy.full((size, size), SINGLE(128))
    padded[:height, :width] = resized(equalized(grey).astype(SINGLE), width, height)
    return blurred(padded)


def by_opencv(grey, size):
    image = cv2.cvtColor(cv2.equalizeHist(grey), cv2.COLOR_GRAY2RGB).astype(numpy.float32)
    height, width = sides(*grey.shape, size)
    image = cv2.resize(image, dsize=(width, height), interpolation=cv2.INTER_LINEAR)
    image = numpy.pad(image, ((0, size - height), (0, size - width), (0, 0)), mode="constant", constant_values=128.0)
    return cv2.GaussianBlur(image, (3, 3), 0)[:, :, 0]


def sha256(pixels):
    return hashlib.sha256(numpy.ascontiguousarray(pixels, dtype=numpy.uint8).tobytes()).hexdigest()


cases = []
for width, height, size in PREPARED:
    grey = drawn(width, height)
    result = prepared(grey, size)
    if cv2 is not None:
        assert numpy.array_equal(equalized(grey), cv2.equalizeHist(grey)), (width, height, size)
        assert numpy.array_equal(result, by_opencv(grey, size)), (width, height, size)
    cases.append({"width": width, "height": height, "size": size, "sha256": sha256(numpy.rint(result))})

changed = []
for angle, right, down, scale, side in AFFINE:
    image = Image.fromarray(drawn(side, side))
    result = functional.affine(image, angle=angle, translate=[right, down], scale=scale, shear=[0.0, 0.0], fill=128)
    changed.append({"angle": angle, "right": right, "down": down, "scale": scale, "side": side, "sha256": sha256(numpy.asarray(result))})

# The released code permutes the lines of train.csv and takes the first 50,000 and the 50,000 behind them; here of 12 and of 5.
lines = numpy.random.RandomState(seed=1234).permutation([f"line {i}" for i in range(12)])
order = [int(line.split()[1]) for line in lines]

json.dump({"prepared": cases, "affine": changed, "parts": {"train": order[:5], "test": order[5:10]}}, sys.stdout, indent=1)
print()
