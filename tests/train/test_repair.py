"""A student that lost layers learns its teacher's hidden states, from tickets without labels."""

import copy

import pandas as pd
import pytest
import torch
import wordfreq
from transformers import DistilBertModel

from tests.train.tiny import config, tokenizer
from train.parameters import EncoderParameters
from train.repair import Batch, Texts, batches, distance, repair

PARAMETERS = EncoderParameters.model_validate(
    {
        "name": "compact",
        "revision": None,
        "seed": 42,
        "layers": [0],
        "rarest_piece": 1e-6,
        "passes": 40,
        "most_texts": 400,
        "batch_tokens": 256,
        "max_length": 32,
        "learning_rate": 3e-3,
    }
)


@pytest.fixture
def tickets() -> pd.DataFrame:
    texts = ["reset my password please", "disk full again", "printer broken", "laptop screen"]
    return pd.DataFrame({"source": ["written", "kaggle"] * 2, "normalised": texts})


@pytest.fixture
def models(one_thread: None) -> tuple[DistilBertModel, DistilBertModel]:
    """A teacher of two layers, and a student with its first one."""
    torch.manual_seed(1)
    teacher = DistilBertModel(config()).eval()
    for weights in teacher.transformer.layer[1].parameters():
        weights.data += 0.3 * torch.randn_like(weights)
    student = copy.deepcopy(teacher)
    student.transformer.layer = student.transformer.layer[:1]
    student.config.n_layers = 1
    return student, teacher


BATCH = Batch(torch.tensor([[0, 5, 6, 2]]), torch.ones((1, 4), dtype=torch.int64))


def test_a_teacher_is_no_distance_from_itself(
    models: tuple[DistilBertModel, DistilBertModel],
) -> None:
    _, teacher = models
    assert distance(teacher, teacher, BATCH, (0, 1)).item() == pytest.approx(0, abs=1e-3)


def test_the_student_comes_nearer(
    models: tuple[DistilBertModel, DistilBertModel], tickets: pd.DataFrame
) -> None:
    student, teacher = models
    before = distance(student.eval(), teacher, BATCH, (0,)).item()
    repair(student, teacher, tokenizer().backend_tokenizer, PARAMETERS, tickets)
    assert distance(student, teacher, BATCH, (0,)).item() < 0.7 * before


def test_the_student_learns_without_dropout(
    models: tuple[DistilBertModel, DistilBertModel], tickets: pd.DataFrame
) -> None:
    student, teacher = models
    disturbed = copy.deepcopy(student)
    for module in disturbed.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.9
    for model in (student, disturbed):
        repair(model, teacher, tokenizer().backend_tokenizer, PARAMETERS, tickets)
    pairs = zip(student.parameters(), disturbed.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


@pytest.fixture
def common_words(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All the words that a language has."""
    words = ["hello", "été", "مرحبا"]
    frequencies = {word: 0.1 for word in [*words, "..."]}  # marks alone are no word
    monkeypatch.setattr(wordfreq, "get_frequency_dict", lambda language, wordlist: frequencies)
    return words


def test_texts_are_of_tickets_and_of_common_words_alone(
    tickets: pd.DataFrame, common_words: list[str]
) -> None:
    source = Texts(tickets, seed=1)
    drawn = [source.draw() for _ in range(300)]
    assert set(tickets["normalised"]) <= set(drawn)
    words = {word for text in drawn for word in text.split(" ")}
    assert words == {*common_words, *" ".join(tickets["normalised"]).split()}


def test_the_same_seed_draws_the_same_texts(tickets: pd.DataFrame, common_words: list[str]) -> None:
    one, other = Texts(tickets, seed=1), Texts(tickets, seed=1)
    assert [one.draw() for _ in range(50)] == [other.draw() for _ in range(50)]


def test_natural_tickets_alone_are_enough(tickets: pd.DataFrame, common_words: list[str]) -> None:
    natural = tickets[tickets["source"] != "kaggle"]
    source = Texts(natural, seed=1)
    known = {*common_words, *" ".join(natural["normalised"]).split()}
    assert {word for _ in range(100) for word in source.draw().split(" ")} <= known


def test_batches_stay_within_their_budget(tickets: pd.DataFrame) -> None:
    source = batches(Texts(tickets, seed=1), tokenizer().backend_tokenizer, PARAMETERS)
    for _ in range(50):
        batch = next(source)
        assert batch.ids.shape == batch.mask.shape
        assert batch.ids.numel() <= PARAMETERS.batch_tokens
        assert batch.ids.shape[1] <= PARAMETERS.max_length
