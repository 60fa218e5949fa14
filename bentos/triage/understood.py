"""What comes out of the rooms before the models."""

from dataclasses import dataclass

from bentos.triage.pii.scrubbed import Scrubbed
from bentos.triage.signals import Reading


@dataclass(frozen=True, slots=True)
class Understood:
    """What is known of a ticket before any model has answered."""

    scrubbed: Scrubbed
    reading: Reading
