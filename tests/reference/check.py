#!/usr/bin/env python3
"""Runs the scripts beside it again and compares what they print with the values that the tests hold.

    /usr/bin/python3 tests/reference/check.py

Exits with 1 where a value differs by more than 1e-4 of its size: then the stored values are not what the script makes.
"""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
FIXTURES = {
    "alignment": "Analyses",
    "barrier": "Analyses", "cka": "Analyses", "criticality": "Analyses", "mcnemar": "Analyses", "soup": "Analyses",
    "spectrum": "Analyses", "distance": "Analyses", "depth": "Analyses", "effects": "Analyses",
    "efficiency": "Analyses", "repair": "Analyses", "wise_ft": "Analyses",
    "labels": "Analyses", "module_features": "Vision", "auc": "Vision", "chexpert": "Vision", "freeze": "Vision", "ladder": "Vision",
    "metrics": "Vision",
    "networks": "Vision", "network_variants": "Vision", "probe": "Vision", "shuffle": "Vision",
}


def differs(found, stored):
    if isinstance(found, dict) and isinstance(stored, dict):
        return found.keys() != stored.keys() or any(differs(found[key], stored[key]) for key in found)
    if isinstance(found, list) and isinstance(stored, list):
        return len(found) != len(stored) or any(map(differs, found, stored))
    if isinstance(found, float) or isinstance(stored, float):
        return found is None or stored is None or abs(found - stored) > 1e-4 * (1 + abs(stored))
    return found != stored


failed = 0
for name, project in FIXTURES.items():
    printed = subprocess.run([sys.executable, HERE / f"{name}.py"], capture_output=True, text=True, check=True).stdout
    stored = (HERE.parent / f"TransferLens.{project}.Tests" / "Fixtures" / f"{name}.json").read_text()
    wrong = differs(json.loads(printed), json.loads(stored))
    failed += wrong
    print(f"{name}: {'DIFFERS' if wrong else 'as stored'}")
sys.exit(failed > 0)
