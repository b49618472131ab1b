#!/usr/bin/env python3
"""Small checkpoints written by PyTorch itself, and what is in them, for Weights/PyTorchFileTests.cs.

    python3 tests/reference/checkpoints.py tests/TransferLens.Vision.Tests/Fixtures/checkpoints

Needs PyTorch (Debian: python3-torch; made with 1.13). Each file is written in the zip format (.pth) and in the format
before 1.6 (.legacy.pth). checkpoints.json has, for each, the tensors that a reader must find: type, shape, values.
"""
import argparse
import json
import pathlib
import sys
from collections import OrderedDict

import torch


class AsOldPyTorch:
    """Pickles a tensor as versions before 0.4 did: storage, offset, size, stride and no more."""

    def __init__(self, tensor):
        self.tensor = tensor

    def __reduce__(self):
        t = self.tensor
        return torch._utils._rebuild_tensor, (t.storage(), t.storage_offset(), tuple(t.size()), t.stride())


class AsPython2:
    """Pickles an OrderedDict as Python 2 did: called with a list of [key, value]."""

    def __init__(self, entries):
        self.entries = entries

    def __reduce__(self):
        return OrderedDict, ([[key, value] for key, value in self.entries.items()],)


def numbers(*shape):
    return torch.arange(1, 1 + int(torch.tensor(shape).prod()), dtype=torch.float32).reshape(shape) / 8


def contents():
    """Name of the file: (object to save, its tensors as a reader should name them)."""
    types = OrderedDict(
        float32=numbers(2, 3), float64=numbers(3).double() / 3, float16=numbers(4).half(), bfloat16=numbers(4).bfloat16() - 3,
        int64=torch.tensor([-2**62, 0, 7]), int32=torch.tensor([-5, 2**31 - 1], dtype=torch.int32),
        int16=torch.tensor([-300, 300], dtype=torch.int16), int8=torch.tensor([-128, 127], dtype=torch.int8),
        uint8=torch.tensor([0, 255], dtype=torch.uint8), bool=torch.tensor([True, False, True]),
        zero_dimensions=torch.tensor(1.5), count=torch.tensor(9), empty=torch.zeros(0, 3))
    whole = numbers(4, 5)
    views = OrderedDict(
        whole=whole, transposed=whole.t(), row=whole[2], column=whole[:, 3], every_second=whole[::2, 1::2],
        expanded=whole[0, :1].expand(3, 2), permuted=numbers(2, 3, 4).permute(2, 0, 1), again=whole)
    state = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2))
    for i, tensor in enumerate(state.state_dict().values()):
        tensor.copy_(torch.full_like(tensor, i + 0.25))
    weights = state.state_dict()
    optimizer = torch.optim.SGD(state.parameters(), lr=0.1, momentum=0.9)
    state(numbers(3, 2)).sum().backward()
    optimizer.step()
    weights = OrderedDict((name, tensor.clone()) for name, tensor in weights.items())
    weights._metadata = state.state_dict()._metadata
    prefixed = OrderedDict((f"module.{name}", tensor) for name, tensor in weights.items())
    beside = {
        "epoch": 3, "best": 0.5, "arch": "résnet", "none": None, "done": True, "large": 2**40, "negative": -7,
        "size": torch.Size([2, 3]), "device": torch.device("cpu"), "list": [1, (2.5, "x")],
        "args": argparse.Namespace(lr=0.1, milestones=[100, 150], data=None),
    }
    return {
        "bare": (weights, weights),
        "types": (types, types),
        "views": (views, views),
        "state_dict": ({**beside, "state_dict": prefixed, "optimizer": optimizer.state_dict()}, weights),
        "model": ({"model": weights, "scheduler": {"last_epoch": 3}}, weights),
        "parameters": ({name: torch.nn.Parameter(tensor) for name, tensor in views.items()}, views),
        "old": (OrderedDict((name, AsOldPyTorch(tensor)) for name, tensor in views.items()), views),
        "python2": ({"state_dict": AsPython2(weights)}, weights),
    }


def described(tensor):
    values = tensor.double() if tensor.is_floating_point() else tensor.long()
    return {"type": str(tensor.dtype).removeprefix("torch."), "shape": list(tensor.shape), "values": values.detach().reshape(-1).tolist()}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for name, (saved, tensors) in contents().items():
        found[f"{name}.pth"] = {key: described(tensor) for key, tensor in tensors.items()}
        found[f"{name}.legacy.pth"] = found[f"{name}.pth"]
        torch.save(saved, folder / f"{name}.pth")
        torch.save(saved, folder / f"{name}.legacy.pth", _use_new_zipfile_serialization=False)
    saved, tensors = contents()["state_dict"]
    for protocol in (3, 4, 5):
        found[f"protocol{protocol}.pth"] = {key: described(tensor) for key, tensor in tensors.items()}
        torch.save(saved, folder / f"protocol{protocol}.pth", pickle_protocol=protocol)
    lines = [f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in found.items()]
    (folder / "checkpoints.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
