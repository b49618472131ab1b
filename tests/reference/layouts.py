#!/usr/bin/env python3
"""Small checkpoints in the layouts of other people's code, from random weights, for Weights/LayoutTests.cs.

    python3 tests/reference/layouts.py FOLDER

Reads FOLDER/NAME.safetensors, plain weights of a network called NAME, and writes FOLDER/LAYOUT/..., one file or folder
for each layout, and FOLDER/layouts.json: layout -> network, path, whether the head is there, what must be said. Every
layout is written by its own code where that is at hand (PyTorch, NumPy), and else with the names that the source named
beside it gives. Needs PyTorch and NumPy (Debian: python3-torch, python3-numpy).
"""
import argparse
import collections
import json
import pathlib
import pickle
import re
import struct
import sys
import types

import numpy as np
import torch

TYPES = {"F32": np.float32, "F16": np.float16, "I64": np.int64}


def read(path):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    return {
        name: torch.from_numpy(
            np.frombuffer(data[8 + length + e["data_offsets"][0]:8 + length + e["data_offsets"][1]], TYPES[e["dtype"]])
            .reshape(e["shape"]).copy())
        for name, e in header.items()}


def write(path, tensors):
    header, offset, parts = {}, 0, []
    for name, tensor in tensors.items():
        raw = tensor.contiguous().numpy().tobytes()
        kind = {torch.float32: "F32", torch.int64: "I64", torch.float16: "F16"}[tensor.dtype]
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [offset, offset + len(raw)]}
        offset += len(raw)
        parts.append(raw)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))


def pre(prefix, tensors):
    return collections.OrderedDict((prefix + name, tensor) for name, tensor in tensors.items())


def without(tensors, *heads):
    return collections.OrderedDict((n, t) for n, t in tensors.items() if not any(n == h or n.startswith(h + ".") for h in heads))


def renamed(tensors, *rules):
    """Renames by the first rule that changes a name: (pattern, replacement)."""
    made = collections.OrderedDict()
    for name, tensor in tensors.items():
        for pattern, replacement in rules:
            changed = re.sub("^" + pattern, replacement, name)
            if changed != name:
                name = changed
                break
        made[name] = tensor
    return made


def split_qkv(tensors, words, pattern=r"(blocks\.\d+\.attn)\.qkv\.(weight|bias)"):
    made = collections.OrderedDict()
    for name, tensor in tensors.items():
        match = re.fullmatch(pattern, name)
        if match:
            for word, part in zip(words, tensor.chunk(3)):
                made[f"{match[1]}.{word}.{match[2]}"] = part.clone()
        else:
            made[name] = tensor
    return made


def zeros(tensors):
    return collections.OrderedDict((n, torch.zeros_like(t)) for n, t in tensors.items())


def foreign(module, name):
    """A class that only this process knows; its instances are unknown to every reader."""
    made = type(name, (dict,), {"__module__": module})
    parts = module.split(".")
    for i in range(1, len(parts) + 1):
        path = ".".join(parts[:i])
        sys.modules.setdefault(path, types.ModuleType(path))
    setattr(sys.modules[module], name, made)
    return made


def hugging_face_vit(vit, prefix="vit."):
    made = renamed(
        split_qkv(vit, ("query", "key", "value")),
        (r"cls_token", "embeddings.cls_token"), (r"pos_embed", "embeddings.position_embeddings"),
        (r"patch_embed\.proj", "embeddings.patch_embeddings.projection"),
        (r"blocks\.(\d+)\.norm1", r"encoder.layer.\1.layernorm_before"), (r"blocks\.(\d+)\.norm2", r"encoder.layer.\1.layernorm_after"),
        (r"blocks\.(\d+)\.attn\.proj", r"encoder.layer.\1.attention.output.dense"),
        (r"blocks\.(\d+)\.attn", r"encoder.layer.\1.attention.attention"),
        (r"blocks\.(\d+)\.mlp\.fc1", r"encoder.layer.\1.intermediate.dense"), (r"blocks\.(\d+)\.mlp\.fc2", r"encoder.layer.\1.output.dense"),
        (r"norm\.", "layernorm."), (r"head\.", "classifier."))
    return collections.OrderedDict((n if n.startswith("classifier") else prefix + n, t) for n, t in made.items())


def torchvision_vit(vit, mlp=("0", "3")):
    return renamed(
        vit, (r"cls_token", "class_token"), (r"pos_embed", "encoder.pos_embedding"), (r"patch_embed\.proj", "conv_proj"),
        (r"blocks\.(\d+)\.norm(\d)", r"encoder.layers.encoder_layer_\1.ln_\2"),
        (r"blocks\.(\d+)\.attn\.qkv\.", r"encoder.layers.encoder_layer_\1.self_attention.in_proj_"),
        (r"blocks\.(\d+)\.attn\.proj", r"encoder.layers.encoder_layer_\1.self_attention.out_proj"),
        (r"blocks\.(\d+)\.mlp\.fc1", rf"encoder.layers.encoder_layer_\1.mlp.{mlp[0]}"),
        (r"blocks\.(\d+)\.mlp\.fc2", rf"encoder.layers.encoder_layer_\1.mlp.{mlp[1]}"),
        (r"norm\.", "encoder.ln."), (r"head\.", "heads.head."))


def mmpretrain_vit(vit, norm="ln"):
    made = renamed(
        vit, (r"patch_embed\.proj", "patch_embed.projection"), (r"blocks\.(\d+)\.norm(\d)", rf"layers.\1.{norm}\2"),
        (r"blocks\.(\d+)\.mlp\.fc1", r"layers.\1.ffn.layers.0.0"), (r"blocks\.(\d+)\.mlp\.fc2", r"layers.\1.ffn.layers.1"),
        (r"blocks", "layers"), (r"norm\.", f"{norm}1."), (r"head\.", "head.layers.head."))
    return collections.OrderedDict((n if n.startswith("head") else "backbone." + n, t) for n, t in made.items())


