"""Every regular expression that the rooms before the models read a ticket with."""

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module

import bentos.triage
from bentos.triage.pii.analyzer import recognizers
from bentos.triage.pii.recognizers.rules import Rule


def of_recognizers() -> dict[str, re.Pattern[str]]:
    """The patterns that a recogniser holds, by its type and their place."""
    return {
        f"{recognizer.supported_entities[0]} {name}": pattern
        for recognizer in recognizers()
        for name, held in vars(recognizer).items()
        for name, pattern in _within(name, held)
    }


def of_modules() -> dict[str, re.Pattern[str]]:
    """The patterns that a module under `bentos.triage` holds, by its name and theirs."""
    package = bentos.triage
    names = [found.name for found in pkgutil.walk_packages(package.__path__, "bentos.triage.")]
    return {
        f"{module.removeprefix('bentos.triage.')} {name}": pattern
        for module in names
        for name, held in vars(import_module(module)).items()
        for name, pattern in _within(name, held)
    }


def _within(name: str, held: object) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The patterns in an attribute: one, or those of several rules."""
    if isinstance(held, re.Pattern):
        yield name, held
    elif isinstance(held, Rule):
        yield name, held.pattern
    elif isinstance(held, (tuple, list)):
        for place, member in enumerate(held):
            yield from _within(f"{name}[{place}]", member)
