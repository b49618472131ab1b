"""Prints the images of ImageFileTests.cs: small files as base64, and the SHA-256 of what
Pillow's convert("RGB") makes of them.

Run with Debian's python3-pil and python3-numpy: /usr/bin/python3 tests/reference/images.py
"""

import base64
import hashlib
import io

import numpy
from PIL import Image

grid = (numpy.arange(3 * 2 * 4).reshape(2, 3, 4) * 53 % 256).astype(numpy.uint8)
y, x = numpy.mgrid[0:20, 0:18]
smooth = numpy.stack([x * 14, y * 12, 255 - x * 6 - y * 5], axis=2).astype(numpy.uint8)
CASES = [
    ("grey.png", Image.fromarray(grid[:, :, 0]), {}),
    ("palette.png", Image.fromarray(grid[:, :, :3]).convert("P", palette=Image.ADAPTIVE, colors=4), {"bits": 2}),
    ("transparent.png", Image.fromarray(grid), {}),
    ("colour.bmp", Image.fromarray(grid[:, :, :3]), {}),
    ("lossless.webp", Image.fromarray(grid[:, :, :3]), {"lossless": True}),
    ("colour.jpg", Image.fromarray(smooth), {"quality": 90}),
    ("grey.jpg", Image.fromarray(smooth[:, :, 0]), {}),
]

for name, image, options in CASES:
    file = io.BytesIO()
    image.save(file, {"jpg": "jpeg"}.get(name.split(".")[1], name.split(".")[1]), **options)
    pixels = numpy.asarray(Image.open(io.BytesIO(file.getvalue())).convert("RGB"))
    print(f'    [InlineData("{name}", {pixels.shape[1]}, {pixels.shape[0]}, "{base64.b64encode(file.getvalue()).decode()}", "{hashlib.sha256(pixels.tobytes()).hexdigest()}")]')
