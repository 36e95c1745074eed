"""Load and compile the two plain networks with OpenVINO, and nothing else. Arguments: the two files."""

from __future__ import annotations

import sys

import openvino

core = openvino.Core()
for path in sys.argv[1:]:
    core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
print("ready")
