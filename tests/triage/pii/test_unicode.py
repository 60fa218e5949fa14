"""Every text is answered, whatever characters it is made of, and nothing found stays in it."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bentos.triage.language import LanguageDetector
from bentos.triage.pii.analyzer import findings, recognizers
from bentos.triage.pii.names.tagger import NameTagger
from bentos.triage.pii.plain_view import plain_view
from bentos.triage.pii.scrubbed import Scrubbed
from bentos.triage.pii.scrubber import Scrubber
from bentos.triage.understanding import Understanding
from tests.triage.pii.unicode_texts import (
    CONTEXTS,
    mutations,
    samples_of_scripts,
    unfolding,
)

_RELEASED = Path(__file__).parents[3] / "release" / "names"
_SCRIPTS = samples_of_scripts()
_RECOGNIZERS = recognizers()
_VALUES = "write to jo.do@x.tn or call +216 22 345 678 now"
# Letters, marks, signs, joiners, compatibility forms and digits of all scripts.
_ANY_TEXT = st.lists(
    st.one_of(
        st.text(max_size=4),
        st.sampled_from(sorted(_SCRIPTS.values())),
        st.sampled_from(unfolding()),
        st.text(st.characters(categories=["Mn", "Me", "Mc", "Cf", "Sk", "Nd", "No"]), max_size=4),
        st.sampled_from(
            [_VALUES, "jo@x.tn", "98 123 456", "Ali Ben Salah", "و", "password: Ab12!"]
        ),
    ),
    max_size=8,
).map("".join)


@pytest.fixture(scope="module")
def understanding() -> Understanding:
    tagger = NameTagger.load(_RELEASED)
    return Understanding(Scrubber(tagger), LanguageDetector(), tagger.lexicon)


def _check(understanding: Understanding, text: str) -> Scrubbed:
    """What has become of `text`, once all that must hold of it has been seen to hold."""
    scrubbed = understanding.understand(text).scrubbed
    at = 0
    for span in scrubbed.spans:
        assert at <= span.start < span.end <= len(text), ascii(text)
        at = span.end
    _check_pieces(text, scrubbed)
    return scrubbed


def _check_pieces(text: str, scrubbed: Scrubbed) -> None:
    """That what stays and what is replaced are all of both texts, and map onto each other."""
    pieces = scrubbed.pieces
    assert "".join(text[start:end] for _, start, end in pieces) == text, ascii(text)
    assert [piece[1:] for piece in pieces[1::2]] == [(s.start, s.end) for s in scrubbed.spans]
    ends = [at for at, *_ in pieces[1:]] + [len(scrubbed.text)]
    for number, ((at, start, end), after) in enumerate(zip(pieces, ends, strict=True)):
        if number % 2 == 0:
            assert scrubbed.text[at:after] == text[start:end], ascii(text)
        if after > at:
            assert scrubbed.original(at, after) == (start, end), ascii(text)


def _check_gone(text: str, scrubbed: Scrubbed) -> None:
    """That no character stays of which the recognisers read a part in a value."""
    view = plain_view(text)
    places: set[int] = set()
    for found in findings(_RECOGNIZERS, view.text):
        places.update(view.starts[found.start : found.end])
    covered: Iterable[int] = (
        place for span in scrubbed.spans for place in range(span.start, span.end)
    )
    assert places <= set(covered), ascii(text)


@pytest.mark.parametrize(
    ("context", "step"),
    [
        (CONTEXTS[0], 1),
        ("\n".join(CONTEXTS), 7),
        *(pytest.param(context, 1, marks=pytest.mark.slow) for context in CONTEXTS[1:]),
    ],
)
def test_every_character_that_unfolds_is_read(
    understanding: Understanding, context: str, step: int
) -> None:
    for character in unfolding()[::step]:
        text = context.format(character)
        _check_gone(text, _check(understanding, text))


@pytest.mark.parametrize("sample", _SCRIPTS.values(), ids=_SCRIPTS)
def test_every_script_is_read(understanding: Understanding, sample: str) -> None:
    words = " ".join(sample[at : at + 5] for at in range(0, len(sample), 5))
    for text in (sample, words, f"{words} {_VALUES} {words}", f"{sample}22345678{sample}jo@x.tn"):
        _check_gone(text, _check(understanding, text))


@pytest.mark.parametrize(
    "character", ["ำ", "ຳ", "½", "ﷺ", "㍿", "⒜", "🉀", "\u0301", "\ufe0f", "\u200d"]
)
def test_values_go_whatever_stands_beside_them(
    understanding: Understanding, character: str
) -> None:
    text = f"{character} {_VALUES} {character}"
    scrubbed = _check(understanding, text).text
    assert not any(part in scrubbed for part in ("jo.do", "@", "345", "678"))


@given(_ANY_TEXT)
@settings(deadline=None, max_examples=300)
def test_any_text_is_read(understanding: Understanding, text: str) -> None:
    _check_gone(text, _check(understanding, text))


@pytest.mark.parametrize(
    ("count", "seed"), [(500, 24), pytest.param(6_000, 2_024, marks=pytest.mark.slow)]
)
def test_tickets_with_characters_of_all_kinds_are_read(
    understanding: Understanding, count: int, seed: int
) -> None:
    read = 0
    for text in mutations(count, seed):
        _check_gone(text, _check(understanding, text))
        read += 1
    assert read == count


def test_names_that_meet_in_one_character_are_told_apart(understanding: Understanding) -> None:
    # "The printer doesn't work" in Thai: its one but last vowel unfolds into two signs.
    scrubbed = _check(understanding, "เครื่องพิมพ์ไม่ทำงาน")
    assert [span.type for span in scrubbed.spans] == ["PERSON", "PERSON"]
    assert scrubbed.spans[0].end == scrubbed.spans[1].start
