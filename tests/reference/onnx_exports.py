#!/usr/bin/env python3
"""Networks of torchvision as PyTorch exports them, with random weights, for Onnx/ExportedNetworkTests.cs.

    python3 tests/reference/onnx_exports.py FOLDER [NAME ...]

Writes FOLDER/NAME.onnx, an input NAME.input.pb and PyTorch's logits NAME.logits.pb (TensorProto), and prints a line for
each. Without names, all classification networks of torchvision. Opset 16, in evaluation mode, batch normalization kept,
batch size open. Needs Debian's python3-torch, python3-torchvision and python3-onnx.
"""
import pathlib
import sys
import warnings

import torch
import torchvision
from onnx import numpy_helper

warnings.filterwarnings("ignore")
folder = pathlib.Path(sys.argv[1])
folder.mkdir(exist_ok=True, parents=True)
names = sys.argv[2:] or torchvision.models.list_models(torchvision.models)
FIXED = {"inception_v3": 299}  # sizes that the architecture asks for
VARIABLE = ("convnext", "densenet", "efficientnet", "googlenet", "mnasnet", "mobilenet", "regnet", "resne",
            "shufflenet", "squeezenet", "wide_resnet")


def size(name):
    return FIXED.get(name) or (96 if name.startswith(VARIABLE) else 224)


def write(path, tensor):
    path.write_bytes(numpy_helper.from_array(tensor.numpy()).SerializeToString())


for name in names:
    torch.manual_seed(1)
    extra = {"init_weights": False, "aux_logits": False} if name in ("googlenet", "inception_v3") else {}
    network = torchvision.models.get_model(name, weights=None, **extra).eval()
    for key, buffer in network.named_buffers():
        if key.endswith("running_mean"):
            buffer.copy_(torch.randn_like(buffer) / 10)
        if key.endswith("running_var"):
            buffer.copy_(torch.rand_like(buffer) + 0.5)
    for parameter in network.parameters():
        if parameter.abs().max() == 0:  # a head of zeros would hide everything before it
            torch.nn.init.normal_(parameter, std=0.05)
    images = torch.randn(2, 3, size(name), size(name))
    try:
        torch.onnx.export(
            network, images, folder / f"{name}.onnx", opset_version=16, do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE, input_names=["images"], output_names=["logits"],
            dynamic_axes={"images": {0: "batch"}, "logits": {0: "batch"}})
    except Exception as failure:
        print(f"{name}: PyTorch cannot export it ({str(failure).splitlines()[0][:100]})", flush=True)
        continue
    with torch.no_grad():
        logits = network(images)
    write(folder / f"{name}.input.pb", images)
    write(folder / f"{name}.logits.pb", logits)
    print(f"{name}: written", flush=True)
