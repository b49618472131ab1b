#!/usr/bin/env python3
"""Linear CKA by the papers' own formulas, for FeatureSimilarityTests.cs.

    python3 tests/reference/cka.py > tests/TransferLens.Analyses.Tests/Fixtures/cka.json

Needs numpy. The features are functions of pictures whose pixels follow a rule, so the test makes them again. All in
float64; the unbiased HSIC is formula 5 of Song et al. 2012, written out, and nothing is simplified.
"""
import json

import numpy as np

COUNT, SIZE = 101, 4


def pictures():
    """(COUNT, 3 * SIZE * SIZE) in [0, 1]: pixel j of picture i is ((37 i + 101 j + 13 i j + i i) mod 251) / 255."""
    i, j = np.arange(COUNT)[:, None], np.arange(3 * SIZE * SIZE)[None, :]
    return ((37 * i + 101 * j + 13 * i * j + i * i) % 251) / 255


def modules(x):
    """The outputs of the three modules of the test's network; each works on the one before."""
    square = x ** 2
    rectified = np.maximum(square - 0.3, 0)
    return [square, rectified, rectified[:, :5]]


def biased(k, l):
    n = len(k)
    h = np.eye(n) - np.ones((n, n)) / n
    return np.trace(k @ h @ l @ h) / (n - 1) ** 2


def unbiased(k, l):
    n, one = len(k), np.ones(len(k))
    k, l = k - np.diag(np.diag(k)), l - np.diag(np.diag(l))
    return (np.trace(k @ l) + (one @ k @ one) * (one @ l @ one) / ((n - 1) * (n - 2)) - 2 / (n - 2) * (one @ k @ l @ one)) / (n * (n - 3))


def cka(hsic, features):
    """HSIC between all pairs, summed over the batches in which features come; the ratio is taken at the end."""
    sums = 0
    for batch in features:
        grams = [x @ x.T for x in batch]
        sums = sums + np.array([[hsic(k, l) for l in grams] for k in grams])
    return (sums / np.sqrt(np.outer(np.diag(sums), np.diag(sums)))).tolist()


def minibatches(largest):
    order = np.random.RandomState(0).permutation(COUNT)
    parts = max(1, min(-(-COUNT // largest), COUNT // 4))
    return [order[COUNT * p // parts:COUNT * (p + 1) // parts] for p in range(parts)]


if __name__ == "__main__":
    x = pictures()
    whole = [modules(x)]
    print(json.dumps({
        "biased": cka(biased, whole),
        "debiased": cka(unbiased, whole),
        "minibatches of 16": cka(unbiased, [modules(x[batch]) for batch in minibatches(16)]),
        "minibatches of 3": cka(unbiased, [modules(x[batch]) for batch in minibatches(3)]),
    }, indent=1))
