#!/usr/bin/env python3
"""McNemar's exact p-values in whole-number arithmetic, for Mistakes/McNemarTests.cs.

    python3 tests/reference/mcnemar.py > tests/TransferLens.Analyses.Tests/Fixtures/mcnemar.json

Needs Python alone. p = min(1, 2 sum of C(n, i) for i up to the smaller count, over 2^n), as a common logarithm.
"""
import json
import math

CASES = [(0, 0), (0, 1), (1, 1), (0, 5), (2, 3), (1, 9), (3, 17), (10, 25), (40, 60), (50, 50), (59, 81), (121, 59), (600, 817), (817, 600), (0, 2000), (5000, 5400), (3000, 9000), (49000, 51000)]


def logarithm(number):
    """Common logarithm of a whole number of any size."""
    digits = max(0, number.bit_length() - 1000)
    return math.log10(number >> digits) + digits * math.log10(2)


def p_value(first, second):
    n, fewer = first + second, min(first, second)
    term = below = 1
    for i in range(1, fewer + 1):
        term = term * (n - i + 1) // i
        below += term
    return min(0.0, logarithm(2 * below) - n * math.log10(2))


print("[\n" + ",\n".join(f"  {json.dumps({'first': a, 'second': b, 'log10_p': p_value(a, b)})}" for a, b in CASES) + "\n]")
