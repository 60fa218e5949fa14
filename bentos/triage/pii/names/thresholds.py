"""How sure the name tagger must be that a word is no name, by alphabet."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bentos.triage.pii.names.lexicon import is_arabic

_Share = Annotated[float, Field(gt=0, lt=1)]


class Thresholds(BaseModel):
    """A word is no name if the CRF gives that at least this probability.

    By alphabet, since in Arabic no capital tells a name. `train/name_thresholds.py` chooses them on
    marked tickets that the tagger wasn't trained on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    latin: _Share
    arabic: _Share

    def of(self, word: str) -> float:
        """The threshold for `word`."""
        return self.arabic if is_arabic(word) else self.latin
