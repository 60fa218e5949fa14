"""What trains: one pipeline stage a file; imports `bentos`, so that what is evaluated is what is
served."""

import os
import sys
from pathlib import Path

# First of all imports: no library that a stage imports may report home.
from bentos import NO_REPORTS

__all__ = ["NO_REPORTS"]

# Matplotlib keeps a list of fonts in the user's cache: here it is kept beside the packages.
os.environ.setdefault("MPLCONFIGDIR", str(Path(sys.prefix, "share", "callcenter", "matplotlib")))
