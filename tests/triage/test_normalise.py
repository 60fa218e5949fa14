"""The one normalisation of training and serving."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bentos.triage.normalise import normalise, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Locked out of EPR - Ward 4B!", "locked out of epr ward b"),
        ("J'ai oublié mon mot de passe", "j ai oublié mon mot de passe"),
        ("ACCE\u0301S REFUSÉ", "accés refusé"),
        ("كَلِمَةُ السِّرّ", "كلمة السر"),
        ("كلـــمة السر", "كلمة السر"),
        ("pass\u200bword", "password"),
        ("ｐａｓｓｗｏｒｄ", "password"),
        ("mail jane.doe@example.org or https://example.org/a?b=1 now", "mail or now"),
        ("call <PHONE_NUMBER_2>, ask <PERSON>", "call ask"),
        ("snake_case and 22 417 903", "snake case and"),
        ("Straße", "strasse"),
        ("m² ½", "m"),
        ("", ""),
        ("١٢٣ 456 !?", ""),
    ],
)
def test_brings_live_text_to_the_form_of_the_cleaned_tickets(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text())
def test_words_and_normalise_agree(text: str) -> None:
    assert normalise(text) == " ".join(word.value for word in words(text))


@given(st.text())
def test_is_idempotent(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@given(st.text())
def test_offsets_point_into_the_original_in_order(text: str) -> None:
    found = list(words(text))
    assert all(0 <= word.start < word.end <= len(text) for word in found)
    assert [word.start for word in found] == sorted(word.start for word in found)
    assert all(normalise(text[word.start : word.end]) for word in found)


@pytest.mark.parametrize("piece", ["a", "a.", "@", "www.", "<A_", "é\u0301", "a@a."])
def test_time_is_linear_in_the_length(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    begin = time.perf_counter()
    normalise(text)
    assert time.perf_counter() - begin < 1.0
