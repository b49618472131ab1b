"""Writes images of many kinds and the pixels that Pillow's convert("RGB") makes of them, as NAME.rgb. Run by a test:

    /usr/bin/python3 tests/reference/image_kinds.py FOLDER

Where Pillow's pixels are not what anybody wants, NAME.rgb holds what docs/data.md says instead. kinds.json holds widths and
heights. The .tif files and transparent.gif in tests/TransferLens.Vision.Tests/Fixtures/data, which tests damage, are copies.
"""
import json
import pathlib
import struct
import sys
import zlib

import numpy as np
from PIL import Image

out = pathlib.Path(sys.argv[1])
random = np.random.RandomState(19)
kinds = {}
HEIGHT, WIDTH = 37, 45


def smooth(channels):
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = [127 + 120 * np.sin((x * (i + 2) + y * (3 - i)) / 17.0 + i) for i in range(channels)]
    return np.stack(waves, axis=2).astype(np.uint8)


def note(name, pixels=None):
    pixels = np.asarray(Image.open(out / name).convert("RGB")) if pixels is None else pixels
    pixels = np.repeat(pixels[..., None], 3, axis=2) if pixels.ndim == 2 else pixels
    (out / f"{name}.rgb").write_bytes(np.ascontiguousarray(pixels, dtype=np.uint8).tobytes())
    kinds[name] = list(pixels.shape[:2])


def save(name, image, **options):
    image.save(out / name, **options)
    note(name)


grey, colour, four = smooth(1)[..., 0], smooth(3), smooth(4)
noise = random.randint(0, 256, (HEIGHT, WIDTH, 4)).astype(np.uint8)
deep = random.randint(0, 65536, (HEIGHT, WIDTH, 4)).astype(np.uint16)
palette = Image.fromarray(colour).quantize(200)
few = Image.fromarray(colour).quantize(4)

# PNG.
save("grey.png", Image.fromarray(grey))
save("grey_alpha.png", Image.fromarray(noise[..., :2], "LA"))
save("rgba.png", Image.fromarray(noise, "RGBA"))
save("palette.png", palette)
save("palette_few.png", few, bits=2)
save("palette_transparent.png", palette, transparency=3)
save("palette_alpha.png", palette, transparency=bytes(range(200)))
save("rgb_transparent.png", Image.fromarray(colour), transparency=tuple(int(v) for v in colour[3, 4]))
save("grey_transparent.png", Image.fromarray(grey), transparency=int(grey[0, 0]))
save("bilevel.png", Image.fromarray(grey > 100))


def png(name, pixels, kind):
    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    content = b"\x89PNG\r\n\x1a\n"
    header = struct.pack(">IIBBBBB", width, height, 16, kind, 0, 0, 0)
    for tag, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")):
        content += struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))
    (out / name).write_bytes(content)


png("rgb16.png", deep[..., :3], 2)
note("rgb16.png")
png("rgba16.png", deep, 6)
note("rgba16.png")
png("grey_alpha16.png", deep[..., :2], 4)
note("grey_alpha16.png")
png("grey16.png", deep[..., 0], 0)
note("grey16.png", deep[..., 0] >> 8)  # Pillow clips to 255.

# GIF, whose later frames and transparency are not shown.
save("palette.gif", palette)
save("transparent.gif", palette, transparency=5)
save("interlaced.gif", palette, interlace=1)
palette.save(out / "frames.gif", save_all=True, append_images=[few])
note("frames.gif")

