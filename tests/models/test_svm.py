"""The SVM at serving time, on the released model."""

from functools import cache
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bentos.models.artifact import ArtifactError, Manifest
from bentos.models.svm import SvmModel
from bentos.models.svm_files import SvmFiles
from bentos.triage.categories import CATEGORIES, Category

RELEASED = Path(__file__).parents[2] / "release" / "svm"
TEXTS = [
    "I cannot log in, my password has expired",
    "Mon écran reste noir depuis ce matin",
    "صندوق البريد ممتلئ ولا تصلني رسائل",
]


@pytest.fixture(scope="module")
def model() -> SvmModel:
    return SvmModel.load(RELEASED)


@cache
def _shared() -> SvmModel:
    """For hypothesis, which does not take fixtures of a test's own scope."""
    return SvmModel.load(RELEASED)


@settings(deadline=None, max_examples=50)
@given(texts=st.lists(st.text(max_size=60), max_size=5))
def test_any_texts_have_probabilities(texts: list[str]) -> None:
    probabilities = _shared().predict_proba(texts)
    assert probabilities.shape == (len(texts), len(CATEGORIES))
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(len(texts)))
    assert ((probabilities >= 0) & (probabilities <= 1)).all()


def test_a_text_is_answered_alike_alone_and_in_a_batch(model: SvmModel) -> None:
    texts = [*TEXTS, "", "x"] * 100
    together = model.predict_proba(texts)
    alone = np.concatenate([model.predict_proba([text]) for text in texts[:5]])
    assert np.abs(together[:5] - alone).max() < 1e-12
    assert np.abs(together[-5:] - alone).max() < 1e-12


@pytest.mark.parametrize("text", TEXTS)
def test_the_words_carry_the_whole_logit(model: SvmModel, text: str) -> None:
    """Given the gate, removing what the words added leaves the logits of no words."""
    mixture, nothing = model._mixture([text]), model._mixture([""])
    logits = mixture.mixed(mixture.natural, mixture.archive)[0]
    rest = mixture.mixed(nothing.natural, nothing.archive)[0]
    for place, category in enumerate(CATEGORIES):
        weights = sum(word.weight for word in model.attribute(text, category))
        expected = (logits - logits.mean()) - (rest - rest.mean())
        assert weights == pytest.approx(expected[place], abs=1e-9)


def test_attributions_point_at_the_words_as_they_stood(model: SvmModel) -> None:
    text = "PASSWORD!! (reset) \u00c9cran"
    found = {(word.token, word.start, word.end) for word in model.attribute(text, "Access")}
    assert found == {("PASSWORD", 0, 8), ("reset", 12, 17), ("\u00c9cran", 19, 24)}
    assert model.attribute(text, "Access")[0].token == "PASSWORD"


@pytest.mark.parametrize(
    ("plain", "changed"),
    [
        (TEXTS[0], TEXTS[0].upper()),
        (TEXTS[0], "  I cannot log in... my password has EXPIRED!!! 12345"),
        (TEXTS[1], "Mon ecran reste noir depuis ce matin"),
        (TEXTS[1], "Mon e\u0301cran reste noir depuis ce matin"),
        (TEXTS[2], "صُنْدُوق البريد ممتلئ ولا تصلني رسائل"),
    ],
)
def test_case_punctuation_digits_accents_and_harakat_make_no_difference(
    model: SvmModel, plain: str, changed: str
) -> None:
    answers = model.predict_proba([plain, changed])
    assert np.abs(answers[0] - answers[1]).max() < 1e-12


@pytest.mark.parametrize(
    ("weak", "strong", "category"),
    [
        ("please help me", "please help me with my keyboard", "Hardware"),
        ("aidez-moi svp", "aidez-moi svp, mot de passe oublié", "Access"),
        ("ساعدوني من فضلكم", "ساعدوني من فضلكم، طلب شراء", "Purchase"),
    ],
)
def test_a_telling_word_makes_its_category_likelier(
    model: SvmModel, weak: str, strong: str, category: Category
) -> None:
    without, with_word = model.predict_proba([weak, strong])[:, CATEGORIES.index(category)]
    assert with_word > without


def test_what_is_no_svm_is_refused(tmp_path: Path) -> None:
    (tmp_path / "svm.json").write_text("{}", encoding="utf-8")
    Manifest.write(tmp_path, "callcenter-svm")
    with pytest.raises(ArtifactError, match="is not an SVM.s"):
        SvmModel.load(tmp_path)


def test_files_survive_writing_and_reading(tmp_path: Path) -> None:
    files = SvmFiles.read(RELEASED)
    files.write(tmp_path)
    # Not the archive's own bytes: its headers differ between releases of Python.
    with ZipFile(tmp_path / "svm.npz") as written, ZipFile(RELEASED / "svm.npz") as released:
        assert written.namelist() == released.namelist()
        for name in released.namelist():
            assert written.read(name) == released.read(name)
