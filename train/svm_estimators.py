"""The SVM in scikit-learn's terms: two calibrated linear experts and the gate between them.

`bentos.models.svm` says how they are combined, and computes the same from the released arrays.
"""

from collections.abc import Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.svm import LinearSVC

from bentos.models.calibration import Floats, beta_features, softmax, with_confidence
from bentos.triage.categories import CATEGORIES
from train.labels import Labels
from train.power_tfidf import PowerTfidf, Texts

# Places of the texts that a model learns from, and of those it is asked about.
Split = tuple[NDArray[np.int64], NDArray[np.int64]]
# The gate's logit where every training ticket was natural: p = 1 - 1e-13.
_ALWAYS_NATURAL: Final = 30.0


class CalibratedSvm(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # untyped base
    """An SVM whose scores a multinomial logistic regression, fitted out of fold, turns into logits.

    As StackingClassifier([svm], LogisticRegression()), with the out-of-fold scores used once more:
    for the beta calibration of the top label's confidence.

    Args:
        svm: a pipeline that ends in LinearSVC.
        cv: how many folds, or the folds, which ask about every text once.
        meta_C: inverse regularisation of the logistic regression.
    """

    def __init__(self, svm: Any, cv: int | Sequence[Split] = 5, meta_C: float = 1.0) -> None:
        self.svm = svm
        self.cv = cv
        self.meta_C = meta_C

    def fit(self, X: NDArray[np.object_], y: Labels) -> Self:
        """Learns from prepared texts and their places in CATEGORIES, all of which must occur.

        `out_of_fold_` keeps the calibrated probabilities, (texts, 8), that models without the text
        gave it.
        """
        out_of_fold = cross_val_predict(
            self.svm, X, y, cv=self.cv, method="decision_function", n_jobs=-1
        )
        self.svm_ = clone(self.svm).fit(X, y)
        round_weights(self.svm_[-1])
        self.classes_ = self.svm_.classes_
        self.meta_ = LogisticRegression(C=self.meta_C, max_iter=2000).fit(out_of_fold, y)
        probabilities = softmax(self.meta_.decision_function(out_of_fold))
        confidence = probabilities.max(axis=1)
        right = probabilities.argmax(axis=1) == y
        self.beta_ = LogisticRegression(C=100.0).fit(beta_features(confidence), right)
        self.out_of_fold_ = with_confidence(probabilities, self.corrected(confidence))
        return self

    def scores(self, X: Texts) -> Floats:
        """The SVM's own scores, (texts, 8)."""
        result: Floats = self.svm_.decision_function(X)
        return result

    def decision_function(self, X: Texts) -> Floats:
        """Logits, (texts, 8)."""
        result: Floats = self.meta_.decision_function(self.scores(X))
        return result

    def predict(self, X: Texts) -> Labels:
        """The places in CATEGORIES of the likeliest labels."""
        result: Labels = self.classes_[self.decision_function(X).argmax(axis=1)]
        return result

    def corrected(self, confidence: Floats) -> Floats:
        """How often a top label of this `confidence` is right."""
        result: Floats = self.beta_.predict_proba(beta_features(confidence))[:, 1]
        return result


class Gate(BaseEstimator):  # type: ignore[misc]  # untyped base
    """How natural a text is, 0 to 1, from its words.

    Args:
        min_df: how many texts a word must stand in.
        C: inverse regularisation.
    """

    def __init__(self, min_df: int = 2, C: float = 10.0) -> None:
        self.min_df = min_df
        self.C = C

    def fit(self, X: Texts, natural: NDArray[np.bool_]) -> Self:
        """Learns from texts of both kinds; from natural ones alone, that all are natural."""
        self.words_ = PowerTfidf(min_df=self.min_df, tf_power=0.0)
        values = self.words_.fit_transform(X)
        self.model_ = LogisticRegression(C=self.C, class_weight="balanced", max_iter=2000)
        if natural.all():
            self.model_.coef_ = np.zeros((1, values.shape[1]))
            self.model_.intercept_ = np.array([_ALWAYS_NATURAL])
            self.model_.classes_ = np.array([False, True])
        else:
            self.model_.fit(values, natural)
        round_weights(self.model_)
        return self

    def predict_proba(self, X: Texts) -> Floats:
        """The probability that each text is natural, (texts, 1)."""
        result: Floats = self.model_.predict_proba(self.words_.transform(X))[:, [1]]
        return result


class Experts(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # untyped base
    """The two fitted experts and their gate, as one classifier over prepared texts."""

    def __init__(self, archive: CalibratedSvm, natural: CalibratedSvm, gate: Gate) -> None:
        self.archive = archive
        self.natural = natural
        self.gate = gate
        self.classes_ = np.arange(len(CATEGORIES))

    def fit(self, X: Texts, y: Labels) -> Self:
        """Nothing to learn: the parts come fitted."""
        return self

    def decision_function(self, X: Texts) -> Floats:
        """The SVMs' own scores, mixed by the gate; (texts, 8)."""
        gate = self.gate.predict_proba(X)
        return gate * self.natural.scores(X) + (1 - gate) * self.archive.scores(X)

    def predict_proba(self, X: Texts) -> Floats:
        """Calibrated probabilities, (texts, 8)."""
        gate = self.gate.predict_proba(X)
        natural, archive = self.natural.decision_function(X), self.archive.decision_function(X)
        probabilities = softmax(gate * natural + (1 - gate) * archive)
        confidence = probabilities.max(axis=1)
        of_natural, of_archive = (
            expert.corrected(confidence) for expert in (self.natural, self.archive)
        )
        share = gate[:, 0]
        return with_confidence(probabilities, share * of_natural + (1 - share) * of_archive)


def round_weights(model: LinearSVC | LogisticRegression) -> None:
    """Rounds the coefficients to half precision, the precision they are released in."""
    model.coef_ = model.coef_.astype(np.float16).astype(np.float64)
