#!/usr/bin/env python3
"""Logistic regression and nearest neighbours on features: Probes/ProbeReferenceTests.cs.

    /usr/bin/python3 tests/reference/probe.py > tests/TransferLens.Vision.Tests/Fixtures/probe.json

Logistic regression is scikit-learn's (Debian: python3-sklearn), neighbours are plain NumPy. The features come from a
generator of integers, so that both languages have the same float64 numbers: more images than features, fewer, and, like
those of a network, not negative and of very different size.
"""
import json
import os
import warnings

# The problems are small: threads only wait for each other.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy as np
from sklearn.linear_model import LogisticRegression

# name, training images, test images, features, classes, multi-label, like a network's
CASES = [
    ("two classes", 90, 400, 30, 2, False, False),
    ("two classes, fewer images than features", 50, 400, 120, 2, False, False),
    ("five classes", 200, 400, 24, 5, False, True),
    ("five classes, fewer images than features", 70, 400, 96, 5, False, True),
    ("seven classes", 350, 500, 64, 7, False, False),
    ("seven classes, like a network's", 280, 500, 128, 7, False, True),
    ("three labels", 120, 400, 20, 3, True, False),
    ("four labels, fewer images than features", 60, 400, 80, 4, True, True),
]
STRENGTHS = [1e-3, 1e-1, 1.0, 1e2, 1e4]


class Draws:
    """A linear congruential generator of 32 bits; sums of four draws are nearly normal and exact in float64."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) % 2 ** 32
        return self.state / 2 ** 32

    def normal(self):
        return self.next() + self.next() + self.next() + self.next() - 2.0


def images(draws, count, centres, multi, network):
    classes, width = centres.shape
    features = np.zeros((count, width))
    marks = np.zeros((count, classes), dtype=int)
    for i in range(count):
        if multi:
            marks[i] = [1 if draws.next() < 0.375 else 0 for _ in range(classes)]
        else:
            marks[i, i % classes] = 1
        for j in range(width):
            # In this order, so that rounding is the same everywhere.
            value = draws.normal()
            for k in range(classes):
                if marks[i, k]:
                    value += centres[k, j]
            features[i, j] = max(0.0, value) * 8.0 / (1 + j) if network else value
    return features, marks


def fit(features, marks, c, tight):
    solver, tolerance = ("newton-cg", 1e-8) if tight else ("lbfgs", 1e-6)
    return LogisticRegression(C=c, max_iter=5000, tol=tolerance, solver=solver).fit(features, marks)


def logistic(train, marks, test, truth, multi, c, tight=False):
    """Share of correct predictions (of labels, where there are several), and the logits."""
    if multi:
        each = [fit(train, marks[:, k], c, tight) for k in range(marks.shape[1])]
        logits = np.stack([one.decision_function(test) for one in each], 1)
        return ((logits > 0) == truth).mean(), logits
    made = fit(train, marks.argmax(1), c, tight)
    logits = made.decision_function(test)
    return (made.predict(test) == truth.argmax(1)).mean(), logits


def neighbours(train, marks, test, count):
    def unit(rows):
        length = np.linalg.norm(rows, axis=1, keepdims=True)
        return rows / np.where(length > 0, length, 1)

    similarities = unit(test) @ unit(train).T
    votes = np.zeros((len(test), marks.shape[1]))
    for i, row in enumerate(similarities):
        nearest = np.argsort(-row, kind="stable")[:count]
        weights = np.exp(row[nearest] / 0.07)
        votes[i] = weights @ marks[nearest] / weights.sum()
    return votes


def measure(number, case):
    name, n, m, width, classes, multi, network = case
    draws = Draws(100 + number)
    centres = np.array([[draws.normal() * 0.5 for _ in range(width)] for _ in range(classes)])
    train, marks = images(draws, n, centres, multi, network)
    test, truth = images(draws, m, centres, multi, network)
    # Of two classes it is the second's logit minus the first's.
    logits = logistic(train, marks, test, truth, multi, 1.0, tight=True)[1][:12]
    votes = neighbours(train, marks, test, 20)
    right = ((votes > 0.5) == truth).mean() if multi else (votes.argmax(1) == truth.argmax(1)).mean()
    return {
        "name": name, "seed": 100 + number, "train": n, "test": m, "features": width, "classes": classes,
        "multi_label": multi, "network": network,
        "sum": float(train.sum()),
        "accuracy": [{"c": c, "accuracy": float(logistic(train, marks, test, truth, multi, c, tight=True)[0])} for c in STRENGTHS],
        "logits": logits.reshape(len(logits), -1).tolist(),
        "votes": votes[:12].tolist(),
        "knn": float(right),
    }


def main():
    warnings.simplefilter("ignore")
    found = [measure(number, case) for number, case in enumerate(CASES)]
    print("[\n" + ",\n".join("  " + json.dumps(one) for one in found) + "\n]")


if __name__ == "__main__":
    main()
