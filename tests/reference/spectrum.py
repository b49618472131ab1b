#!/usr/bin/env python3
"""Singular values by NumPy, for WeightSpectrum/SpectrumTests.cs.

    python3 tests/reference/spectrum.py > tests/TransferLens.Analyses.Tests/Fixtures/spectrum.json

Needs NumPy. Element i of a tensor, in row-major order, is ((i * 7919 + 104729) mod 1009) / 1009 - 0.5.
"""
import json

import numpy

found = []
for shape in [(3, 5), (7, 4), (4, 3, 3, 3), (16, 2, 3, 3)]:
    i = numpy.arange(int(numpy.prod(shape)))
    matrix = (((i * 7919 + 104729) % 1009) / 1009 - 0.5).reshape(shape[0], -1)
    s = numpy.linalg.svd(matrix, compute_uv=False)
    p = s**2 / numpy.sum(s**2)
    found.append({
        "shape": shape, "singular_values": s.tolist(), "stable_rank": float(numpy.sum(matrix**2) / numpy.linalg.norm(matrix, 2)**2),
        "effective_rank": float(numpy.exp(-numpy.sum(p * numpy.log(p))))})
print("[\n" + ",\n".join(f"  {json.dumps(entry)}" for entry in found) + "\n]")
