"""Bodies to try each API with, for its description: tickets in three languages."""

from collections.abc import Mapping
from typing import Any, Final

from bentos.schemas import (
    EXAMPLE_TEXTS,
    Explainables,
    FewExplainables,
    FewTexts,
    Texts,
    Ticket,
    TicketBatch,
)
from bentos.wire import WireModel

_ENGLISH, _FRENCH, _ARABIC = EXAMPLE_TEXTS
_TICKETS: Final = {
    "English": {"text": _ENGLISH},
    "French, by e-mail": {"text": _FRENCH, "channel": "email"},
    "Arabic, with the telling words": {"text": _ARABIC, "channel": "chat", "explain": True},
}
_TEXTS: Final = {"Three languages": {"texts": EXAMPLE_TEXTS}}
_CATEGORIES: Final = ("Access", "Hardware", "Purchase")
_ITEMS: Final = {
    "Three languages": {
        "items": [
            {"text": text, "category": category}
            for text, category in zip(EXAMPLE_TEXTS, _CATEGORIES, strict=True)
        ]
    }
}
_BODIES: Final[Mapping[type[WireModel], Mapping[str, Any]]] = {
    Ticket: _TICKETS,
    TicketBatch: {
        "Three languages": {"tickets": list(_TICKETS.values())},
        "One without words": {"tickets": [_TICKETS["English"], {"text": "12 34"}]},
    },
    FewTexts: _TEXTS,
    Texts: _TEXTS,
    FewExplainables: _ITEMS,
    Explainables: _ITEMS,
}


def examples(taken: type[WireModel]) -> dict[str, Any]:
    """Bodies by their names, as OpenAPI has them, for an API that takes a body of `taken`."""
    return {name: {"value": body} for name, body in _BODIES[taken].items()}