def google_vit(vit, heads):
    made = {}
    for name, tensor in vit.items():
        array, block = tensor.numpy(), re.match(r"blocks\.(\d+)\.", name)
        width = vit["norm.weight"].shape[0]
        at = f"Transformer/encoderblock_{block[1]}" if block else ""
        rest = name[block.end():] if block else name
        attention = f"{at}/MultiHeadDotProductAttention_1"
        if rest == "attn.qkv.weight":
            for word, part in zip(("query", "key", "value"), np.split(array, 3)):
                made[f"{attention}/{word}/kernel"] = part.T.reshape(width, heads, -1)
        elif rest == "attn.qkv.bias":
            for word, part in zip(("query", "key", "value"), np.split(array, 3)):
                made[f"{attention}/{word}/bias"] = part.reshape(heads, -1)
        elif rest == "attn.proj.weight":
            made[f"{attention}/out/kernel"] = array.T.reshape(heads, -1, width)
        else:
            kind, part = rest.rsplit(".", 1) if "." in rest else (rest, "")
            place = {
                "attn.proj": f"{attention}/out", "norm1": f"{at}/LayerNorm_0", "norm2": f"{at}/LayerNorm_2",
                "mlp.fc1": f"{at}/MlpBlock_3/Dense_0", "mlp.fc2": f"{at}/MlpBlock_3/Dense_1", "norm": "Transformer/encoder_norm",
                "patch_embed.proj": "embedding", "head": "head", "cls_token": "cls",
                "pos_embed": "Transformer/posembed_input/pos_embedding"}[kind]
            if not part:
                made[place] = array
            elif part == "bias":
                made[f"{place}/bias"] = array
            elif array.ndim == 4:
                made[f"{place}/kernel"] = array.transpose(2, 3, 1, 0)
            elif array.ndim == 2:
                made[f"{place}/kernel"] = array.T
            else:
                made[f"{place}/scale"] = array
    return made


def hugging_face_resnet(resnet, prefix="resnet."):
    made = renamed(
        resnet, (r"conv1", "embedder.embedder.convolution"), (r"bn1", "embedder.embedder.normalization"),
        *[(rf"layer{s + 1}\.(\d+)\.conv{k + 1}", rf"encoder.stages.{s}.layers.\1.layer.{k}.convolution") for s in range(4) for k in range(3)],
        *[(rf"layer{s + 1}\.(\d+)\.bn{k + 1}", rf"encoder.stages.{s}.layers.\1.layer.{k}.normalization") for s in range(4) for k in range(3)],
        *[(rf"layer{s + 1}\.(\d+)\.downsample\.0", rf"encoder.stages.{s}.layers.\1.shortcut.convolution") for s in range(4)],
        *[(rf"layer{s + 1}\.(\d+)\.downsample\.1", rf"encoder.stages.{s}.layers.\1.shortcut.normalization") for s in range(4)],
        (r"fc\.", "classifier.1."))
    return collections.OrderedDict((n if n.startswith("classifier") else prefix + n, t) for n, t in made.items())


def detectron(resnet):
    """tools/convert-torchvision-to-d2.py, line by line; counts of batches are not kept."""
    made = {}
    for k, tensor in resnet.items():
        if k.endswith("num_batches_tracked"):
            continue
        if "layer" not in k:
            k = "stem." + k
        for t in (1, 2, 3, 4):
            k = k.replace(f"layer{t}", f"res{t + 1}")
        for t in (1, 2, 3):
            k = k.replace(f"bn{t}", f"conv{t}.norm")
        k = k.replace("downsample.0", "shortcut").replace("downsample.1", "shortcut.norm")
        made[k] = tensor.numpy()
    return made


def hugging_face_convnext(net, prefix="convnext."):
    made = renamed(
        net, (r"features\.0\.0", "embeddings.patch_embeddings"), (r"features\.0\.1", "embeddings.layernorm"),
        *[(rf"features\.{2 * s}\.(\d)", rf"encoder.stages.{s}.downsampling_layer.\1") for s in (1, 2, 3)],
        *[(rf"features\.{2 * s + 1}\.(\d+)\.{old}", rf"encoder.stages.{s}.layers.\1.{new}") for s in range(4) for old, new in (
            (r"block\.0", "dwconv"), (r"block\.2", "layernorm"), (r"block\.3", "pwconv1"), (r"block\.5", "pwconv2"),
            ("layer_scale", "layer_scale_parameter"))],
        (r"classifier\.0", "layernorm"), (r"classifier\.2", "classifier"))
    return collections.OrderedDict(
        (n if n.startswith("classifier") else prefix + n, t.flatten() if "layer_scale" in n else t) for n, t in made.items())


def meta_convnext(net):
    made = renamed(
        net, *[(rf"features\.{2 * s}\.(\d)", rf"downsample_layers.{s}.\1") for s in range(4)],
        *[(rf"features\.{2 * s + 1}\.(\d+)\.{old}", rf"stages.{s}.\1.{new}") for s in range(4) for old, new in (
            (r"block\.0", "dwconv"), (r"block\.2", "norm"), (r"block\.3", "pwconv1"), (r"block\.5", "pwconv2"), ("layer_scale", "gamma"))],
        (r"classifier\.0", "norm"), (r"classifier\.2", "head"))
    return collections.OrderedDict((n, t.flatten() if n.endswith("gamma") else t) for n, t in made.items())


