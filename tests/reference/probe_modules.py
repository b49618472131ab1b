#!/usr/bin/env python3
"""Probes of all modules of a CIFAR ResNet-20 on real images, for Commands/ProbeReferenceTests.cs:

    /usr/bin/python3 tests/reference/probe_modules.py WEIGHTS TRAIN TEST C K

PyTorch computes the features, scikit-learn the logistic regression, NumPy the neighbours. TRAIN and TEST are folders of
class folders with images of 32 pixels. Prints the number of correct test images by module.
"""
import json
import os
import pathlib
import sys

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
import torch
from PIL import Image
from sklearn.linear_model import LogisticRegression
from torch.nn.functional import batch_norm, conv2d, pad

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def load(folder):
    images, labels = [], []
    for label, name in enumerate(sorted(entry.name for entry in pathlib.Path(folder).iterdir())):
        for file in sorted((pathlib.Path(folder) / name).iterdir()):
            images.append(np.asarray(Image.open(file).convert("RGB"), dtype=np.float32) / 255)
            labels.append(label)
    pixels = (np.stack(images) - np.array(MEAN, np.float32)) / np.array(STD, np.float32)
    return torch.from_numpy(pixels.astype(np.float32)).permute(0, 3, 1, 2).contiguous(), np.array(labels)


def features(weights, images):
    """Module by module, averaged over positions."""

    def normalized(x, name):
        values = [weights[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")]
        return batch_norm(x, *values, training=False, eps=1e-5)

    found = {}
    x = torch.relu(normalized(conv2d(images, weights["conv1.weight"], padding=1), "bn1"))
    found["conv1"] = x.mean((2, 3))
    for stage in (1, 2, 3):
        for block in (0, 1, 2):
            name = f"layer{stage}.{block}"
            stride = 2 if stage > 1 and block == 0 else 1
            out = conv2d(x, weights[f"{name}.conv1.weight"], stride=stride, padding=1)
            out = torch.relu(normalized(out, f"{name}.bn1"))
            out = normalized(conv2d(out, weights[f"{name}.conv2.weight"], padding=1), f"{name}.bn2")
            if stride == 2:
                # Option A: every second position, and zeros for the further channels.
                more = (out.shape[1] - x.shape[1]) // 2
                x = pad(x[:, :, ::2, ::2], (0, 0, 0, 0, more, more))
            x = torch.relu(out + x)
            found[name] = x.mean((2, 3))
    return {name: value.double().numpy() for name, value in found.items()}


def neighbours(train, labels, test, k):
    """Number of the class with most votes, for each test image."""
    train, test = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (train, test))
    similarities = test @ train.T
    votes = np.zeros((len(test), labels.max() + 1))
    for image, row in enumerate(similarities):
        for near in np.argsort(-row, kind="stable")[:k]:
            votes[image, labels[near]] += np.exp(row[near] / 0.07)
    return votes.argmax(1)


def main(file, train, test, c, k):
    weights = torch.load(file, map_location="cpu")["state_dict"]
    weights = {name.removeprefix("module."): value for name, value in weights.items()}
    (train, labels), (test, truth) = load(train), load(test)
    with torch.no_grad():
        known, asked = features(weights, train), features(weights, test)
    found = {}
    for module in known:
        fit = LogisticRegression(C=float(c), tol=1e-6, max_iter=5000, solver="newton-cg").fit(known[module], labels)
        found[module] = {
            "logistic": int((fit.predict(asked[module]) == truth).sum()),
            "knn": int((neighbours(known[module], labels, asked[module], int(k)) == truth).sum()),
        }
    print(json.dumps({"train": len(labels), "test": len(truth), "modules": found}))


main(*sys.argv[1:])
