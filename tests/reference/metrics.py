#!/usr/bin/env python3
"""Metrics, calibration error, temperature and weighted loss of six random cases: Evaluation/MetricReferenceTests.cs.

    /usr/bin/python3 tests/reference/metrics.py > tests/TransferLens.Vision.Tests/Fixtures/metrics.json

Needs Python alone: each value follows its definition. Where scikit-learn is installed (Debian: python3-sklearn), its
values are compared too. Classes differ in size; in some cases a class has no images, or is never predicted.
"""
import json
import math
import random

try:
    import numpy
    from sklearn import metrics
    from sklearn.utils.class_weight import compute_class_weight
except ImportError:
    metrics = None


def case(seed):
    draw = random.Random(seed)
    classes, images = draw.randint(6, 9), draw.randint(30, 60)
    sizes = [draw.choice([0, 1, 1, 3, 9]) for _ in range(classes)]
    sizes[0], sizes[1] = 5, 2
    labels = draw.choices(range(classes), sizes, k=images)
    labels[:2] = [0, 1]
    bias = [draw.choice([0, 0, 0, -6]) for _ in range(classes)]
    # Multiples of 2 ** -16, so that they are the same numbers in single precision.
    logits = [
        [round((draw.gauss(0, 1.5) + bias[c] + (1.5 if c == label else 0)) * 65536) / 65536 for c in range(classes)]
        for label in labels
    ]
    assert all(len(set(row)) == classes for row in logits), "libraries order equal logits differently"
    return classes, labels, logits


def softmax(row, temperature=1.0):
    top = max(row)
    exps = [math.exp((x - top) / temperature) for x in row]
    return [e / sum(exps) for e in exps]


def loss(row, label, temperature=1.0):
    top = max(row)
    return math.log(sum(math.exp((x - top) / temperature) for x in row)) - (row[label] - top) / temperature


def area(numbers, positive):
    yes, no = ([x for x, has in zip(numbers, positive) if has is side] for side in (True, False))
    if not yes or not no:
        return None
    return sum(1.0 if a > b else 0.5 if a == b else 0.0 for a in yes for b in no) / (len(yes) * len(no))


def mean(values):
    values = [value for value in values if value is not None]
    return sum(values) / len(values)


def calibration(labels, rows):
    error = 0.0
    for i in range(15):
        inside = [(max(p), p.index(max(p)) == y) for p, y in zip(rows, labels) if i / 15 < max(p) <= (i + 1) / 15]
        if inside:
            error += abs(sum(right for _, right in inside) - sum(sure for sure, _ in inside)) / len(labels)
    return error


def temperature(labels, logits):
    """Golden section over log T; None where no temperature from 0.01 to 100 is best."""
    def total(log):
        return sum(loss(row, label, math.exp(log)) for row, label in zip(logits, labels))
    low, high, golden = math.log(0.01), math.log(100), (math.sqrt(5) - 1) / 2
    for _ in range(200):
        a, b = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, b) if total(a) < total(b) else (a, high)
    found = math.exp((low + high) / 2)
    return found if 0.0101 < found < 99 else None


def weighted(classes, labels, logits):
    counts = [labels.count(c) for c in range(classes)]
    present = sum(count > 0 for count in counts)
    weights = [len(labels) / (present * count) if count else 0.0 for count in counts]
    total = sum(weights[label] for label in labels)
    value = sum(weights[label] * loss(row, label) for row, label in zip(logits, labels)) / total
    gradient = [[round(weights[label] * (p - (c == label)) / total, 12) for c, p in enumerate(softmax(row))]
                for row, label in zip(logits, labels)]
    return weights, value, gradient


def measure(classes, labels, logits):
    rows = [softmax(row) for row in logits]
    predicted = [row.index(max(row)) for row in logits]
    counts = [labels.count(c) for c in range(classes)]
    guesses = [predicted.count(c) for c in range(classes)]
    hits = [sum(a == b == c for a, b in zip(labels, predicted)) for c in range(classes)]
    recall = [h / n if n else None for h, n in zip(hits, counts)]
    precision = [h / n if n else None for h, n in zip(hits, guesses)]
    f1 = [2 * h / (n + m) if n + m else None for h, n, m in zip(hits, counts, guesses)]
    weights, value, gradient = weighted(classes, labels, logits)
    return {
        "classes": classes,
        "labels": labels,
        "logits": logits,
        "accuracy": sum(hits) / len(labels),
        "balanced_accuracy": mean(recall),
        "macro_f1": mean(f1),
        "top_5": sum(sorted(row, reverse=True).index(row[y]) < 5 for row, y in zip(logits, labels)) / len(labels),
        "mean_auc": mean([area([row[c] for row in rows], [y == c for y in labels]) for c in range(classes)]),
        "recall": recall,
        "precision": precision,
        "calibration_error": calibration(labels, rows),
        "temperature": temperature(labels, logits),
        "weights": weights,
        "weighted_loss": value,
        "gradient": gradient,
    }


def check(found):
    """Compares with scikit-learn."""
    labels, classes = found["labels"], found["classes"]
    logits = numpy.array(found["logits"])
    rows = numpy.array([softmax(row) for row in found["logits"]])
    predicted = logits.argmax(1)
    present = sorted(set(labels))
    close(found["accuracy"], metrics.accuracy_score(labels, predicted))
    close(found["macro_f1"], metrics.f1_score(labels, predicted, average="macro", zero_division=0))
    close(found["balanced_accuracy"], metrics.recall_score(labels, predicted, average="macro", labels=present))
    close(found["top_5"], metrics.top_k_accuracy_score(labels, logits, k=5, labels=range(classes)))
    areas = [metrics.roc_auc_score(numpy.array(labels) == c, rows[:, c]) for c in present]
    close(found["mean_auc"], sum(areas) / len(areas))
    weights = compute_class_weight("balanced", classes=numpy.array(present), y=labels)
    close(0, max(abs(found["weights"][c] - w) for c, w in zip(present, weights)))
    each = [found["weights"][label] for label in labels]
    close(found["weighted_loss"], metrics.log_loss(labels, rows, sample_weight=each, labels=range(classes)))


def close(one, other):
    assert abs(one - other) < 1e-9, (one, other)


def main():
    found = [measure(*case(seed)) for seed in range(6)]
    if metrics:
        for one in found:
            check(one)
    print("[\n" + ",\n".join("  " + json.dumps(one) for one in found) + "\n]")


if __name__ == "__main__":
    main()
