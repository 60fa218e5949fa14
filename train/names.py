"""Stage `names`: trains the tagger of persons' names. `python -m train.names`.

First on the tickets in which people marked the names; then also on tickets of the training side
that nobody marked, with and without names put into them: natural ones, of which the first tagger
keeps those it is sure of, and some of the real ones, whose publisher took the names out. Those are
all in small letters and without signs, so that where a name stands says little, and they have the
words of the trade ("best regards analyst") that a tagger of natural tickets takes for names.
"""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import pandas as pd
import pycrfsuite
from sklearn.utils.parallel import Parallel, delayed

from bentos.models.artifact import Manifest
from bentos.models.registered import NAMES
from bentos.triage.pii.names.lexicon import Lexicon
from bentos.triage.pii.names.tagger import LEXICON_FILE, MODEL_FILE, THRESHOLDS_FILE
from bentos.triage.pii.names.thresholds import Thresholds
from train.name_contexts import Contexts, NameInserter
from train.name_examples import Example, ExampleMaker, Labelled, forgetful
from train.name_lists import lexicon, name_lists, read_cues
from train.name_noise import NameNoise, NamePool
from train.name_thresholds import choose, divided
from train.name_tickets import LANGUAGES, NameTicket, read_tickets
from train.parameters import PARAMETERS, NamesParameters, load_section
from train.paths import NAMES_FOLDER, TICKETS

DATA: Final = Path("data/names")
# A ticket's text and its language.
Text = tuple[str, str]


def train(examples: Iterable[Example], parameters: NamesParameters) -> bytes:
    """The CRF that L-BFGS finds for `examples`, as CRFsuite writes it."""
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params(
        {
            "c1": parameters.c1,
            "c2": parameters.c2,
            "max_iterations": parameters.max_iterations,
            "feature.minfreq": 2,
            "feature.possible_transitions": True,
        }
    )
    for example in examples:
        trainer.append(example.features, example.tags)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / MODEL_FILE
        trainer.train(str(path))
        return path.read_bytes()


class NameTraining:
    """The two rounds of the training.

    Args:
        lists: Names by kind, as they are written.
        known: What the tagger will know of words.
        contexts: Where names are put into tickets without, by language.
    """

    def __init__(
        self,
        lists: dict[int, set[str]],
        known: Lexicon,
        contexts: dict[str, Contexts],
        parameters: NamesParameters,
    ) -> None:
        self._parameters = parameters
        self._pool = NamePool.of(lists)
        self._contexts = contexts
        self.maker = ExampleMaker(known)
        self._forgetful = forgetful(known, parameters.forgotten, parameters.seed)

    def model(
        self, tickets: Sequence[NameTicket], natural: Sequence[Text], cleaned: Sequence[Text]
    ) -> bytes:
        """The CRF that marked `tickets`, and unmarked `natural` and `cleaned` ones, teach."""
        marked = self.marked(tickets)
        unmarked = self.unmarked(train(marked, self._parameters), natural, cleaned)
        return train([*marked, *unmarked], self._parameters)

    def marked(self, tickets: Sequence[NameTicket]) -> list[Example]:
        """Examples of marked tickets: as they are, and under other names."""
        noise = NameNoise(self._pool, self._parameters.seed)
        renamed = [
            self.maker.example(noise.apply(ticket), self._forgetful)
            for _ in range(self._parameters.copies)
            for ticket in tickets
            if ticket.names
        ]
        return [self.maker.example(ticket) for ticket in tickets] + renamed

    def unmarked(
        self, model: bytes, natural: Iterable[Text], cleaned: Iterable[Text]
    ) -> list[Example]:
        """Examples of the texts that the tagger `model` is sure of, with names put into them."""
        tagger = pycrfsuite.Tagger()
        tagger.open_inmemory(model)
        sure = [*self.maker.labelled(tagger, natural), *self.maker.cleaned(tagger, cleaned)]
        inserter = NameInserter(self._pool, self._contexts, self._parameters.seed)
        nameless = [ticket for ticket in sure if not ticket.has_names]
        inserted = [
            self._inserted(inserter, ticket, copy) for ticket in nameless for copy in self._copies
        ]
        return [ticket.example for ticket in sure] + inserted

    @property
    def _copies(self) -> range:
        return range(self._parameters.inserted)

    def _inserted(self, inserter: NameInserter, ticket: Labelled, copy: int) -> Example:
        named = inserter.apply(ticket.text, ticket.language)
        # The first copy with all names known, the others with some forgotten.
        return self.maker.example(named, self._forgetful if copy else None)


def unmarked_tickets(
    tickets: pd.DataFrame, cleaned: int, seed: int
) -> tuple[list[Text], list[Text]]:
    """The natural tickets of the training side, and at most `cleaned` of the real ones."""
    taught = tickets[tickets["random"] == "train"]
    is_real = taught["source"] == "kaggle"
    real = taught[is_real]
    chosen = real.sample(min(cleaned, len(real)), random_state=seed)
    return _texts(taught[~is_real]), _texts(chosen)


def _texts(tickets: pd.DataFrame) -> list[Text]:
    return list(zip(tickets["text"], tickets["language"], strict=True))


def trained(tickets: Sequence[NameTicket], parameters: NamesParameters) -> bytes:
    """The CRF that marked `tickets` and those of the training side teach."""
    unmarked = unmarked_tickets(pd.read_parquet(TICKETS), parameters.cleaned, parameters.seed)
    return training(parameters).model(tickets, *unmarked)


def training(parameters: NamesParameters) -> NameTraining:
    """The training with the names, cues and contexts of `data/names`."""
    lists = name_lists(DATA)
    known = lexicon(lists, read_cues(DATA / "cues.yaml"))
    return NameTraining(lists, known, Contexts.read(DATA / "contexts.yaml"), parameters)


def main() -> None:
    """Trains twice: without the held-out tickets, to choose thresholds, and with all of them."""
    parameters = load_section(PARAMETERS, "names", NamesParameters)
    tickets = [ticket for name in LANGUAGES for ticket in read_tickets(DATA / f"{name}.jsonl")]
    taught, held_out = divided(tickets, parameters.held_out, parameters.seed)
    # Each keeps a core busy for minutes.
    trial, final = Parallel(n_jobs=2)(
        delayed(trained)(part, parameters) for part in (taught, tickets)
    )
    maker = training(parameters).maker
    write(final, maker.lexicon, choose(trial, maker, held_out, parameters.most_masked))


def write(model: bytes, known: Lexicon, thresholds: Thresholds) -> None:
    """Writes `models/names`."""
    shutil.rmtree(NAMES_FOLDER, ignore_errors=True)
    NAMES_FOLDER.mkdir(parents=True)
    (NAMES_FOLDER / MODEL_FILE).write_bytes(model)
    known.write(NAMES_FOLDER / LEXICON_FILE)
    (NAMES_FOLDER / THRESHOLDS_FILE).write_text(
        thresholds.model_dump_json(indent=2) + "\n", encoding="utf-8"
    )
    Manifest.write(NAMES_FOLDER, NAMES)


if __name__ == "__main__":
    main()
