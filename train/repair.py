"""Repairs an encoder that lost layers: it learns to think as the whole one did, layer by layer.

Each layer left imitates what the whole encoder hands to the next layer that was kept (TinyBERT's
hidden-state distillation; Jiao et al. 2020), on tickets, spliced tickets and words drawn by their
frequency. Labels play no part. Without it the cut encoder's sentence embeddings are little use.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import torch
import wordfreq
from tokenizers import Tokenizer
from torch.nn.functional import cosine_similarity
from tqdm import tqdm
from transformers import DistilBertModel

from bentos.triage.normalise import normalise
from train.parameters import EncoderParameters
from train.precision import best_device, multiplies_bfloat16
from train.schema import LANGUAGES

_COMMON_WORDS: Final = 50_000
_TEXTS_AT_ONCE: Final = 1024
_WARM_UP: Final = 0.06
# What the middle layers and the mean embedding weigh beside the last layer.
_MIDDLE: Final = 0.3
_MEAN: Final = 5.0


class Texts:
    """An endless source of normalised texts in three languages, half of them tickets as written."""

    def __init__(self, tickets: pd.DataFrame, seed: int) -> None:
        self._random = random.Random(seed)  # texts to learn from, not secrets # nosec B311
        natural = (tickets["source"] != "kaggle").to_numpy()
        self._natural: list[str] = tickets["normalised"][natural].tolist()
        self._cleaned: list[str] = tickets["normalised"][~natural].tolist() or self._natural
        self._words = [_common_words(language) for language in LANGUAGES]

    def draw(self) -> str:
        """A text: a natural ticket, a splice of two, a cleaned ticket, or words at random."""
        kind = self._random.random()
        if kind < 0.3:
            return self._random.choice(self._natural)
        if kind < 0.5:
            return self._splice()
        if kind < 0.85:
            return self._random.choice(self._cleaned)
        words, cumulative = self._random.choice(self._words)
        count = self._random.randint(6, 40)
        return " ".join(self._random.choices(words, cum_weights=cumulative, k=count))

    def _splice(self) -> str:
        first = self._random.choice(self._natural).split()
        second = self._random.choice(self._random.choice((self._natural, self._cleaned))).split()
        a, b = self._random.randrange(len(first)), self._random.randrange(len(second))
        return " ".join(first[a : a + 40] + second[b : b + 40])


@dataclass(frozen=True, slots=True)
class Batch:
    """Word pieces, (texts, longest), and 1 where there is one."""

    ids: torch.Tensor
    mask: torch.Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same on `device`."""
        return Batch(self.ids.to(device), self.mask.to(device))


def batches(texts: Texts, tokenizer: Tokenizer, parameters: EncoderParameters) -> Iterator[Batch]:
    """Endless batches of up to `batch_tokens` word pieces, texts of like length together.

    `tokenizer` cuts texts to `parameters.max_length` from here on.
    """
    tokenizer.enable_truncation(parameters.max_length)
    padding: int = tokenizer.get_vocab()["<pad>"]
    while True:
        drawn = tokenizer.encode_batch([texts.draw() for _ in range(_TEXTS_AT_ONCE)])
        rows = sorted((encoding.ids for encoding in drawn), key=len)
        groups: list[list[list[int]]] = [[]]
        for row in rows:
            if (len(groups[-1]) + 1) * len(row) > parameters.batch_tokens:
                groups.append([])
            groups[-1].append(row)
        random.Random(len(rows[-1])).shuffle(groups)  # an order, not a secret # nosec B311
        yield from (_padded(group, padding) for group in groups if group)


def repair(
    student: DistilBertModel,
    teacher: DistilBertModel,
    tokenizer: Tokenizer,
    parameters: EncoderParameters,
    tickets: pd.DataFrame,
) -> None:
    """Trains `student`, which has the layers `parameters.layers` of `teacher`, in place."""
    device = best_device()
    teacher.eval().to(device, torch.bfloat16 if multiplies_bfloat16(device) else torch.float32)
    # Without dropout: there are no labels to learn by heart, and it only blurs what is imitated.
    student.eval().to(device)
    total = min(parameters.most_texts, parameters.passes * len(tickets))
    optimizer = torch.optim.AdamW(
        student.parameters(), lr=parameters.learning_rate, weight_decay=0.0, fused=True
    )
    source = batches(Texts(tickets, parameters.seed), tokenizer, parameters)
    seen = 0
    with tqdm(total=total, desc="repair", unit="text", disable=None) as bar:
        while seen < total:
            batch = next(source).to(device)
            rate = min(seen / (_WARM_UP * total), (total - seen) / ((1 - _WARM_UP) * total))
            optimizer.param_groups[0]["lr"] = parameters.learning_rate * rate
            loss = distance(student, teacher, batch, parameters.layers)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            seen += len(batch.ids)
            bar.update(len(batch.ids))
            bar.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
    torch.nn.Module.to(student, "cpu")
    tokenizer.no_truncation()


def distance(
    student: DistilBertModel, teacher: DistilBertModel, batch: Batch, layers: tuple[int, ...]
) -> torch.Tensor:
    """How far the student's hidden states are from the teacher's, relative to their size."""
    with torch.no_grad():
        wanted = _hidden_states(teacher, batch)
    device = batch.ids.device
    with torch.autocast(device.type, torch.bfloat16, enabled=multiplies_bfloat16(device)):
        states = _hidden_states(student, batch)
    # A student's layer ends where the teacher's next kept layer begins.
    ends = (*layers[1:], len(wanted) - 1)
    mask = batch.mask.bool()
    parts = [
        _relative_error(state[mask], wanted[end][mask])
        for state, end in zip(states[1:], ends, strict=True)
    ]
    found, meant = _mean(states[-1], batch.mask), _mean(wanted[-1], batch.mask)
    angle = 1 - cosine_similarity(found, meant, dim=-1).mean()
    return parts[-1] + _MIDDLE * sum(parts[:-1], torch.zeros((), device=device)) + _MEAN * angle


def _hidden_states(model: DistilBertModel, batch: Batch) -> tuple[torch.Tensor, ...]:
    output = model(input_ids=batch.ids, attention_mask=batch.mask, output_hidden_states=True)
    states: tuple[torch.Tensor, ...] = output.hidden_states
    return states


def _relative_error(found: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    return (found.float() - wanted.float()).square().sum() / wanted.float().square().sum()


def _mean(states: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    weights = mask[..., None].float()
    return (states.float() * weights).sum(1) / weights.sum(1)


def _padded(rows: list[list[int]], padding: int) -> Batch:
    longest = max(map(len, rows))
    ids = [row + [padding] * (longest - len(row)) for row in rows]
    mask = [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
    return Batch(torch.tensor(ids), torch.tensor(mask))


def _common_words(language: str) -> tuple[list[str], list[float]]:
    """The language's common words, normalised, and their frequencies, flattened and cumulated."""
    frequencies = list(wordfreq.get_frequency_dict(language, wordlist="best").items())
    common = sorted(frequencies, key=lambda item: -item[1])[:_COMMON_WORDS]
    shares = {normalise(word): share for word, share in common}
    shares.pop("", None)  # words of marks alone
    weights = np.array(list(shares.values())) ** 0.75
    return list(shares), np.cumsum(weights).tolist()
