"""The served transformer: batching, reading, calibration and explanations, on a graph made by hand.

In it a word has a category of its own, and the logits of a text are the mean of its words'.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

from bentos.models import transformer
from bentos.models.artifact import ArtifactError, Manifest
from bentos.models.transformer import TransformerConfig, TransformerModel
from bentos.triage.categories import CATEGORIES

WORDS = ("password", "admin", "payroll", "laptop", "project", "hello", "invoice", "disk")
CONFIG = TransformerConfig(temperature=1.0, head=6, tail=2, padding=0)


def _graph() -> onnx.ModelProto:
    """Gather the words' rows, and take their mean where there is no padding."""
    table = np.vstack([np.full((2, 8), 3.0), 8 * np.eye(8)]).astype(np.float32)
    axis = np.array([1], np.int64)
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["mask", "last"], ["weights"]),
        helper.make_node("Mul", ["rows", "weights"], ["kept"]),
        helper.make_node("ReduceSum", ["kept", "axis"], ["sum"], keepdims=0),
        helper.make_node("ReduceSum", ["weights", "axis"], ["count"], keepdims=0),
        helper.make_node("Div", ["sum", "count"], ["logits"]),
    ]
    shape = ["texts", "longest"]
    graph = helper.make_graph(
        nodes,
        "words",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, shape)
            for name in ("input_ids", "attention_mask")
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", 8])],
        [
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(axis, "axis"),
            numpy_helper.from_array(np.array([-1], np.int64), "last"),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def write(folder: Path, config: TransformerConfig) -> Path:
    pieces = {"<pad>": 0, "<unk>": 1} | {word: place + 2 for place, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(pieces, "<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.enable_truncation(3)  # as a training may leave it
    onnx.save(_graph(), folder / "model.onnx")
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "transformer.json").write_text(config.model_dump_json())
    Manifest.write(folder, "callcenter-transformer")
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> TransformerModel:
    return TransformerModel.load(write(tmp_path_factory.mktemp("transformer"), CONFIG))


def test_a_word_speaks_for_its_category(model: TransformerModel) -> None:
    probabilities = model.predict_proba([f"My {word}!" for word in WORDS])
    assert probabilities.shape == (8, 8)
    assert probabilities.argmax(axis=1).tolist() == list(range(8))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


@given(
    texts=st.lists(
        st.lists(st.sampled_from([*WORDS, "unknown"]), min_size=1, max_size=20).map(" ".join),
        max_size=30,
    )
)
def test_an_answer_depends_on_its_text_alone(model: TransformerModel, texts: list[str]) -> None:
    together = model.decision_function(texts)
    assert together.shape == (len(texts), 8)
    for text, logits in zip(texts, together, strict=True):
        np.testing.assert_allclose(model.decision_function([text])[0], logits, atol=1e-5)


def test_no_texts_have_no_answers(model: TransformerModel) -> None:
    assert model.predict_proba([]).shape == (0, 8)


def test_of_a_long_text_the_head_and_the_tail_are_read(model: TransformerModel) -> None:
    long = "password " * 6 + "laptop " * 50 + "disk disk"
    expected = model.decision_function(["password " * 6 + "disk disk"])
    np.testing.assert_allclose(model.decision_function([long]), expected)


@given(
    words=st.lists(st.sampled_from([*WORDS, "unknown"]), max_size=30),
    head=st.integers(1, 8),
    tail=st.integers(0, 8),
)
def test_what_is_kept_from_the_tokenizer_would_not_have_been_read(
    words: list[str], head: int, tail: int
) -> None:
    # Words of several pieces, between a first and a last one, as a tokenizer makes them.
    def pieces(text: str) -> list[int]:
        return [0, *(ord(letter) for word in text.split() for letter in word), 1]

    config = TransformerConfig(temperature=1.0, head=head, tail=tail, padding=0)
    text = " ".join(words)
    assert config.shorten(pieces(config.within_reach(text))) == config.shorten(pieces(text))


def test_threads_can_share_a_model(model: TransformerModel) -> None:
    texts = [" ".join(WORDS[: place % 8 + 1]) for place in range(64)]
    alone = model.predict_proba(texts)
    with ThreadPoolExecutor(8) as threads:
        for together in threads.map(model.predict_proba, [texts] * 40):
            np.testing.assert_array_equal(together, alone)


def test_beta_calibration_corrects_the_confidence_alone(
    tmp_path: Path, model: TransformerModel
) -> None:
    humble = CONFIG.model_copy(update={"beta": (1.0, -1.0, -1.0)})
    text = ["password laptop password"]
    [before] = model.predict_proba(text)
    [after] = TransformerModel.load(write(tmp_path, humble)).predict_proba(text)
    odds = before.max() / (1 - before.max())
    assert after.max() == pytest.approx(odds / (odds + np.e))
    assert after.argmax() == before.argmax()
    assert after.sum() == pytest.approx(1)


def test_the_temperature_softens(tmp_path: Path, model: TransformerModel) -> None:
    soft = TransformerModel.load(write(tmp_path, CONFIG.model_copy(update={"temperature": 2.0})))
    text = ["password laptop password"]
    np.testing.assert_allclose(soft.decision_function(text), model.decision_function(text))
    assert soft.predict_proba(text).max() < model.predict_proba(text).max()


@given(st.lists(st.integers(1, 600), max_size=60))
def test_batches_hold_every_text_once_within_their_budget(lengths: list[int]) -> None:
    batches = list(transformer._batches(lengths))
    assert sorted(place for batch in batches for place in batch) == list(range(len(lengths)))
    for batch in batches:
        padded = len(batch) * max(lengths[place] for place in batch)
        assert padded <= transformer._BATCH_PIECES or len(batch) == 1


def test_the_word_that_decides_comes_first_with_its_place(model: TransformerModel) -> None:
    text = "Hello, my LAPTOP is broken"
    first, *others = model.attribute(text, "Hardware")
    assert (first.token, text[first.start : first.end]) == ("LAPTOP", "LAPTOP")
    assert first.weight > 0
    weights = [abs(word.weight) for word in (first, *others)]
    assert weights == sorted(weights, reverse=True)
    against = {word.token: word.weight for word in others}
    assert against["Hello"] < 0


def test_every_word_of_a_long_text_is_explained_in_stretches(model: TransformerModel) -> None:
    text = "laptop " + "hello " * 400
    words = model.attribute(text, "Hardware")
    assert len(words) == 401
    assert words[0].token == "laptop" or words[0].weight == pytest.approx(words[1].weight)
    assert all(text[word.start : word.end] == word.token for word in words)


def test_an_explanation_is_bounded(
    model: TransformerModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []
    run = TransformerModel._logits

    def counted(self: TransformerModel, texts: list[str]) -> object:
        ran.append(len(texts))
        return run(self, texts)

    monkeypatch.setattr(TransformerModel, "_logits", counted)
    model.attribute("word " * 5_000, "Hardware")
    assert ran == [49]


def test_an_altered_file_is_not_served(tmp_path: Path) -> None:
    folder = write(tmp_path, CONFIG)
    (folder / "model.onnx").write_bytes(b"altered")
    with pytest.raises(ArtifactError, match="was altered"):
        TransformerModel.load(folder)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "transformer.json"])
def test_a_file_of_another_format_is_refused(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, CONFIG)
    (folder / name).write_bytes(b"{}")
    Manifest.write(folder, "callcenter-transformer")
    with pytest.raises(ArtifactError, match="is not a transformer"):
        TransformerModel.load(folder)


def test_there_is_a_word_a_category() -> None:
    assert len(WORDS) == len(CATEGORIES)
