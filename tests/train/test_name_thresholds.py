"""How the tagger's thresholds are chosen."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from bentos.triage.pii.names.lexicon import GIVEN, PLACE, SURNAME
from bentos.triage.pii.names.tagger import THRESHOLDS_FILE
from bentos.triage.pii.names.thresholds import Thresholds
from tests.train.tiny import NAMES_PARAMETERS
from train.name_examples import ExampleMaker
from train.name_lists import lexicon
from train.name_thresholds import choose, divided
from train.name_tickets import NameTicket
from train.names import train

TICKETS = [
    NameTicket(f"{hello} {name}, {thing}", ((len(hello) + 1, len(hello) + 1 + len(name)),))
    for hello, thing in (("hello", "my laptop is broken"), ("مرحبا", "حاسوبي معطل"))
    for name in ("Zoe", "Xanthe", "Quill", "سارة", "مروان")
]
# Words that are none, where names were.
DOUBTFUL = [NameTicket(f"hello {word}, my laptop is broken", ()) for word in ("printer", "badge")]


@pytest.fixture(scope="module")
def maker() -> ExampleMaker:
    return ExampleMaker(lexicon({GIVEN: {"Zoe"}, SURNAME: set(), PLACE: set()}))


@pytest.fixture(scope="module")
def model(maker: ExampleMaker) -> bytes:
    return train([maker.example(ticket) for ticket in TICKETS * 3], NAMES_PARAMETERS)


def test_a_share_is_held_out_and_the_rest_is_taught() -> None:
    taught, held_out = divided(TICKETS, 0.2, 1)
    assert len(held_out) == 2
    assert sorted([*taught, *held_out], key=TICKETS.index) == TICKETS
    assert divided(TICKETS, 0.2, 1) == (taught, held_out)


def test_the_threshold_is_high_where_no_other_word_is_doubtful(
    model: bytes, maker: ExampleMaker
) -> None:
    assert choose(model, maker, TICKETS, 0.01) == Thresholds(latin=0.95, arabic=0.95)


def test_it_falls_where_other_words_are(model: bytes, maker: ExampleMaker) -> None:
    strict = choose(model, maker, [*TICKETS, *DOUBTFUL], 0.01)
    assert strict.latin < 0.95
    assert strict.arabic == 0.95
    assert choose(model, maker, [*TICKETS, *DOUBTFUL], 0.5).latin > strict.latin


def test_each_alphabet_has_its_threshold() -> None:
    thresholds = Thresholds(latin=0.8, arabic=0.6)
    assert [thresholds.of(word) for word in ("Zoe", "سارة")] == [0.8, 0.6]


def test_a_probability_is_asked_for() -> None:
    with pytest.raises(ValidationError):
        Thresholds(latin=1.5, arabic=0.6)


def test_the_released_thresholds_are_read() -> None:
    path = Path(__file__).parents[2] / "release" / "names" / THRESHOLDS_FILE
    assert Thresholds(**json.loads(path.read_text(encoding="utf-8")))
