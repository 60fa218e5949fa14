"""The tickets that the name tagger learns from, and what it learns."""

import json
from pathlib import Path

import pandas as pd
import pycrfsuite
import pytest

from bentos.triage.pii.names.lexicon import GIVEN, PLACE, SURNAME, Entry, Lexicon
from bentos.triage.pii.names.tokens import tokens
from tests.train.tiny import NAMES_PARAMETERS
from train.name_contexts import Contexts, NameInserter
from train.name_examples import ExampleMaker, forgetful
from train.name_lists import lexicon, name_lists
from train.name_noise import NameNoise, NamePool
from train.name_tickets import LANGUAGES, NameTicket, read_tickets, tags
from train.names import DATA, train, unmarked_tickets

POOL = NamePool.of(
    {GIVEN: {"Zoe", "Omar", "سارة"}, SURNAME: {"Miller", "Haddad", "الطرابلسي"}, PLACE: {"Lyon"}}
)
TICKET = NameTicket("Hi Sarah,\nask ben ali or SARAH. Thanks", ((3, 8), (14, 21), (25, 30)))


def names(ticket: NameTicket) -> list[str]:
    return [ticket.text[start:end] for start, end in ticket.names]


@pytest.mark.parametrize("language", LANGUAGES)
def test_marks_stand_where_words_do(language: str) -> None:
    tickets = list(read_tickets(DATA / f"{language}.jsonl"))
    assert len(tickets) > 100
    for ticket in tickets:
        for name in names(ticket):
            assert name == name.strip()
            assert any(letter.isalpha() for letter in name)


def test_no_ticket_is_also_one_that_measures() -> None:
    measured = {
        json.loads(line)["text"]
        for path in Path("tests/data").glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    }
    for language in LANGUAGES:
        assert not measured & {ticket.text for ticket in read_tickets(DATA / f"{language}.jsonl")}


def test_tokens_of_names_are_tagged() -> None:
    found = tags(tokens(TICKET.text), TICKET.names)
    words = [token.text for token in tokens(TICKET.text)]
    assert [word for word, tag in zip(words, found, strict=True) if tag == "B"] == [
        "Sarah",
        "ben",
        "SARAH",
    ]
    assert [word for word, tag in zip(words, found, strict=True) if tag == "I"] == ["ali"]


def test_persons_are_renamed_throughout_in_their_own_case() -> None:
    renamed = NameNoise(POOL, 1).apply(TICKET)
    first, second, third = names(renamed)
    assert first.lower() == third.lower()
    assert first.istitle() and third.isupper() and second.islower()
    assert "Sarah" not in renamed.text
    assert renamed.text.startswith("Hi ") and renamed.text.endswith(". Thanks")


def test_names_are_put_where_the_marks_say() -> None:
    inserter = NameInserter(POOL, Contexts.read(DATA / "contexts.yaml"), 3)
    written = {name.lower() for listed in POOL.names.values() for name in listed}
    for language in LANGUAGES:
        for _ in range(20):
            ticket = inserter.apply(
                "my colleague from Paris called, avec mon chef مع زميلي هنا", language
            )
            for name in names(ticket):
                assert any(part.lower() in written or part.endswith(".") for part in name.split())


def test_lists_hold_names_of_many_countries() -> None:
    known = lexicon(name_lists(DATA))
    assert known.entry("Youssef").kinds & GIVEN
    assert known.entry("الطرابلسي").kinds & SURNAME
    assert known.entry("Sfax").kinds & PLACE
    assert known.entry("printer") == Entry(0, known.entry("printer").zipf)
    assert known.is_common("printer") and known.is_common("imprimante")


def test_a_share_of_names_is_forgotten() -> None:
    full = Lexicon({f"name{number}": Entry(GIVEN, 2) for number in range(200)})
    left = sum(forgetful(full, 0.3, 1).entry(f"name{number}").kinds > 0 for number in range(200))
    assert 110 < left < 170


def test_what_is_left_in_a_cleaned_ticket_is_no_name_unless_the_tagger_is_sure() -> None:
    maker = ExampleMaker(lexicon({GIVEN: {"Zoe", "Grant"}, SURNAME: set(), PLACE: set()}))
    marked = [
        maker.example(NameTicket(f"{opening} {name} please help", (place,)))
        for opening, place in (("hello", (6, 9)), ("regards", (8, 11)))
        for name in ("zoe", "ann", "bob")
    ]
    # CRFsuite reads from these bytes, and does not keep them.
    model = train(marked, NAMES_PARAMETERS)
    tagger = pycrfsuite.Tagger()
    tagger.open_inmemory(model)
    texts = [(text, "en") for text in ("hello zoe please help", "please grant rights", "  ")]
    [kept] = maker.cleaned(tagger, texts)
    assert kept.text == "please grant rights"
    assert kept.example.tags == ["O", "O", "O"] and not kept.has_names


def test_unmarked_tickets_are_the_training_sides() -> None:
    tickets = pd.DataFrame(
        {
            "text": ["one", "two", "three", "four", "five"],
            "language": ["en", "en", "en", "fr", "ar"],
            "source": ["kaggle", "kaggle", "kaggle", "sample", "written"],
            "random": ["train", "train", "test", "train", "validation"],
        }
    )
    natural, cleaned = unmarked_tickets(tickets, 1, 3)
    assert natural == [("four", "fr")]
    assert len(cleaned) == 1 and cleaned[0] in [("one", "en"), ("two", "en")]
    assert len(unmarked_tickets(tickets, 9, 3)[1]) == 2


def test_a_tagger_learns_a_place_from_a_few_tickets(tmp_path: Path) -> None:
    maker = ExampleMaker(lexicon({GIVEN: {"Zoe"}, SURNAME: set(), PLACE: set()}))
    tickets = [
        NameTicket(f"hello {name}, my {thing} is broken", ((6, 6 + len(name)),))
        for name in ("Zoe", "Xanthe", "Quill", "Brun")
        for thing in ("laptop", "screen", "phone")
    ]
    model = train([maker.example(ticket) for ticket in tickets], NAMES_PARAMETERS)
    assert len(model) > 100