# JPEG.
save("orientation.jpg", Image.fromarray(colour), quality=95, exif=b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0")
save("progressive.jpg", Image.fromarray(colour), progressive=True)
save("full_colour.jpg", Image.fromarray(colour), subsampling=0)
save("cmyk.jpg", Image.fromarray(four, "CMYK"), quality=95)

# TIFF, as Pillow writes it.
for compression in (None, "tiff_lzw", "tiff_adobe_deflate", "packbits"):
    for name, image in {
        "grey": Image.fromarray(grey),
        "bilevel": Image.fromarray(grey > 100),
        "rgb": Image.fromarray(colour),
        "rgba": Image.fromarray(noise, "RGBA"),
        "cmyk": Image.fromarray(noise, "CMYK"),
        "palette": palette,
        "grey_alpha": Image.fromarray(noise[..., :2], "LA"),
    }.items():
        save(f"{name}-{compression}.tif", image, compression=compression)
    Image.fromarray(deep[..., 0]).save(out / f"grey16-{compression}.tif", compression=compression)
    note(f"grey16-{compression}.tif", deep[..., 0] >> 8)  # Pillow clips to 255.
save("group3.tif", Image.fromarray(grey > 100), compression="group3")
save("group4.tif", Image.fromarray(grey > 100), compression="group4")
save("grey-jpeg.tif", Image.fromarray(grey), compression="jpeg")
save("rgb-jpeg.tiff", Image.fromarray(colour), compression="jpeg")
Image.fromarray(colour).save(out / "pages.tif", save_all=True, append_images=[Image.fromarray(grey)])
note("pages.tif")
for orientation in range(1, 9):
    save(f"orientation{orientation}.tif", Image.fromarray(colour), tiffinfo={274: orientation})


def tiff(name, pixels, photometric, order="<", bits=8, tile=None, planar=False, extra=(), expect=None):
    """A TIFF file, byte by byte, as Pillow does not write it."""
    height, width, samples = pixels.shape
    dtype = np.dtype("u2").newbyteorder(order) if bits == 16 else np.dtype("u1")
    planes = [pixels[..., i : i + 1] for i in range(samples)] if planar else [pixels]
    blocks = []
    for plane in planes:
        if tile:
            for top in range(0, height, tile):
                for left in range(0, width, tile):
                    block = np.zeros((tile, tile, plane.shape[2]), plane.dtype)
                    cut = plane[top : top + tile, left : left + tile]
                    block[: cut.shape[0], : cut.shape[1]] = cut
                    blocks.append(zlib.compress(block.astype(dtype).tobytes()))
        else:
            blocks += [zlib.compress(plane[top : top + 10].astype(dtype).tobytes()) for top in range(0, height, 10)]
    content = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 0)
    offsets = []
    for block in blocks:
        offsets.append(len(content))
        content += block
    entries = {256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * samples), 259: (3, [8]), 262: (3, [photometric]),
               277: (3, [samples]), 284: (3, [2 if planar else 1])}
    lengths = [len(block) for block in blocks]
    entries.update({322: (4, [tile]), 323: (4, [tile]), 324: (4, offsets), 325: (4, lengths)} if tile else
                   {273: (4, offsets), 278: (4, [10]), 279: (4, lengths)})
    if extra:
        entries[338] = (3, list(extra))
    directory = struct.pack(order + "H", len(entries))
    content += b"\0" * (len(content) % 2)
    for tag, (kind, values) in sorted(entries.items()):
        body = struct.pack(order + str(len(values)) + ('H' if kind == 3 else 'I'), *values)
        if len(body) > 4:
            place = len(content)
            content += body + b"\0" * (len(body) % 2)
            body = struct.pack(order + "I", place)
        directory += struct.pack(order + "HHI", tag, kind, len(values)) + body.ljust(4, b"\0")
    place = len(content)
    content += directory + b"\0" * 4
    content = content[:4] + struct.pack(order + "I", place) + content[8:]
    (out / name).write_bytes(content)
    note(name, expect)


for order in "<>":
    for tile in (None, 16):
        end = f"{'little' if order == '<' else 'big'}-{tile}.tif"
        tiff(f"rgb8-{end}", noise[..., :3], 2, order, tile=tile)
        tiff(f"rgb16-{end}", deep[..., :3], 2, order, 16, tile)
        tiff(f"rgba16-{end}", deep, 2, order, 16, tile, extra=[2])
        tiff(f"premultiplied-{end}", np.minimum(noise, noise[..., 3:]), 2, order, tile=tile, extra=[1])
        tiff(f"unspecified-{end}", noise, 2, order, tile=tile, extra=[0])
        tiff(f"white_is_zero-{end}", noise[..., :1], 0, order, tile=tile)
        tiff(f"grey16-{end}", deep[..., :1], 1, order, 16, tile, expect=deep[..., 0] >> 8)
        tiff(f"planar-{end}", noise[..., :3], 2, order, tile=tile, planar=True)
        tiff(f"planar16-{end}", deep[..., :3], 2, order, 16, tile, planar=True, expect=deep[..., :3] >> 8)  # Pillow fails.
(out / "kinds.json").write_text(json.dumps(kinds))
