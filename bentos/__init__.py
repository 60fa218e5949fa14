"""What serves: the domain (`triage`), inference (`models`) and the doors (`services`)."""

from typing import Final

__version__: Final = "0.1.0"
