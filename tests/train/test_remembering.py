"""A transformer that is asked once for each text."""

from pathlib import Path

import numpy as np
import pytest

from bentos.models.registered import load_model
from bentos.models.transformer import TransformerModel
from train.remembering import load_remembering

RELEASE = Path(__file__).parents[2] / "release"
TEXTS = ["my printer is broken", "mot de passe oublié", "my printer is broken"]


def test_answers_are_those_of_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = load_model(RELEASE / "transformer")
    model = load_remembering(RELEASE / "transformer")
    asked: list[str] = []
    compute = TransformerModel._logits
    monkeypatch.setattr(
        TransformerModel,
        "_logits",
        lambda self, normalised: asked.extend(normalised) or compute(self, normalised),
    )
    logits = model.decision_function(TEXTS)
    probabilities = model.predict_proba([*TEXTS, "نسيت كلمة السر"])
    assert len(asked) == 3
    np.testing.assert_allclose(logits, expected.decision_function(TEXTS), atol=0.05)
    np.testing.assert_allclose(probabilities[:3], expected.predict_proba(TEXTS), atol=0.01)
    assert model.version == expected.version


def test_of_no_texts_it_has_no_rows() -> None:
    model = load_remembering(RELEASE / "transformer")
    assert model.decision_function([]).shape == (0, 8)


def test_a_model_that_is_quick_is_left_as_it_is() -> None:
    assert not isinstance(load_remembering(RELEASE / "svm"), TransformerModel)