def timm_convnext(net):
    made = renamed(
        net, (r"features\.0\.(\d)", r"stem.\1"), *[(rf"features\.{2 * s}\.(\d)", rf"stages.{s}.downsample.\1") for s in (1, 2, 3)],
        *[(rf"features\.{2 * s + 1}\.(\d+)\.{old}", rf"stages.{s}.blocks.\1.{new}") for s in range(4) for old, new in (
            (r"block\.0", "conv_dw"), (r"block\.2", "norm"), (r"block\.3", "mlp.fc1"), (r"block\.5", "mlp.fc2"), ("layer_scale", "gamma"))],
        (r"classifier\.0", "head.norm"), (r"classifier\.2", "head.fc"))
    return collections.OrderedDict((n, t.flatten() if n.endswith("gamma") else t) for n, t in made.items())


def mmpretrain_convnext(net):
    made = renamed(
        net, *[(rf"features\.{2 * s}\.(\d)", rf"downsample_layers.{s}.\1") for s in range(4)],
        *[(rf"features\.{2 * s + 1}\.(\d+)\.{old}", rf"stages.{s}.\1.{new}") for s in range(4) for old, new in (
            (r"block\.0", "depthwise_conv"), (r"block\.2", "norm"), (r"block\.3", "pointwise_conv1"), (r"block\.5", "pointwise_conv2"), ("layer_scale", "gamma"))],
        (r"classifier\.0", "norm3"), (r"classifier\.2", "head.fc"))
    return collections.OrderedDict(
        (n if n.startswith("head") else "backbone." + n, t.flatten() if n.endswith("gamma") else t) for n, t in made.items())


def openai_clip(net):
    """The image tower with the text tower beside it, whose blocks have the same names."""
    made = renamed(
        net, (r"patch_embed\.proj", "conv1"), (r"norm_pre", "ln_pre"), (r"norm\.", "ln_post."), (r"cls_token", "class_embedding"), (r"pos_embed", "positional_embedding"),
        (r"blocks\.(\d+)\.norm(\d)", r"transformer.resblocks.\1.ln_\2"), (r"blocks\.(\d+)\.attn\.qkv\.", r"transformer.resblocks.\1.attn.in_proj_"),
        (r"blocks\.(\d+)\.attn\.proj", r"transformer.resblocks.\1.attn.out_proj"), (r"blocks\.(\d+)\.mlp\.fc1", r"transformer.resblocks.\1.mlp.c_fc"),
        (r"blocks\.(\d+)\.mlp\.fc2", r"transformer.resblocks.\1.mlp.c_proj"), (r"head\.weight", "proj"))
    made.pop("head.bias")
    made["class_embedding"], made["positional_embedding"] = made["class_embedding"].flatten(), made["positional_embedding"][0]
    made["proj"] = made["proj"].t().contiguous()
    text = {"positional_embedding": torch.randn(5, 64), "text_projection": torch.randn(64, 7), "token_embedding.weight": torch.randn(9, 64), "logit_scale": torch.ones(()),
            "ln_final.weight": torch.ones(64), "ln_final.bias": torch.zeros(64)}
    for part, shape in (("attn.in_proj_weight", (192, 64)), ("attn.in_proj_bias", (192,)), ("ln_1.weight", (64,)), ("mlp.c_fc.weight", (256, 64))):
        text[f"transformer.resblocks.0.{part}"] = torch.randn(shape)
    return {**text, **pre("visual.", made)}


def hugging_face_clip(net):
    made = renamed(
        split_qkv(net, ("q_proj", "k_proj", "v_proj")),
        (r"patch_embed\.proj", "embeddings.patch_embedding"), (r"norm_pre", "pre_layrnorm"), (r"norm\.", "post_layernorm."),
        (r"cls_token", "embeddings.class_embedding"), (r"pos_embed", "embeddings.position_embedding.weight"),
        (r"blocks\.(\d+)\.norm(\d)", r"encoder.layers.\1.layer_norm\2"), (r"blocks\.(\d+)\.attn\.proj", r"encoder.layers.\1.self_attn.out_proj"),
        (r"blocks\.(\d+)\.attn", r"encoder.layers.\1.self_attn"), (r"blocks\.(\d+)", r"encoder.layers.\1"), (r"head\.", "visual_projection."))
    made.pop("visual_projection.bias")
    made["embeddings.class_embedding"], made["embeddings.position_embedding.weight"] = made["embeddings.class_embedding"].flatten(), made["embeddings.position_embedding.weight"][0]
    text = {"text_model.embeddings.token_embedding.weight": torch.randn(9, 64), "text_model.encoder.layers.0.self_attn.q_proj.weight": torch.randn(64, 64),
            "vision_model.embeddings.position_ids": torch.zeros(1, 5, dtype=torch.long), "text_projection.weight": torch.randn(7, 64)}
    return {**text, **{n if n.startswith("visual_") else "vision_model." + n: t for n, t in made.items()}}


def hugging_face_dinov2(net, prefix=""):
    made = renamed(
        split_qkv(net, ("query", "key", "value")),
        (r"(cls_token|mask_token)", r"embeddings.\1"), (r"reg_token", "embeddings.register_tokens"), (r"pos_embed", "embeddings.position_embeddings"),
        (r"patch_embed\.proj", "embeddings.patch_embeddings.projection"), (r"blocks\.(\d+)\.attn\.proj", r"encoder.layer.\1.attention.output.dense"),
        (r"blocks\.(\d+)\.attn", r"encoder.layer.\1.attention.attention"), (r"blocks\.(\d+)\.ls(\d)\.gamma", r"encoder.layer.\1.layer_scale\2.lambda1"),
        (r"blocks\.(\d+)", r"encoder.layer.\1"), (r"norm\.", "layernorm."))
    return {**pre(prefix, made), prefix + "embeddings.mask_token": torch.zeros(1, net["norm.weight"].shape[0])}


