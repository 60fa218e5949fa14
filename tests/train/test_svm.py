"""Training, exporting and serving are the same model."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from bentos.models.svm import SvmModel
from bentos.models.svm_files import SvmFiles
from bentos.models.tokens import pieces, prepare
from bentos.triage.categories import CATEGORIES
from tests.train.conftest import CHOICE, PARAMETERS
from train.power_tfidf import PowerTfidf
from train.svm import examples, fit, folds, out_of_fold, search
from train.svm_estimators import Experts
from train.svm_export import svm_files
from train.svm_import import sklearn_pipeline

_ODD_TEXTS = [
    "",
    " ",
    "42",
    "zzz",
    "a",
    "password",
    "PASSWORD password",
    "Écran NOIR",
    "كَلِمَةُ السر",
]


def with_validation(tickets: pd.DataFrame) -> pd.DataFrame:
    """`tickets`, every fourth on the validation side."""
    held_out = np.arange(len(tickets)) % 4 == 0
    return tickets.assign(random=np.where(held_out, "validation", "train"))


def test_the_released_arrays_answer_as_the_trained_estimators(
    tickets: pd.DataFrame, experts: Experts, folder: Path
) -> None:
    texts = [*tickets["text"], *_ODD_TEXTS]
    prepared = [prepare(text) for text in texts]
    model = SvmModel.load(folder)
    assert np.abs(model.predict_proba(texts) - experts.predict_proba(prepared)).max() < 1e-9
    gap = np.abs(model.decision_function(texts) - experts.decision_function(prepared)).max()
    assert gap < 1e-9


def test_the_model_rebuilt_in_scikit_learn_answers_as_the_released_arrays(
    tickets: pd.DataFrame, files: SvmFiles, folder: Path
) -> None:
    texts = [*tickets["text"], *_ODD_TEXTS]
    ours, theirs = SvmModel.load(folder), sklearn_pipeline(files)
    assert np.abs(ours.predict_proba(texts) - theirs.predict_proba(texts)).max() < 1e-9


def test_training_again_gives_the_same_model(tickets: pd.DataFrame, files: SvmFiles) -> None:
    again = svm_files(fit(examples(tickets), CHOICE, PARAMETERS))
    for name, block in files.blocks.items():
        assert block.terms == again.blocks[name].terms
        assert np.array_equal(block.weights, again.blocks[name].weights)


def test_learns_what_it_was_taught(tickets: pd.DataFrame, folder: Path) -> None:
    predicted = SvmModel.load(folder).predict_proba(tickets["text"].tolist()).argmax(axis=1)
    right = [CATEGORIES[place] for place in predicted] == tickets["label"].to_numpy()
    assert right.mean() > 0.95


def test_natural_tickets_alone_are_enough(tickets: pd.DataFrame) -> None:
    natural = tickets[tickets["source"] == "sample"]
    files = svm_files(fit(examples(natural), CHOICE, PARAMETERS))
    model = SvmModel("test", files)
    probabilities = model.predict_proba(natural["text"].tolist())
    assert [CATEGORIES[place] for place in probabilities.argmax(axis=1)] == list(natural["label"])


def test_the_search_tries_every_pair_and_chooses_the_best(tickets: pd.DataFrame) -> None:
    parameters = PARAMETERS.model_copy(
        update={
            "archive": PARAMETERS.archive.model_copy(update={"C": (0.01, 1.0)}),
            "natural": PARAMETERS.natural.model_copy(update={"C": (0.1, 1.0)}),
        }
    )
    choice, tries = search(examples(with_validation(tickets)), parameters)
    assert [(entry["expert"], entry["C"]) for entry in tries] == [
        ("archive", 0.01),
        ("archive", 1.0),
        ("natural", 0.1),
        ("natural", 1.0),
    ]
    best = max(tries[2:], key=lambda entry: entry["accuracy"])
    assert choice.natural_C == best["C"]


def test_what_is_said_of_training_tickets_was_learned_from_no_validation_ticket(
    tickets: pd.DataFrame,
) -> None:
    known = examples(with_validation(tickets))
    splits = folds(known, PARAMETERS)
    asked = np.concatenate([split[1] for split in splits])
    assert sorted(asked) == list(range(len(tickets)))
    for taught, _ in splits:
        assert not known.validation[taught].any()
    assert known.validation[splits[-1][1]].all()


def test_without_a_validation_side_the_folds_are_those_of_the_training_side(
    tickets: pd.DataFrame,
) -> None:
    splits = folds(examples(tickets), PARAMETERS)
    assert len(splits) == PARAMETERS.folds
    assert all(len(asked) for _, asked in splits)


def test_power_tfidf_with_powers_of_one_is_scikit_learns_tfidf() -> None:
    texts = ["disk full disk", "laptop broken", "disk broken"]
    expected = TfidfVectorizer(token_pattern=r"\S+").fit_transform(texts).toarray()
    assert PowerTfidf().fit_transform(texts).toarray() == pytest.approx(expected)


@settings(deadline=None)
@given(st.lists(st.text(alphabet="aàbc éى", max_size=12), min_size=1, max_size=5))
def test_pieces_are_those_of_count_vectorizer(texts: list[str]) -> None:
    analyse = CountVectorizer(
        analyzer="char_wb", ngram_range=(3, 6), lowercase=False
    ).build_analyzer()
    for text in texts:
        ours = [piece for word in text.split() for piece in pieces(word, 3, 6)]
        assert sorted(ours) == sorted(analyse(text))


def test_every_ticket_gets_the_untaught_opinion_of_its_own_expert(
    tickets: pd.DataFrame, experts: Experts
) -> None:
    natural = examples(tickets).natural
    found = out_of_fold(experts, natural, tickets["id"])
    assert list(found["id"]) == list(tickets["id"])
    probabilities = found[list(CATEGORIES)].to_numpy()
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert probabilities[natural] == pytest.approx(experts.natural.out_of_fold_, abs=1e-6)
    assert probabilities[~natural] == pytest.approx(experts.archive.out_of_fold_, abs=1e-6)


def test_untaught_opinions_are_as_sure_as_they_are_right(
    tickets: pd.DataFrame, experts: Experts
) -> None:
    """As the served ones are: the router learns from these and decides by those."""
    known = examples(tickets)
    for expert, mask in ((experts.natural, known.natural), (experts.archive, ~known.natural)):
        said = expert.out_of_fold_
        right = said.argmax(axis=1) == known.labels[mask]
        assert said.max(axis=1).mean() == pytest.approx(right.mean(), abs=0.005)


def test_natural_tickets_alone_get_the_opinions_of_the_natural_expert(
    tickets: pd.DataFrame, experts: Experts
) -> None:
    identifiers = tickets.loc[examples(tickets).natural, "id"]
    found = out_of_fold(experts, np.full(len(identifiers), True), identifiers)
    assert found[list(CATEGORIES)].to_numpy() == pytest.approx(
        experts.natural.out_of_fold_, abs=1e-6
    )


def test_an_untaught_opinion_knows_less_than_a_taught_one(
    tickets: pd.DataFrame, experts: Experts
) -> None:
    known = examples(tickets)
    untaught = out_of_fold(experts, known.natural, tickets["id"])[list(CATEGORIES)].to_numpy()
    taught = experts.predict_proba(known.texts)
    right = [float(np.mean(said.argmax(axis=1) == known.labels)) for said in (untaught, taught)]
    assert 0.3 < right[0] < right[1] - 0.05
