"""Writes ONNX's own conformance cases: FOLDER/CASE/model.onnx, input_0.pb, ..., output_0.pb, ...

    onnx_cases.py FOLDER

The cases are those of onnx.backend.test.case.node in Debian's python3-onnx 1.12 (opset 17). They compute their
expected outputs by NumPy. Inputs and outputs are TensorProto; other kinds of values (sequences, maps, optional values)
are left out, and the model's types tell that they were.
"""
import pathlib
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")
# NumPy 1.24 removed these names, which onnx 1.12 uses.
for name, kind in {"bool": bool, "float": float, "int": int, "object": object, "str": str}.items():
    setattr(np, name, kind)

from onnx import TensorProto, numpy_helper  # noqa: E402
from onnx.backend.test.case.node import collect_testcases  # noqa: E402

folder = pathlib.Path(sys.argv[1])
count = 0
for case in collect_testcases(None):
    target = folder / case.name
    if target.exists():  # one name is used twice
        target = folder / f"{case.name}_again"
    target.mkdir(parents=True)
    (target / "model.onnx").write_bytes(case.model.SerializeToString())
    inputs, outputs = case.data_sets[0]
    graph = case.model.graph
    for kind, values, types in (("input", inputs, graph.input), ("output", outputs, graph.output)):
        for index, (value, described) in enumerate(zip(values, types)):
            if described.type.HasField("tensor_type"):
                tensor = numpy_helper.from_array(np.asarray(value), described.name)
                if described.type.tensor_type.elem_type == TensorProto.BFLOAT16:  # NumPy has its bits as uint16
                    tensor.data_type = TensorProto.BFLOAT16
                (target / f"{kind}_{index}.pb").write_bytes(tensor.SerializeToString())
    assert len(case.data_sets) == 1 and (case.rtol, case.atol) == (1e-3, 1e-7), case.name
    count += 1
print(count, "cases")
