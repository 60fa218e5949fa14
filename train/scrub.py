"""Stage `scrub`: tickets as a running agent's models see them. `python -m train.scrub`.

Models learn from what the scrubber leaves: what it finds is in no vocabulary, and a word that it
masks by mistake is as absent in training as in service.
"""

from pathlib import Path
from typing import Final

import pandas as pd
from sklearn.utils.parallel import Parallel, delayed

from bentos.triage.normalise import normalise
from bentos.triage.pii.names.tagger import NameTagger
from bentos.triage.pii.scrubber import Scrubber
from train.paths import NAMES_FOLDER, SCRUBBED, TICKETS

_TOGETHER: Final = 2000


def scrub(tickets: pd.DataFrame, names: Path) -> pd.DataFrame:
    """`tickets` with `text` scrubbed, by the tagger in the folder `names`, and `normalised` anew.

    One of which nothing is left stays, without words.
    """
    texts = tickets["text"].tolist()
    parts = [texts[start : start + _TOGETHER] for start in range(0, len(texts), _TOGETHER)]
    done = Parallel(n_jobs=-1)(delayed(_scrubbed)(part, names) for part in parts)
    scrubbed = [text for part in done for text in part]
    return tickets.assign(text=scrubbed, normalised=[normalise(text) for text in scrubbed])


def _scrubbed(texts: list[str], names: Path) -> list[str]:
    scrubber = Scrubber(NameTagger.load(names))
    return [scrubber.scrub(text).text for text in texts]


def main() -> None:
    """Writes `data/scrubbed`."""
    SCRUBBED.parent.mkdir(parents=True, exist_ok=True)
    scrubbed = scrub(pd.read_parquet(TICKETS), NAMES_FOLDER)
    scrubbed.to_parquet(SCRUBBED, engine="pyarrow", compression="zstd", index=False)


if __name__ == "__main__":
    main()
