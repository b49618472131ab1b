#!/usr/bin/env python3
"""Networks of torchvision as PyTorch exports them, with random weights, for Onnx/ExportedNetworkTests.cs.

    python3 tests/reference/onnx_exports.py FOLDER [--gradients] [--frozen N] [--fused] [--list] [NAME ...]

NAME is one of torchvision's, tiny_swin or tiny_vit. Writes FOLDER/NAME.onnx, an input NAME.input.pb and PyTorch's
logits NAME.logits.pb (TensorProto), and prints a line for each. Without names, all classification networks of
torchvision. Opset 16, in evaluation mode, batch normalization kept, batch size open: the file is exported with two
images and the input has three.

--gradients also writes NAME.gradients.pth, the gradients of the mean cross-entropy in training mode, in float64, without
dropout and stochastic depth (image i has label i), and NAME.after.pth, the running statistics after that pass.
--frozen fixes the batch size at N in the file (no dynamic_axes).
--list only prints the names of all classification networks of torchvision.
--fused exports as torch.onnx.export does by default: batch normalization folded into convolutions.

Needs Debian's python3-torch, python3-torchvision and python3-onnx.
"""
import argparse
import pathlib
import warnings

import torch
import torchvision
from onnx import numpy_helper

warnings.filterwarnings("ignore")
parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("names", nargs="*")
parser.add_argument("--gradients", action="store_true")
parser.add_argument("--fused", action="store_true")
parser.add_argument("--frozen", type=int)
parser.add_argument("--list", action="store_true")
options = parser.parse_args()
every = torchvision.models.list_models(torchvision.models)
if options.list:
    print("\n".join(every))
    raise SystemExit
folder = options.folder
folder.mkdir(exist_ok=True, parents=True)
names = options.names or every
CLASSES = 7
FIXED = {"inception_v3": 299}  # sizes that the architecture asks for
VARIABLE = ("convnext", "densenet", "efficientnet", "googlenet", "mnasnet", "mobilenet", "regnet", "resne",
            "shufflenet", "squeezenet", "wide_resnet")


# Small networks of two families whose smallest one is large.
SMALL = {
    "tiny_swin": (56, lambda **extra: torchvision.models.SwinTransformer(
        patch_size=[4, 4], embed_dim=24, depths=[2, 2], num_heads=[3, 6], window_size=[7, 7], **extra)),
    "tiny_vit": (64, lambda **extra: torchvision.models.VisionTransformer(
        image_size=64, patch_size=16, num_layers=2, num_heads=2, hidden_dim=32, mlp_dim=64, **extra)),
}


def size(name):
    if name in SMALL:
        return SMALL[name][0]
    return FIXED.get(name) or (96 if name.startswith(VARIABLE) else 224)


def create(name):
    extra = {"init_weights": False, "aux_logits": False} if name in ("googlenet", "inception_v3") else {}
    if name in SMALL:
        network = SMALL[name][1](num_classes=CLASSES).eval()
    else:
        network = torchvision.models.get_model(name, weights=None, num_classes=CLASSES, **extra).eval()
    for key, buffer in network.named_buffers():
        if key.endswith("running_mean"):
            buffer.copy_(torch.randn_like(buffer) / 10)
        if key.endswith("running_var"):
            buffer.copy_(torch.rand_like(buffer) + 0.5)
    for parameter in network.parameters():
        if parameter.abs().max() == 0:  # a head of zeros would hide everything before it
            torch.nn.init.normal_(parameter, std=0.05)
    return network


def export(network, images, path):
    how = {} if options.fused else {"do_constant_folding": False, "training": torch.onnx.TrainingMode.PRESERVE}
    if not options.frozen:
        how["dynamic_axes"] = {"images": {0: "batch"}, "logits": {0: "batch"}}
    torch.onnx.export(network, images[:options.frozen or 2], path, opset_version=16,
                      input_names=["images"], output_names=["logits"], **how)


def write(path, tensor):
    path.write_bytes(numpy_helper.from_array(tensor.numpy()).SerializeToString())


def train(network, images):
    # In float64: in float32 a value next to the kink of a ReLU may be on either side, which changes gradients, and the
    # statistics of three images can divide by next to nothing.
    network.double().train()
    for module in network.modules():
        if isinstance(module, (torch.nn.Dropout, torchvision.ops.StochasticDepth)):
            module.p = 0.0
    torch.nn.functional.cross_entropy(network(images.double()), torch.arange(len(images))).backward()
    gradients = {key: parameter.grad for key, parameter in network.named_parameters()}
    torch.save(gradients, folder / f"{name}.gradients.pth")
    torch.save(dict(network.named_buffers()), folder / f"{name}.after.pth")


for name in names:
    torch.manual_seed(1)
    network = create(name)
    images = torch.randn(3, 3, size(name), size(name))
    try:
        export(network, images, folder / f"{name}.onnx")
    except Exception as failure:
        print(f"{name}: PyTorch cannot export it ({str(failure).splitlines()[0][:100]})", flush=True)
        continue
    with torch.no_grad():
        logits = network(images)
    write(folder / f"{name}.input.pb", images)
    write(folder / f"{name}.logits.pb", logits)
    if options.gradients:
        train(network, images)
    print(f"{name}: written", flush=True)
