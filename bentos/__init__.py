"""What serves: the domain (`triage`), inference (`models`) and the doors (`services`).

Nothing that is run from here reports home. Libraries read `NO_REPORTS` when they are imported, so
this package sets those variables, and every entry imports this package before any library.
"""

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

__version__: Final = "0.1.0"

# The variables that turn reports off, each with a value that its library takes as "off".
NO_REPORTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "BENTOML_DO_NOT_TRACK": "True",
        "DO_NOT_TRACK": "1",  # Hugging Face Hub, and others that follow the convention
        "DVC_NO_ANALYTICS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "ORT_DISABLE_TELEMETRY": "1",  # ONNX Runtime: no look-up, no device id, no event database
    }
)

# Whatever the caller's environment says: the promise holds for everybody.
os.environ.update(NO_REPORTS)
