"""What a word contributed to an answer, whichever model gave it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attribution:
    """A word as it stood in the text, `text[start:end]`, and what it added to a category's logit.

    The logit is measured against the mean of all categories': a word that speaks for all alike
    weighs nothing.
    """

    token: str
    weight: float
    start: int
    end: int