def meta_dinov2(net, chunks=False):
    made = renamed(net, (r"reg_token", "register_tokens"), *([(r"blocks\.(\d+)", r"blocks.0.\1")] if chunks else []))
    return {**made, "mask_token": torch.zeros(1, net["norm.weight"].shape[0])}


def microsoft_swin(net, timm=False):
    """Microsoft's Swin merges patches at the end of a stage; timm since 0.9 at its beginning, without buffers."""
    made = renamed(
        net, (r"features\.0\.0", "patch_embed.proj"), (r"features\.0\.2", "patch_embed.norm"),
        *[(rf"features\.{2 * s}\.(norm|reduction)", rf"layers.{s if timm else s - 1}.downsample.\1") for s in (1, 2, 3)],
        *[(rf"features\.{2 * s + 1}\.(\d+)\.{old}", rf"layers.{s}.blocks.\1.{new}") for s in range(4) for old, new in (
            ("mlp\\.0", "mlp.fc1"), ("mlp\\.3", "mlp.fc2"), ("", ""))],
        (r"head\.", "head.fc." if timm else "head."))
    made = collections.OrderedDict((n, t.reshape(49, 49) if n.endswith("index") else t) for n, t in made.items() if not (timm and n.endswith("index")))
    return made if timm else {**made, "layers.0.blocks.1.attn_mask": torch.zeros(64, 49, 49)}


def hugging_face_swin(net):
    made = renamed(
        split_qkv(microsoft_swin(net), ("query", "key", "value"), r"(.*\.attn)\.qkv\.(weight|bias)"),
        (r"patch_embed\.proj", "embeddings.patch_embeddings.projection"), (r"patch_embed\.norm", "embeddings.norm"),
        (r"(layers.*)\.attn\.proj", r"encoder.\1.attention.output.dense"), (r"(layers.*)\.attn\.", r"encoder.\1.attention.self."),
        (r"(layers.*)\.norm1", r"encoder.\1.layernorm_before"), (r"(layers.*blocks.*)\.norm2", r"encoder.\1.layernorm_after"),
        (r"(layers.*)\.mlp\.fc1", r"encoder.\1.intermediate.dense"), (r"(layers.*)\.mlp\.fc2", r"encoder.\1.output.dense"),
        (r"layers", "encoder.layers"), (r"norm\.", "layernorm."), (r"head\.", "classifier."))
    return {n if n.startswith("classifier") else "swin." + n: t for n, t in made.items()}


def timm_efficientnet(net):
    rules = [(r"features\.0\.0", "conv_stem"), (r"features\.0\.1", "bn1"), (r"features\.8\.0", "conv_head"), (r"features\.8\.1", "bn2"), (r"classifier\.1", "classifier")]
    for stage in range(7):
        names = ("conv_dw bn1", "se", "conv_pw bn2") if stage == 0 else ("conv_pw bn1", "conv_dw bn2", "se", "conv_pwl bn3")
        for i, name in enumerate(names):
            parts = (("fc1", "se.conv_reduce"), ("fc2", "se.conv_expand")) if name == "se" else zip("01", name.split())
            rules += [(rf"features\.{stage + 1}\.(\d+)\.block\.{i}\.{old}", rf"blocks.{stage}.\1.{new}") for old, new in parts]
    return renamed(net, *rules)


def lora(net, layers, rank=4, alpha=8., stabilized=False, transposed=False, adapter=""):
    """A, B and the weights before they were merged, so that the merged ones are the plain file's."""
    parts, before = collections.OrderedDict(), collections.OrderedDict(net)
    for name in layers:
        weight = net[name + ".weight"]
        a, b = torch.randn(rank, *weight.shape[1:]) / 8, torch.randn(weight.shape[0], rank, *[1] * (weight.dim() - 2)) / 8
        added = (b.flatten(1) @ a.flatten(1)).reshape(weight.shape) * (alpha / (rank ** .5 if stabilized else rank))
        before[name + ".weight"] = weight - added
        parts[f"{name}.lora_A{adapter}.weight"], parts[f"{name}.lora_B{adapter}.weight"] = a, b
    return parts, before


def adapter_config(place, **more):
    config = {"peft_type": "LORA", "base_model_name_or_path": "someone/model", "r": 4, "lora_alpha": 8, "fan_in_fan_out": False, "bias": "none", "use_rslora": False, **more}
    place.mkdir(parents=True, exist_ok=True)
    (place / "adapter_config.json").write_text(json.dumps(config))


