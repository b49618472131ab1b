#!/usr/bin/env python3
"""What Python pickles beside tensors, by torch.save, for Weights/PythonObjectsTests.cs.

    python3 tests/reference/python_objects.py FOLDER

Reads FOLDER/shapes.txt, a line "NAME LENGTH,LENGTH" for each tensor of a state dict ("-" for a scalar). Writes FOLDER/P.pth with that state
dict and all objects for each protocol P of pickle, FOLDER/old.pth and FOLDER/1.pth in PyTorch's format before 1.6, FOLDER/plain.pkl by pickle alone,
FOLDER/numpyORDERAXES.pth with NumPy's arrays, and FOLDER/KIND.pth with a tensor of each odd kind. Needs PyTorch and NumPy (Debian: python3-torch, python3-numpy).
"""
import argparse
import collections
import datetime
import decimal
import enum
import fractions
import functools
import pathlib
import pickle
import sys
import types
import typing
import uuid
import zoneinfo

import numpy
import torch


class Color(enum.Enum):
    RED = 1


class Python311(enum.Enum):
    """As Python 3.11.0 to 3.11.3 pickle the members of every enumeration."""

    RED = 1

    def __reduce_ex__(self, protocol):
        return getattr, (self.__class__, self._name_)


class Flags(enum.Flag):
    A = 1
    B = 2


class Level(enum.IntEnum):
    LOW = 1


class Word(str, enum.Enum):
    A = "a"


class Outer:
    class Inner(enum.Enum):
        X = 1


class Ordered(collections.OrderedDict):
    pass


class Pair(collections.namedtuple("Pair", "a b")):
    pass


class Slots:
    __slots__ = ("a",)

    def __init__(self):
        self.a = 1


class Meter:
    def update(self):
        pass

    def __call__(self):
        pass


WEIGHT = torch.zeros(1, requires_grad=True)

BESIDE = [
    Meter().update, Meter().__call__, torch.optim.lr_scheduler.OneCycleLR(torch.optim.SGD([WEIGHT], .1, momentum=.9), .1, 10).state_dict(),
    torch.zeros(2, dtype=torch.complex64), numpy.zeros(3, ">f4"), iter([1]), numpy.random.default_rng(1), zoneinfo.ZoneInfo("UTC"), typing.Optional[int],
    Color.RED, Python311.RED, {Python311.RED: Python311.RED}, Flags.A, Flags.A | Flags.B, Level.LOW, Word.A, Outer.Inner.X,
    Ordered(a=1), Pair(1, 2), Slots(), types.SimpleNamespace(a=1), functools.partial(int, 2),
    pathlib.Path("/x"), pathlib.PureWindowsPath("c:/x"), argparse.Namespace(lr=.1, device=torch.device("cpu")),
    datetime.datetime(2024, 1, 2), datetime.timedelta(1), datetime.timezone.utc, decimal.Decimal("1.5"), fractions.Fraction(1, 3), uuid.UUID(int=5),
    collections.Counter("ab"), collections.deque([1]), collections.defaultdict(list, a=[1]), slice(1, 2), range(3), 1 + 2j, {1, 2}, frozenset([1]),
    b"ab", bytearray(b"ab"), 2 ** 100, -1, 1.5, len, Exception("x"),
    numpy.float64(1.5), numpy.int64(3), numpy.bool_(True), numpy.str_("a"), numpy.datetime64("2020"), numpy.dtype("f4"), numpy.zeros(3),
    numpy.random.RandomState(0).get_state(), numpy.array(["a", None], dtype=object),
    torch.float32, torch.Size([1]), torch.strided, torch.device("cuda:0"), torch.get_rng_state(), torch.nn.Parameter(torch.zeros(2)),
    torch.nn.ReLU, torch.nn.functional.relu, torch.optim.SGD([torch.zeros(1, requires_grad=True)], .1).state_dict(),
]

ODD = {
    "parameter": torch.nn.Parameter(torch.zeros(64)), "transposed": torch.zeros(64, 4).t(), "expanded": torch.zeros(1, 64).expand(4, 64),
    "sparse": torch.zeros(4, 64).to_sparse(), "csr": torch.eye(4).to_sparse_csr(),
    "quantized": torch.quantize_per_tensor(torch.zeros(4, 64), .1, 0, torch.qint8), "meta": torch.zeros(4, 64, device="meta"),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    shapes = [line.split() for line in (folder / "shapes.txt").read_text().splitlines()]
    state = collections.OrderedDict((name, torch.zeros([int(x) for x in s.split(",")] if s != "-" else [])) for name, s in shapes)
    saved = {"beside": BESIDE, "state_dict": state}
    for protocol in (2, 3, 4, 5):
        torch.save(saved, folder / f"{protocol}.pth", pickle_protocol=protocol)
    torch.save(saved, folder / "old.pth", _use_new_zipfile_serialization=False)
    saved["beside"] = [x for x in BESIDE if not isinstance(x, Slots)]  # which protocol 1 cannot pickle
    torch.save(saved, folder / "1.pth", pickle_protocol=1, _use_new_zipfile_serialization=False)
    with open(folder / "plain.pkl", "wb") as file:
        pickle.dump(saved, file)
    for order in "<>":
        for axes in "CF":
            arrays = {name: numpy.array(numpy.arange(t.numel()).reshape(t.shape), order + "f4", order=axes) for name, t in state.items()}
            torch.save(arrays, folder / f"numpy{order}{axes}.pth")
    for name, tensor in ODD.items():
        torch.save({"a": torch.zeros(3), "linear.weight": tensor}, folder / f"{name}.pth")


if __name__ == "__main__":
    main()
