#!/usr/bin/env python3
"""The line from P to P-T over all tensors but the head, raw and recalibrated, on two data sets, for WiseFtTests.cs.

    python3 tests/reference/wise_ft.py > tests/TransferLens.Analyses.Tests/Fixtures/wise_ft.json

Needs PyTorch (made with 1.13). Network, images and recalibration are those of `barrier.py`. P has a head of three classes
and the weights of `networks.py`; P-T has a head of four and the values of each tensor in reverse order. The target's
images are those of the rule, the source's are the same upside down. For each alpha also the mean and the standard error
of the difference from P-T, image by image.
"""
import json

import torch
from torch import nn
from torch.nn import functional

from barrier import COUNT, ResNet8, images, recalibrate
from networks import fill

ALPHAS = [round(i / 10, 12) for i in range(11)]


def network(classes):
    made = ResNet8()
    made.linear = nn.Linear(64, classes)
    return fill(made)


def line(model, head, body_first, body_second, alpha):
    model.load_state_dict({
        name: head[name] if name.startswith("linear.")
        else (1 - alpha) * body_first[name] + alpha * body_second[name] if body_first[name].is_floating_point()
        else body_first[name]
        for name in head
    })


def measure(model, x, labels):
    logits = model.eval()(x)
    top = logits.topk(2).values
    correct = (logits.argmax(1) == labels).double()
    return correct, {
        "accuracy": correct.mean().item(),
        "loss": functional.cross_entropy(logits.double(), labels).item(),
        # How far the nearest image is from being classified otherwise: an accuracy is only as safe as this.
        "margin": (top[:, 0] - top[:, 1]).min().item(),
    }


def along(model, head, first, second, x, labels, recalibrates):
    points = []
    for alpha in ALPHAS:
        line(model, head, first, second, alpha)
        if recalibrates:
            recalibrate(model, x)
        points.append((alpha, *measure(model, x, labels)))
    end = points[-1][1]
    return [{
        "alpha": alpha,
        **numbers,
        "overFineTuned": (correct - end).mean().item(),
        "standardError": ((correct - end).var(unbiased=True) / COUNT).sqrt().item(),
    } for alpha, correct, numbers in points]


def main():
    torch.set_grad_enabled(False)
    models = {"source": network(3), "target": network(4)}
    pretrained = {name: tensor.clone() for name, tensor in models["source"].state_dict().items()}
    fine_tuned = {name: tensor.flatten().flip(0).view(tensor.shape).clone() for name, tensor in models["target"].state_dict().items()}
    heads = {"source": pretrained, "target": fine_tuned}
    x = {"target": images()}
    x["source"] = x["target"].flip(2)
    found = {}
    for side in ("target", "source"):
        # Labels that the end with this head gets right, so that there is something to lose on the way.
        model, head = models[side], heads[side]
        line(model, head, pretrained, fine_tuned, 1 if side == "target" else 0)
        recalibrate(model, x[side])
        labels = model.eval()(x[side]).argmax(1)
        found[side] = {
            "labels": labels.tolist(),
            "raw": along(model, head, pretrained, fine_tuned, x[side], labels, False),
            "recalibrated": along(model, head, pretrained, fine_tuned, x[side], labels, True),
        }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