def timm_vgg(net):
    made = renamed(net, (r"classifier\.0", "pre_logits.fc1"), (r"classifier\.3", "pre_logits.fc2"), (r"classifier\.6", "head.fc"))
    for name in ("pre_logits.fc1.weight", "pre_logits.fc2.weight"):
        rows, columns = made[name].shape
        side = 7 if columns == 512 * 49 else 1
        made[name] = made[name].reshape(rows, columns // side ** 2, side, side)
    return made


def timm_mobilenet(net):
    rules = [(r"features\.0\.0", "conv_stem"), (r"features\.0\.1", "bn1"), (r"features\.18\.0", "conv_head"), (r"features\.18\.1", "bn2"),
             (r"classifier\.1", "classifier"), (r"features\.1\.conv\.0\.0", "blocks.0.0.conv_dw"), (r"features\.1\.conv\.0\.1", "blocks.0.0.bn1"),
             (r"features\.1\.conv\.1\.", "blocks.0.0.conv_pw."), (r"features\.1\.conv\.2\.", "blocks.0.0.bn2.")]
    row = 2
    for stage, count in enumerate((2, 3, 4, 3, 3, 1), 1):
        for block in range(count):
            rules += [(rf"features\.{row}\.conv\.{old}", f"blocks.{stage}.{block}.{new}") for old, new in (
                (r"0\.0", "conv_pw"), (r"0\.1", "bn1"), (r"1\.0", "conv_dw"), (r"1\.1", "bn2"), ("2", "conv_pwl"), ("3", "bn3"))]
            row += 1
    return renamed(net, *rules)


def old_densenet(net):
    return collections.OrderedDict(
        (re.sub(r"(denselayer\d+\.(?:norm|conv))([12])\.", r"\1.\2.", n), t) for n, t in net.items() if not n.endswith("num_batches_tracked"))


class Holder(torch.nn.Module):
    """Scripted by torch.jit, so that the archive is TorchScript's own."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x


def scripted(tensors):
    root = Holder()
    for name, tensor in tensors.items():
        *path, last = name.split(".")
        at = root
        for part in path:
            if not hasattr(at, part):
                at.add_module(part, Holder())
            at = getattr(at, part)
        at.register_buffer(last, tensor)
    return torch.jit.script(root)


def main():
    folder = pathlib.Path(sys.argv[1])
    said, nets = {}, {path.stem: read(path) for path in folder.glob("*.safetensors")}
    cnn, vit = nets["resnet18"], nets["vit_tiny_patch16_224"]
    queue = {"queue": torch.randn(16, 32), "queue_ptr": torch.zeros(1, dtype=torch.long)}
    other = {"optimizer": torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], lr=.1).state_dict(), "epoch": 3}
    body, projected = without(cnn, "fc"), {**without(cnn, "fc"), "fc.0.weight": torch.randn(8, 512), "fc.2.weight": torch.randn(8, 8)}
    vit_body = without(vit, "head")

    def add(layout, network, path, what, head=True, says=(), key=None):
        place = folder / layout / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".npz"):
            np.savez(place, **what)
        elif path.endswith(".pkl"):
            place.write_bytes(pickle.dumps(what, protocol=2))
        elif path.endswith(".safetensors"):
            write(place, what)
        elif isinstance(what, torch.jit.ScriptModule):
            torch.jit.save(what, str(place))
        else:
            torch.save(what, place)
        said[layout] = {"network": network, "path": f"{layout}/{path}", "head": head, "says": list(says), "key": key}

    r, v = "resnet18", "vit_tiny_patch16_224"
    add("data_parallel", r, "a.pth", {"state_dict": pre("module.", cnn), **other}, says=["module."])
    add("compiled", r, "a.pth", pre("_orig_mod.", cnn), says=["_orig_mod."])
    add("compiled_inside", r, "a.pth", {"state_dict": pre("model._orig_mod.", cnn)}, says=["model."])
    add("averaged_model", r, "a.pth", torch.optim.swa_utils.AveragedModel(scriptless(cnn)).state_dict(), says=["n_averaged"])
    add("timm_training", r, "a.pth.tar", {"arch": r, "args": argparse.Namespace(lr=.1), "state_dict": zeros(cnn), "state_dict_ema": cnn, "version": 2, **other}, says=["state_dict_ema", "also there: state_dict"])
    add("deit_training", v, "a.pth", {"model": zeros(vit), "model_ema": vit, **other}, says=["model_ema", "also there: model"])
    add("mae_training", v, "a.pth", {"model": {**vit_body, "mask_token": torch.zeros(1, 1, 192), "decoder_pos_embed": torch.zeros(1, 197, 8), "decoder_embed.weight": torch.zeros(8, 192)}, "scaler": {}, **other}, head=False, says=["decoder_pos_embed"])
    hyper = foreign("omegaconf.dictconfig", "DictConfig")(lr=.1)
    add("lightning", r, "a.ckpt", {"state_dict": pre("net.", cnn), "pytorch-lightning_version": "2.0.0", "hyper_parameters": hyper, "callbacks": {}}, says=["net."])
    add("lightning_ema", r, "a.ckpt", {"state_dict": pre("model.", cnn), "current_model_state": pre("model.", zeros(cnn))}, says=["'state_dict' taken"])
    add("lightning_deepspeed", r, "a.pt", pre("_forward_module.model.", cnn))
    add("deepspeed", r, "run/mp_rank_00_model_states.pt", {"module": cnn, "ds_version": "0.9", "param_shapes": None}, says=["'module'"])
    said["deepspeed"]["path"] = "deepspeed/run"
    add("fsdp", r, "a.pth", collections.OrderedDict(("_fsdp_wrapped_module." + re.sub(r"(layer\d\.\d)", r"\1._fsdp_wrapped_module", n), t) for n, t in cnn.items()))
    for name, prefix in (("moco", "module."), ("moco_bare", "")):
        add(name, r, "a.pth.tar", {"state_dict": {**pre(prefix + "encoder_q.", projected), **pre(prefix + "encoder_k.", projected), **pre(prefix, queue)}, **other}, head=False, says=["encoder_q", "encoder_k", "queue"])
    add("moco_v3", v, "a.pth.tar", {"state_dict": {**pre("module.base_encoder.", {**vit_body, "head.0.weight": torch.randn(8, 192)}), **pre("module.momentum_encoder.", zeros(vit_body)), "module.predictor.0.weight": torch.randn(4, 4)}}, head=False, says=["base_encoder", "momentum_encoder", "predictor"])
    add("simsiam", r, "a.pth.tar", {"state_dict": {**pre("module.encoder.", projected), "module.predictor.0.weight": torch.randn(4, 4)}}, head=False, says=["encoder.", "predictor"])
    add("simclr", r, "a.pth.tar", {"state_dict": pre("backbone.", projected), "arch": r}, head=False, says=["backbone."])
    add("barlow", r, "a.pth", {"model": {**pre("module.backbone.", body), "module.projector.0.weight": torch.randn(4, 4)}}, head=False, says=["projector"])
    add("swav", r, "a.pth.tar", {**pre("module.", body), "module.projection_head.0.weight": torch.randn(4, 4), "module.prototypes.weight": torch.randn(4, 4)}, head=False, says=["prototypes"])
    dino_head = {"head.mlp.0.weight": torch.randn(4, 192), "head.last_layer.weight_g": torch.randn(4, 1)}
    add("dino", v, "a.pth", {"student": {**pre("module.backbone.", zeros(vit_body)), **pre("module.", dino_head)}, "teacher": {**pre("backbone.", vit_body), **dino_head}, "args": argparse.Namespace()}, head=False, says=["teacher", "student"])
    add("dino_by_key", v, "a.pth", {"student": pre("module.backbone.", vit_body), "teacher": pre("backbone.", zeros(vit_body))}, head=False, says=["student"], key="student")
    add("open_clip_timm_tower", v, "a.pt", {"state_dict": {**pre("module.visual.trunk.", vit), "module.token_embedding.weight": torch.randn(4, 4), "module.logit_scale": torch.tensor(1.)}}, says=["visual.trunk."])
    add("hf_vit", v, "m/model.safetensors", hugging_face_vit(vit), says=["Hugging Face's ViT"])
    add("hf_vit_base", v, "m/pytorch_model.bin", {**without(hugging_face_vit(vit, ""), "classifier"), "pooler.dense.weight": torch.randn(4, 4)}, head=False, says=["pooler"])
    add("hf_deit", v, "m/model.safetensors", {n.replace("vit.", "deit.", 1): t for n, t in hugging_face_vit(vit).items()})
    for name in ("hf_vit", "hf_vit_base", "hf_deit"):
        said[name]["path"] = f"{name}/m"
        (folder / name / "m/config.json").write_text('{"model_type": "vit"}')
    add("hf_resnet", r, "m/model.safetensors", hugging_face_resnet(cnn), says=["Hugging Face's ResNet"])
    add("hf_resnet_base", r, "m/model.safetensors", without(hugging_face_resnet(cnn, ""), "classifier"), head=False)
    places = ["conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4", "avgpool", "fc"]
    add("sequential", r, "a.pth", {".".join([str(places.index(n.split(".")[0])), *n.split(".")[1:]]): t for n, t in cnn.items()}, says=["Sequential"])
    add("torchvision_vit", v, "a.pth", torchvision_vit(vit), says=["torchvision's ViT"])
    add("torchvision_vit_old", v, "a.pth", torchvision_vit(vit, ("linear_1", "linear_2")))
    add("mmpretrain_resnet", r, "a.pth", {"state_dict": {**pre("backbone.", without(cnn, "fc")), "head.fc.weight": cnn["fc.weight"], "head.fc.bias": cnn["fc.bias"]}, "meta": {"cfg": foreign("mmengine.config", "ConfigDict")(a=1)}, "message_hub": {}})
    add("mmpretrain_vit", v, "a.pth", {"state_dict": mmpretrain_vit(vit), "meta": {}})
    add("mmcls_vit", v, "a.pth", {"state_dict": mmpretrain_vit(vit, "norm"), "meta": {}})
    # The key names the body, and the head is beside it.
    for name, key, head in (("mmpretrain", "backbone", "head.fc"), ("mmpretrain_layers", "backbone", "head.layers.head"), ("solo_learn", "backbone", "classifier"), ("lightly", "backbone", "linear_head"), ("detectron_like", "backbone.bottom_up", "linear"), ("encoder", "encoder", "fc"), ("inner_encoder", "model.encoder", "model.fc")):
        add(f"{name}_by_key", r, "a.pth", {"state_dict": {**pre(key + ".", without(cnn, "fc")), f"{head}.weight": cnn["fc.weight"], f"{head}.bias": cnn["fc.bias"]}}, says=[f"'state_dict.{head}' taken as the head"], key=f"state_dict.{key}")
    add("dictionaries_by_key", r, "a.pth", {"backbone": without(cnn, "fc"), "classifier": {"weight": cnn["fc.weight"], "bias": cnn["fc.bias"]}}, says=["'classifier' taken as the head"], key="backbone")
    add("mmpretrain_vit_by_key", v, "a.pth", {"state_dict": mmpretrain_vit(vit)}, says=["mmpretrain's ViT"], key="state_dict.backbone")
    add("hf_vit_by_key", v, "a.safetensors", hugging_face_vit(vit), says=["Hugging Face's ViT"], key="vit")
    add("hf_resnet_by_key", r, "a.safetensors", hugging_face_resnet(cnn), says=["Hugging Face's ResNet"], key="resnet")
    # What is between the body and its head may change the outputs, so that the head alone is not taken.
    add("neck_by_key", r, "a.pth", {**pre("backbone.", without(cnn, "fc")), "neck.weight": torch.randn(512), "fc.weight": cnn["fc.weight"], "fc.bias": cnn["fc.bias"]}, head=False, key="backbone")
    add("detectron2", r, "a.pkl", {"model": detectron(cnn), "__author__": "torchvision", "matching_heuristics": True}, says=["detectron2"])
    add("detectron2_fpn", r, "a.pth", {"model": {n.replace("stem.", "backbone.bottom_up.stem.", 1) if n.startswith("stem.") else "backbone.bottom_up." + n: torch.from_numpy(a) for n, a in without(detectron(cnn), "stem.fc").items()}}, head=False)
    add("vissl", r, "a.torch", {"classy_state_dict": {"base_model": {"model": {"trunk": pre("_feature_blocks.", body), "heads": {"0.clf.weight": torch.randn(4, 4)}}}}}, head=False, says=["trunk"])
    add("solo_learn", r, "a.ckpt", {"state_dict": {**pre("backbone.", body), "projector.0.weight": torch.randn(4, 4), "classifier.weight": torch.randn(4, 512)}}, head=False, says=["projector"])
    add("solo_learn_old", r, "a.ckpt", {"state_dict": pre("encoder.", body)}, head=False)
    add("pycls", r, "a.pyth", {"epoch": 1, "model_state": cnn, "cfg": "MODEL: {}"}, says=["model_state"])
    add("one_dictionary_twice", r, "a.pth", {"state_dict": cnn, "state_dict_ema": cnn}, key="state_dict_ema")
    names = list(cnn)
    for name, end in (("sharded_safetensors", "safetensors"), ("sharded_bin", "bin")):
        stem = {"safetensors": "model", "bin": "pytorch_model"}[end]
        place, weight_map = folder / name / "m", {}
        place.mkdir(parents=True, exist_ok=True)
        for i, part in enumerate((names[:40], names[40:])):
            file = f"{stem}-0000{i + 1}-of-00002.{end}"
            (write if end == "safetensors" else lambda p, t: torch.save(t, p))(place / file, {n: cnn[n] for n in part})
            weight_map.update({n: file for n in part})
        (place / f"{stem}.{end}.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
        said[name] = {"network": r, "path": f"{name}/m", "head": True, "says": [], "key": None}
    add("timm_folder", r, "m/model.safetensors", cnn)
    (folder / "timm_folder/m/config.json").write_text(json.dumps({"architecture": r, "num_classes": 7, "pretrained_cfg": {"mean": [.5] * 3}}))
    said["timm_folder"]["path"] = "timm_folder/m"
    add("google_npz", v, "a.npz", google_vit(vit, 3), says=["Google's ViT"])
    add("torchscript", r, "a.pt", scripted(cnn))
    add("half_precision", r, "a.safetensors", {n: t.half() if t.is_floating_point() else t for n, t in cnn.items()})
    add("thop_counters", r, "a.pth", {**cnn, "total_ops": torch.zeros(1), "layer1.0.conv1.total_ops": torch.zeros(1), "layer1.0.total_params": torch.zeros(1)}, says=["total_ops"])
    clip = nets["tiny_clip"]
    quick, gelu = "tiny_clip_quickgelu", "tiny_clip"
    add("openai_clip", quick, "a.pt", scripted(openai_clip(clip)), says=["OpenAI's CLIP", f"{gelu} has the same tensors", "head.bias is not there"])
    add("open_clip_config", gelu, "m/open_clip_model.safetensors", openai_clip(clip), says=["as open_clip_config.json states"])
    add("open_clip_quick", quick, "m/open_clip_pytorch_model.bin", openai_clip(clip), says=["as open_clip_config.json states"])
    add("open_clip_training", quick, "a.pt", {"state_dict": pre("module.", openai_clip(clip)), "epoch": 3, "name": "x"}, says=["as in OpenAI's CLIP"])
    for name, quick_gelu in (("open_clip_config", {}), ("open_clip_quick", {"quick_gelu": True})):
        said[name]["path"] = f"{name}/m"
        (folder / name / "m/open_clip_config.json").write_text(json.dumps({"model_cfg": {"embed_dim": 7, "vision_cfg": {"layers": 2}, **quick_gelu}}))
    add("hf_clip", quick, "m/model.safetensors", hugging_face_clip(clip), says=["Hugging Face's CLIP", "as config.json states"])
    add("hf_clip_laion", gelu, "m/model.safetensors", hugging_face_clip(clip), says=["as config.json states", f"{quick} has the same tensors"])
    add("hf_clip_vision", quick, "a.safetensors", {n: t for n, t in hugging_face_clip(clip).items() if n.startswith("vision_model.")}, head=False, says=["as in Hugging Face's CLIP"])
    for name, act in (("hf_clip", "quick_gelu"), ("hf_clip_laion", "gelu")):
        said[name]["path"] = f"{name}/m"
        (folder / name / "m/config.json").write_text(json.dumps({"model_type": "clip", "vision_config": {"hidden_act": act, "num_attention_heads": 2}}))
    add("timm_clip", gelu, "a.safetensors", clip, says=["which the tensors do not tell", quick])
    add("timm_clip_named", quick, "m/model.safetensors", clip, says=["as config.json states"])
    add("timm_clip_openai", quick, "m/model.safetensors", clip, says=["as config.json states"])
    for name, config in (("timm_clip_named", {"architecture": quick}), ("timm_clip_openai", {"architecture": "vit_tiny_clip_224", "pretrained_cfg": {"tag": "openai"}})):
        said[name]["path"] = f"{name}/m"
        (folder / name / "m/config.json").write_text(json.dumps(config))
    for d in ("tiny_dinov2", "tiny_reg4_dinov2"):
        dino, reg = nets[d], "reg4" in d
        if reg:  # Meta's class token has a position, and its registers have none: the plain file's is added to it.
            dino = {**dino, "cls_token": dino["cls_token"] * .5, "pos_embed": torch.cat([dino["cls_token"] * .5, dino["pos_embed"]], 1)}
        dino_body, end = without(dino, "head"), "_reg" if reg else ""
        add("meta_dinov2" + end, d, "a.pth", meta_dinov2(dino_body), head=False, says=["mask_token"])
        add("meta_dinov2_training" + end, d, "a.pth", {"teacher": {**pre("backbone.", meta_dinov2(dino_body, True)), "dino_head.mlp.0.weight": torch.randn(4, 4)}}, head=False, says=["in chunks"])
        add("hf_dinov2" + end, d, "m/model.safetensors", hugging_face_dinov2(dino_body), head=False, says=["Hugging Face's DINOv2"])
        add("hf_dinov2_classifier" + end, d, "m/model.safetensors", {**hugging_face_dinov2(dino_body, "dinov2_with_registers." if reg else "dinov2."), "classifier.weight": torch.randn(7, 256)}, head=False)
        for name in ("hf_dinov2" + end, "hf_dinov2_classifier" + end):
            said[name]["path"] = f"{name}/m"
    add("moco_v3_small", "vit_small_patch16_mocov3_224", "a.pth.tar", {"arch": "vit_small", "state_dict": pre("module.base_encoder.", without(nets["vit_small_patch16_mocov3_224"], "head"))}, head=False, says=["as in MoCo v3", "vit_small_patch16_224 has the same tensors"])
    block = [f"blocks.{i}.{n}" for i in range(12) for n in ("attn.qkv", "mlp.fc2")]
    parts, before = lora(vit, block)
    wrapped = "base_model.model."
    add("lora_beside", v, "m/adapter_model.safetensors", pre(wrapped, {**parts, "head.weight": vit["head.weight"], "head.bias": vit["head.bias"]}), says=["adapter merged", "24 layers"])
    write(folder / "lora_beside/m/model.safetensors", {**before, "head.weight": torch.randn(3, 192), "head.bias": torch.randn(3)})
    adapter_config(folder / "lora_beside/m", modules_to_save=["head"])
    add("lora_below", v, "m/adapter/adapter_model.bin", pre(wrapped, parts), says=["adapter merged"])
    write(folder / "lora_below/m/model.safetensors", before)
    adapter_config(folder / "lora_below/m/adapter")
    stable, stable_before = lora(vit, block + ["patch_embed.proj"], stabilized=True, alpha=6.)
    add("lora_stabilized", v, "m/adapter_model.safetensors", pre(wrapped, stable), says=["25 layers"])
    torch.save({"model": pre("module.", stable_before)}, folder / "lora_stabilized/base.pth")
    adapter_config(folder / "lora_stabilized/m", use_rslora=True, lora_alpha=3, alpha_pattern={"blocks.*": 6, "proj": 6}, base_model_name_or_path="../base.pth")
    inside, inside_before = lora(vit, block, adapter=".default")
    layered = {(n[:-7] + ".base_layer.weight" if n[:-7] in block else n[:-5] + ".base_layer.bias" if n[:-5] in block else n): t for n, t in without(inside_before, "head").items()}
    add("lora_inside", v, "a.pth", {"state_dict": pre(wrapped, {**layered, **inside, **pre("head.original_module.", {"weight": torch.randn(7, 192), "bias": torch.randn(7)}),
        **pre("head.modules_to_save.default.", {"weight": vit["head.weight"], "bias": vit["head.bias"]})})}, says=["adapter merged"])
    adapter_config(folder / "lora_inside")
    hf = hugging_face_vit(vit)
    words = [f"vit.encoder.layer.{i}.attention.attention.{w}" for i in range(12) for w in ("query", "value")]
    parts, before = lora(hf, words)
    add("lora_hf", v, "m/adapter_model.safetensors", pre(wrapped, {**parts, "classifier.weight": vit["head.weight"], "classifier.bias": vit["head.bias"]}), says=["Hugging Face's ViT"])
    write(folder / "lora_hf/m/model.safetensors", {n[4:]: t for n, t in before.items() if n.startswith("vit.")})
    adapter_config(folder / "lora_hf/m", alpha_pattern={})
    for name in ("lora_beside", "lora_stabilized", "lora_hf"):
        said[name]["path"] = f"{name}/m"
    said["lora_below"]["path"] = "lora_below/m/adapter"
    for name in sorted(set(nets) - {r, v}):
        net = nets[name]
        for layout, made, path in {
            "convnext_tiny": [("hf_convnext", hugging_face_convnext, "m/model.safetensors"), ("hf_convnext_base", lambda n: without(hugging_face_convnext(n, ""), "classifier"), "m/model.safetensors"), ("meta_convnext", lambda n: {"model": meta_convnext(n)}, "a.pth"), ("timm_convnext", timm_convnext, "a.pth"), ("mmpretrain_convnext", lambda n: {"state_dict": mmpretrain_convnext(n)}, "a.pth")],
            "swin_t": [("microsoft_swin", lambda n: {"model": microsoft_swin(n)}, "a.pth"), ("timm_swin", lambda n: microsoft_swin(n, timm=True), "a.safetensors"), ("hf_swin", hugging_face_swin, "a.safetensors")],
            "efficientnet_b0": [("timm_efficientnet", timm_efficientnet, "a.safetensors")],
            "vgg16_bn": [("timm_vgg", timm_vgg, "a.safetensors")],
            "mobilenet_v2": [("timm_mobilenet", timm_mobilenet, "a.pth")],
            "densenet121": [("old_densenet", old_densenet, "a.pth")],
        }.get(name, []):
            add(layout, name, path, made(net), head=layout != "hf_convnext_base")
    (folder / "layouts.json").write_text(json.dumps(said, indent=1))


def scriptless(tensors):
    root = torch.nn.Module()
    for name, tensor in tensors.items():
        *path, last = name.split(".")
        at = root
        for part in path:
            if part not in at._modules:
                at.add_module(part, torch.nn.Module())
            at = at._modules[part]
        at.register_buffer(last, tensor)
    return root


if __name__ == "__main__":
    main()
