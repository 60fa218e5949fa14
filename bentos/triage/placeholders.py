"""What stands in a scrubbed ticket for the personal data that were there."""

import re
from typing import Final

_PLACEHOLDER: Final = re.compile(r"<[A-Z]++(?:_[A-Z0-9]++)*>")


def without_placeholders(scrubbed: str) -> str:
    """What the sender wrote of `scrubbed`, without personal data, single spaces between."""
    return " ".join(_PLACEHOLDER.sub(" ", scrubbed).split())


def beside_placeholders(scrubbed: str) -> str:
    """`scrubbed` with nothing in the place of its placeholders."""
    return _PLACEHOLDER.sub("", scrubbed)
