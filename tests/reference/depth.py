#!/usr/bin/env python3
"""Spearman's rank correlation and its p, for RankCorrelationTests.cs. Needs SciPy.

    /usr/bin/python3 tests/reference/depth.py > tests/TransferLens.Analyses.Tests/Fixtures/depth.json

Up to eight values p counts all orders, each as far from 0 or farther; beyond that it is SciPy's, from Student's t.
"""
import itertools
import json

from scipy.stats import spearmanr

CASES = [
    [0.1, 0.3, 0.2, 0.5, 0.4],
    [0.1, 0.1, 0.3, 0.2, 0.4, 0.4],
    [5.0, 4.0, 4.5, 1.0],
    [0.8, 2.1, 1.5, 3.0, 2.0, 5.5, 4.1, 9.0, 3.3],
    [2.0, 2.0, 1.0, 7.0, 3.0, 3.0, 6.0, 5.0, 1.5, 8.0, 0.5],
]


def judge(values):
    depth = list(range(len(values)))
    found = spearmanr(depth, values)
    p = found.pvalue
    if len(values) <= 8:
        orders = [abs(spearmanr(depth, order).correlation) for order in itertools.permutations(values)]
        p = sum(one >= abs(found.correlation) - 1e-9 for one in orders) / len(orders)
    return {"values": values, "correlation": float(found.correlation), "p": float(p)}


print(json.dumps([judge(values) for values in CASES], indent=1))
