"""The committed alerts, and the part of each that has a value while all is well."""

import re
from dataclasses import dataclass

import yaml

from tests.observability.prometheus import FOLDER

_COMPARED = re.compile(r" (?:>|==) ")


@dataclass(frozen=True)
class Alert:
    """One of prometheus/rules/alerts.yml."""

    name: str
    expression: str
    severity: str
    lasting: str

    @property
    def value(self) -> str:
        """What is compared: the expression up to its first comparison."""
        return _COMPARED.split(self.expression, maxsplit=1)[0]


def alerts() -> list[Alert]:
    """All of them."""
    given = yaml.safe_load((FOLDER / "rules" / "alerts.yml").read_text(encoding="utf-8"))
    return [
        Alert(rule["alert"], rule["expr"].strip(), rule["labels"]["severity"], rule.get("for", ""))
        for group in given["groups"]
        for rule in group["rules"]
    ]
