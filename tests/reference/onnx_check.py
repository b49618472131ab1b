"""Checks ONNX files with ONNX's own checker, shapes and types included.

    onnx_check.py FILE...
"""

import sys

import onnx

for path in sys.argv[1:]:
    onnx.checker.check_model(path, full_check=True)
