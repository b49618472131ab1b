#!/usr/bin/env python3
"""Linear CKA by the papers' own formulas, for FeatureSimilarityTests.cs.

    python3 tests/reference/cka.py > tests/TransferLens.Analyses.Tests/Fixtures/cka.json

Needs numpy and scipy. The features are functions of images whose pixels follow a rule, so the test makes them again. All in
float64; the unbiased HSIC is formula 5 of Song et al. 2012, written out, and nothing is simplified. Standard errors are
those of the jackknife: every image is left out once, everything is computed anew, and the delta method turns variances
and covariances of three HSICs into the variance of their ratio.

Several models are compared in their modules of the same name; SciPy joins them by average linkage on 1 - debiased CKA.
"""
import json

import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform

COUNT, SIZE = 101, 4


def images():
    """(COUNT, 3 * SIZE * SIZE) in [0, 1]: pixel j of image i is ((37 i + 101 j + 13 i j + i i) mod 251) / 255."""
    i, j = np.arange(COUNT)[:, None], np.arange(3 * SIZE * SIZE)[None, :]
    return ((37 * i + 101 * j + 13 * i * j + i * i) % 251) / 255


def modules(x):
    """The outputs of the three modules of the test's network; each works on the one before."""
    square = x ** 2
    rectified = np.maximum(square - 0.3, 0)
    return [square, rectified, rectified[:, :5]]


def sequences(x):
    """The same pixels as tokens (COUNT, 6, 8): a class token, one register, four patches; then the patches' mean."""
    square = (x ** 2).reshape(len(x), 6, 8)
    rectified = np.maximum(square - 0.3, 0)
    return [square, rectified, rectified[:, 2:].mean(1)]


def chosen(x, choose):
    """The features that are compared: of sequences what choose takes, of other outputs everything."""
    return [choose(y).reshape(len(y), -1) if y.ndim == 3 else y for y in sequences(x)]


CHOICES = {
    "both": lambda y: y,
    "class": lambda y: y[:, 0],
    "patches": lambda y: y[:, 2:],
    "both, pooled": lambda y: y.mean(1),
    "class, pooled": lambda y: y[:, 0],
    "patches, pooled": lambda y: y[:, 2:].mean(1),
    "class of none": lambda y: y[:, 1:].mean(1),
}


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


def errors(hsic, features):
    """Standard errors of cka() over images, each left out of its own batch."""
    sums, moved = 0, []
    for batch in features:
        grams = [x @ x.T for x in batch]
        sums = sums + np.array([[hsic(k, l) for l in grams] for k in grams])
        n = len(grams[0])
        left = np.array([
            [[hsic(np.delete(np.delete(k, i, 0), i, 1), np.delete(np.delete(l, i, 0), i, 1)) for l in grams] for k in grams]
            for i in range(n)])
        # Scaled, so that the plain sum of squares over all images is the sum of the batches' jackknife variances.
        moved.append(np.sqrt((n - 1) / n) * (left - left.mean(0)))
    moved, found = np.concatenate(moved), np.zeros_like(sums)
    for k in range(len(sums)):
        for l in range(len(sums)):
            covariance = np.einsum("ia,ib->ab", *[np.stack([moved[:, k, l], moved[:, k, k], moved[:, l, l]], 1)] * 2)
            ratio = sums[k, l] / np.sqrt(sums[k, k] * sums[l, l])
            gradient = np.array([1 / np.sqrt(sums[k, k] * sums[l, l]), -ratio / 2 / sums[k, k], -ratio / 2 / sums[l, l]])
            # A module is equal to itself whatever the images: what is left is rounding.
            found[k, l] = 0 if k == l else np.sqrt(gradient @ covariance @ gradient)
    return found.tolist()


def minibatches(largest):
    order = np.random.RandomState(0).permutation(COUNT)
    parts = max(1, min(-(-COUNT // largest), COUNT // 4))
    return [order[COUNT * p // parts:COUNT * (p + 1) // parts] for p in range(parts)]


def models(x):
    """The outputs of the two modules of three models."""
    wave, mixed = np.sin(5 * x), x @ np.cos(np.outer(np.arange(48), np.arange(48)))
    return [
        [x ** 2, np.maximum(x ** 2 - 0.3, 0)],
        [wave, np.maximum(wave - 0.3, 0)],
        [mixed, np.maximum(mixed - 0.3, 0)],
    ]


def between_models(x):
    """For each module: CKA model by model by both estimators, and SciPy's tree: clusters, height and size of merges."""
    found = []
    for module in zip(*models(x)):
        debiased = np.array(cka(unbiased, [module]))
        distance = 1 - debiased
        np.fill_diagonal(distance, 0)
        found.append({
            "debiased": debiased.tolist(),
            "biased": cka(biased, [module]),
            "tree": linkage(squareform(distance, checks=False), method="average").tolist(),
        })
    return found


def points():
    """Nine models whose similarities follow a rule, with no two distances alike; and SciPy's tree of them."""
    similarity = np.array([[1.0 if a == b else ((37 * a * b + 11 * (a + b)) % 251) / 260 - 0.05
                            for b in range(9)] for a in range(9)])
    distance = 1 - similarity
    np.fill_diagonal(distance, 0)
    values = squareform(distance, checks=False)
    assert len(set(values)) == len(values)
    return {"similarity": similarity.tolist(), "tree": linkage(values, method="average").tolist()}


if __name__ == "__main__":
    x = images()
    whole = [modules(x)]
    tokens = {name: [chosen(x, choose)] for name, choose in CHOICES.items()}
    print(json.dumps({
        "biased": cka(biased, whole),
        "debiased": cka(unbiased, whole),
        "minibatches of 16": cka(unbiased, [modules(x[batch]) for batch in minibatches(16)]),
        "biased errors": errors(biased, whole),
        "debiased errors": errors(unbiased, whole),
        "errors of minibatches of 16": errors(unbiased, [modules(x[batch]) for batch in minibatches(16)]),
        "minibatches of 3": cka(unbiased, [modules(x[batch]) for batch in minibatches(3)]),
        "tokens": {
            name: {"biased": cka(biased, features), "debiased": cka(unbiased, features)}
            for name, features in tokens.items()
        },
        "class tokens in minibatches of 16": cka(
            unbiased, [chosen(x[batch], CHOICES["class"]) for batch in minibatches(16)]),
        "models": between_models(x),
        "nine models": points(),
    }, indent=1))
