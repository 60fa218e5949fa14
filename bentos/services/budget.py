"""The time that a request may take: fixed when the request is whole, and never extended."""

import time
from dataclasses import dataclass
from typing import Final

from bentos.services.request_record import current
from bentos.triage.pii.plain_view import unfolded_length

# The part of the budget that may pass before the last ticket's reading begins. The models need
# the rest.
_READING_SHARE: Final = 0.6
# A ticket of this many characters has one budget; a longer one has more, in proportion.
USUAL_CHARACTERS: Final = 2_000


@dataclass(frozen=True, slots=True)
class Budget:
    """A stretch of time, by the clock of `time.perf_counter`.

    Args:
        began: When the request was whole, in seconds.
        seconds: How long its answer may take.
    """

    began: float
    seconds: float

    @property
    def left(self) -> float:
        """The seconds that are left; 0 or less when the budget is spent."""
        return self.began + self.seconds - time.perf_counter()

    @property
    def may_read(self) -> bool:
        """Whether there is time to begin reading another ticket."""
        return time.perf_counter() < self.began + _READING_SHARE * self.seconds


def budget(seconds: float) -> Budget:
    """A budget of `seconds` for the request that is being answered, from when it was whole."""
    record = current.get()
    whole_at = None if record is None else record.whole_at
    return Budget(time.perf_counter() if whole_at is None else whole_at, seconds)


def characters_to_read(text: str) -> int:
    """How long `text` is for those who read it: one character can stand for a phrase of 18."""
    return max(len(text), unfolded_length(text))


def ticket_seconds(characters: int, usual: float, most: float) -> float:
    """The budget of one ticket, in seconds.

    Args:
        characters: The length of the ticket for those who read it.
        usual: The budget of a ticket of usual length, in seconds.
        most: The most seconds for any ticket.
    """
    return min(usual * max(1.0, characters / USUAL_CHARACTERS), most)
