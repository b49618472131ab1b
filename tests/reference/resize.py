"""Prints the cases of ResizeTests.cs: Pillow's resize under torchvision's Resize and CenterCrop, as SHA-256.

First for Resize(n), which keeps the shape of an image, then for Resize((n, n)), which does not.

Run with Debian's python3-pil and python3-numpy: /usr/bin/python3 tests/reference/resize.py
"""

import hashlib

import numpy
from PIL import Image

CASES = [
    (5, 7, 16, 16),
    (28, 28, 32, 32),
    (32, 32, 32, 32),
    (33, 61, 20, 16),
    (61, 33, 20, 16),
    (64, 48, 32, 32),
    (100, 37, 24, 21),
    (3, 200, 8, 8),
    (40, 41, 40, 33),
    (250, 187, 64, 56),
]


def drawn(width, height):
    x, y, c = numpy.meshgrid(numpy.arange(width), numpy.arange(height), numpy.arange(3), indexing="xy")
    return ((x * 37 + y * 101 + c * 59 + x * y * 7 + x * x * 3) % 256).astype(numpy.uint8)


def kept(width, height, resize):
    short, long = min(width, height), max(width, height)
    new_long = int(resize * long / short)
    return (resize, new_long) if width <= height else (new_long, resize)


RUNS = [(squashes, name, case) for squashes in (False, True) for name in ("Bilinear", "Bicubic") for case in CASES]
for squashes, name, (width, height, resize, size) in RUNS:
    to = (resize, resize) if squashes else kept(width, height, resize)
    image = Image.fromarray(drawn(width, height))
    image = image if image.size == to else image.resize(to, getattr(Image, name.upper()))
    left, top = int(round((to[0] - size) / 2.0)), int(round((to[1] - size) / 2.0))
    square = numpy.asarray(image.crop((left, top, left + size, top + size))).transpose(2, 0, 1)
    digest = hashlib.sha256(numpy.ascontiguousarray(square).tobytes()).hexdigest()
    print(f'    [InlineData({width}, {height}, {resize}, {size}, Interpolation.{name}, "{digest}")]')
