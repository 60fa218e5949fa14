"""Measurements: each script compares with a named baseline in one run and writes
`reports/bench/`."""

import sys

# First of all imports: no library that is measured may report home.
from bentos import NO_REPORTS

__all__ = ["NO_REPORTS"]

# OpenVINO reports each import, and no variable stops that. Without its reporter it does nothing:
# this name can't be imported now, and OpenVINO then takes a stand-in of its own.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # Python's own way to say so
