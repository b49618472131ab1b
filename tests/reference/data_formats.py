"""Writes small data sets in the formats npz, cifar_python and webdataset, and images in GIF, PPM and PGM, as NumPy, pickle,
tarfile and Pillow write them, with what they contain in expected.json. Run by hand:

    /usr/bin/python3 tests/reference/data_formats.py tests/TransferLens.Vision.Tests/Fixtures/data

The two .parquet files there were written by DuckDB 1.5.6 from the same images (COPY ... (FORMAT parquet, KV_METADATA ...)),
in the schema image STRUCT(bytes BLOB, path VARCHAR), label BIGINT.
"""

import hashlib
import io
import json
import pathlib
import pickle
import sys
import tarfile

import numpy as np
from PIL import Image

out = pathlib.Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
random = np.random.RandomState(19)
expected = {}


def digest(image):
    return hashlib.sha256(np.asarray(image, dtype=np.uint8).tobytes()).hexdigest()


def rgb(image):
    return np.repeat(image[..., None], 3, axis=2) if image.ndim == 2 else image


def note(name, classes, labels, images):
    expected[name] = {"classes": classes, "labels": labels, "images": [digest(rgb(image)) for image in images]}


# MedMNIST: grey or colour, labels (n, 1) or (n, k) for several labels.
grey, colour = (random.randint(0, 256, shape).astype(np.uint8) for shape in ((5, 4, 3), (6, 4, 5, 3)))
labels = np.array([[2], [0], [0], [2], [3]], dtype=np.uint8)
np.savez_compressed(out / "grey.npz", test_images=grey, test_labels=labels, train_images=grey[:2], train_labels=labels[:2])
note("grey.npz", [str(i) for i in range(4)], labels[:, 0].tolist(), grey)
marks = random.randint(0, 2, (6, 3))
np.savez(out / "multi.npz", test_images=colour, test_labels=marks)
note("multi.npz", ["0", "1", "2"], [np.flatnonzero(row).tolist() for row in marks], colour)
first = np.ascontiguousarray(colour.transpose(0, 3, 1, 2))
np.savez(out / "keras.npz", x_test=first, y_test=np.arange(6, dtype=np.int64) % 2)
note("keras.npz", ["0", "1"], [0, 1, 0, 1, 0, 1], colour)
np.savez(out / "objects.npz", test_images=np.array([{}, {}], dtype=object), test_labels=labels[:2])

# CIFAR: rows of 3 planes of 32 x 32. Protocol 2 is the published files' own.
planes = random.randint(0, 2, (3, 3072)).astype(np.uint8)
planes[:, ::7] = 200
for protocol in (2, 3, 4):
    batch = {b"batch_label": b"x", b"labels": [3, 9, 0], b"data": planes, b"filenames": [b"a.png", b"b.png", b"c.png"]}
    (out / f"cifar10-protocol{protocol}").write_bytes(pickle.dumps(batch, protocol=protocol))
fine = {"fine_labels": [99, 0, 5], "coarse_labels": [1, 2, 3], "data": planes}
(out / "cifar100").write_bytes(pickle.dumps(fine, protocol=4))
# As Python 2 wrote the published files: all text is bytes.
python2 = (
    b"\x80\x02}q\x01(U\x06labelsq\x02]q\x03(K\x03K\tK\x00eU\x04dataq\x04cnumpy.core.multiarray\n_reconstruct\nq\x05"
    b"cnumpy\nndarray\nq\x06K\x00\x85q\x07U\x01b\x87Rq\x08(K\x01K\x03M\x00\x0c\x86cnumpy\ndtype\nq\tU\x02u1K\x00K\x01"
    b"\x87Rq\n(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T"
)
python2 += planes.nbytes.to_bytes(4, "little") + planes.tobytes() + b"tbu."
assert np.array_equal(pickle.loads(python2, encoding="latin1")["data"], planes)
(out / "cifar10-python2").write_bytes(python2)
images = planes.reshape(3, 3, 32, 32).transpose(0, 2, 3, 1)
note("cifar10", [str(i) for i in range(10)], [3, 9, 0], images)
note("cifar100", [str(i) for i in range(100)], [99, 0, 5], images)


class Evil:
    def __reduce__(self):
        return (print, ("executed",))


(out / "cifar-evil").write_bytes(pickle.dumps({"labels": [1], "data": Evil()}, protocol=2))


# WebDataset: a label in .cls, or in .json.
def png(image):
    content = io.BytesIO()
    Image.fromarray(image).save(content, "PNG")
    return content.getvalue()


def add(shard, name, content):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    shard.addfile(info, io.BytesIO(content))


with tarfile.open(out / "cls.tar", "w") as shard:
    for i, label in enumerate((10, 9, 10, 2)):
        add(shard, f"./a/{i:03}.cls", f"{label}\n".encode())
        add(shard, f"./a/{i:03}.png", png(colour[i]))
    add(shard, "./a/004.cls", b"3")
note("cls.tar", ["2", "9", "10"], [2, 1, 2, 0], colour[:4])
with tarfile.open(out / "json.tar", "w", format=tarfile.PAX_FORMAT) as shard:
    for i, label in enumerate(("dog", "cat", "dog")):
        add(shard, f"{i}.seg.png" if i == 9 else f"{i}.png", png(grey[i]))
        add(shard, f"{i}.json", json.dumps({"label": label, "width": 3}).encode())
note("json.tar", ["cat", "dog"], [1, 0, 1], grey[:3])

# The images of the .parquet files.
parquet = [np.random.RandomState(i).randint(0, 255, (4, 3, 3)).astype("u1") for i in (0, 1, 2, 3, 0)]
note("hf-snappy.parquet", ["dog", "cat", "ant"], [2, 0, 0, 2, 0], parquet)
note("hf-zstd.parquet", ["0", "2"], [1, 0, 0, 1, 0], parquet)

# Images whose endings were not read before.
Image.fromarray(colour[0]).save(out / "colour.ppm")
Image.fromarray(grey[0]).save(out / "grey.pgm")
palette = Image.fromarray(np.repeat(np.repeat(colour[1], 4, 0), 4, 1)).quantize(8)
palette.save(out / "palette.gif")
for name in ("colour.ppm", "grey.pgm", "palette.gif"):
    expected[name] = {"image": digest(Image.open(out / name).convert("RGB"))}

# The division of 17 and 10 images of two classes by the rule of the option split.
numpy = np.random.RandomState(7)
parts = {"test": [], "validation": [], "train": []}
start = 0
for count in (17, 10):
    order = start + numpy.permutation(count)
    test, validation = int(count * 0.2 + 0.5), int(count * 0.1 + 0.5)
    parts["test"] += order[:test].tolist()
    parts["validation"] += order[test : test + validation].tolist()
    parts["train"] += order[test + validation :].tolist()
    start += count
expected["split"] = {part: sorted(numbers) for part, numbers in parts.items()}

(out / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
