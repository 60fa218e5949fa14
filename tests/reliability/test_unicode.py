"""Row 2: a ticket in any script is answered, and so are its neighbours in a batch."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.reliability.load import Sent, closed_loop
from tests.reliability.record import record
from tests.reliability.tickets import tickets
from tests.services.conftest import AGENT, Server, serve
from tests.triage.pii.unicode_texts import (
    CONTEXTS,
    mutations,
    samples_of_scripts,
    unfolding,
)

pytestmark = pytest.mark.reliability

_THAI = "เครื่องพิมพ์ไม่ทำงาน"
# Each made the agent of the commit before answer 500: one character unfolds into two or more, and
# what is found before it and behind it meets there.
_FAULTS = {
    "one in Thai": _THAI,
    "one in English and Thai": f"Hello, {_THAI} please help",
    "a Thai vowel beside names": "I am ำAli Ben Salahำ ำ",
    "a Lao vowel beside names": "I am ຳAli Ben Salahຳ ຳ",
}
_CONNECTIONS = 4
_MUTATIONS = 1_500
_STEP = 5


@pytest.fixture(scope="module")
def agent(new_home: Callable[[], Path]) -> Iterator[Server]:
    with serve(new_home(), AGENT) as server:
        yield server


def _singly(agent: Server, asked: list[str]) -> list[Sent]:
    bodies = [{"text": text, "model": "svm"} for text in asked]
    return asyncio.run(closed_loop(agent, bodies, _CONNECTIONS))


def _lost(sent: list[Sent]) -> int:
    """How many were answered by nothing, or by an error of the server."""
    return sum(one.status == 0 or one.status >= 500 for one in sent)


def _without_answer(batch: Sent) -> list[dict[str, Any]]:
    """The errors in a batch's answer that aren't about the text itself."""
    return [
        result["error"]
        for result in batch.body["results"]
        if "error" in result and result["error"]["code"] not in ("no_words", "text_empty")
    ]


def test_each_is_answered_alone(agent: Server) -> None:
    sent = _singly(agent, [*_FAULTS.values(), *samples_of_scripts().values()])
    lost = _lost(sent)
    record(
        row=2,
        name="Thai and a sample of every script, one by one",
        promise="a ticket in any script is answered",
        tried=len(sent),
        lost=lost,
        answered=sum(one.status == 200 for one in sent),
    )
    assert lost == 0
    assert all(one.status == 200 for one in sent[: len(_FAULTS)])


@pytest.mark.parametrize("kind", _FAULTS)
def test_its_neighbours_in_a_batch_are_answered(agent: Server, kind: str) -> None:
    ordinary = [ticket["text"] for ticket in islice(tickets(200, seed=2), 9)]
    asked = [*ordinary[:4], _FAULTS[kind], *ordinary[4:]]
    batch = {"tickets": [{"text": text, "model": "svm"} for text in asked]}
    [sent] = asyncio.run(closed_loop(agent, [batch], 1, "/predict_batch"))
    lost = len(asked) if sent.status != 200 else len(_without_answer(sent))
    record(
        row=2,
        name=f"nine ordinary tickets in a batch with {kind}",
        promise="what one ticket holds harms no other",
        tried=len(asked),
        lost=lost,
    )
    assert lost == 0


def test_every_character_that_unfolds_is_answered(agent: Server) -> None:
    """In batches, as many characters have one context."""
    asked = ["\n".join(CONTEXTS).format(character) for character in unfolding()[::_STEP]]
    size = 100
    batches = [
        {"tickets": [{"text": text, "model": "svm"} for text in asked[at : at + size]]}
        for at in range(0, len(asked), size)
    ]
    sent = asyncio.run(closed_loop(agent, batches, 1, "/predict_batch"))
    lost = sum(size if batch.status != 200 else len(_without_answer(batch)) for batch in sent)
    record(
        row=2,
        name=f"one in {_STEP} of the characters that unfold, in and beside values",
        promise="every character is answered",
        tried=len(asked),
        lost=lost,
    )
    assert lost == 0


def test_mutations_of_tickets_are_answered(agent: Server) -> None:
    sent = _singly(agent, list(mutations(_MUTATIONS, seed=7)))
    lost = _lost(sent)
    record(
        row=2,
        name="real tickets with random characters of Unicode",
        promise="every ticket is answered",
        tried=len(sent),
        lost=lost,
    )
    assert lost == 0
