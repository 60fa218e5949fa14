"""From released arrays back to scikit-learn's objects: the same model, to compare and inspect."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

from bentos.models.svm_files import SvmFiles, TrainedBlock
from bentos.models.tokens import prepare
from bentos.triage.categories import CATEGORIES
from train.power_tfidf import PowerTfidf, Texts
from train.svm_estimators import CalibratedSvm, Experts, Gate

_EXPERTS: Final = ("archive", "natural")


def sklearn_pipeline(files: SvmFiles) -> Pipeline:
    """The released model as a fitted pipeline from raw texts to `predict_proba`."""
    return Pipeline([("prepare", FunctionTransformer(_prepared)), ("experts", _experts(files))])


def _prepared(texts: Texts) -> list[str]:
    return [prepare(text) for text in texts]


def _experts(files: SvmFiles) -> Experts:
    archive = _expert("archive", files, None)
    gate = Gate()
    gate.words_ = _vectoriser(files.blocks["gate"])
    weights = files.blocks["gate"].weights.T
    gate.model_ = _linear(LogisticRegression(), weights, files.dense["gate_intercept"])
    gate.model_.classes_ = np.array([False, True])
    return Experts(archive, _expert("natural", files, archive), gate)


def _expert(name: str, files: SvmFiles, below: CalibratedSvm | None) -> CalibratedSvm:
    blocks = {
        key.removeprefix(f"{name}_"): block
        for key, block in files.blocks.items()
        if key.startswith(name)
    }
    features: list[tuple[str, Any]] = [(key, _vectoriser(part)) for key, part in blocks.items()]
    weights: list[NDArray[Any]] = [block.weights.T for block in blocks.values()]
    if below is not None:
        features.append(("archive", FunctionTransformer(below.scores)))
        weights.append(files.dense["natural_archive"].T)
    scales = {key: block.counting.scale for key, block in blocks.items()}
    svm = _linear(LinearSVC(), np.hstack(weights), files.dense[f"{name}_intercept"])
    union = FeatureUnion(features, transformer_weights=scales)
    return _calibrated(Pipeline([("features", union), ("svm", svm)]), name, files)


def _vectoriser(block: TrainedBlock) -> PowerTfidf:
    counting = block.counting
    result = PowerTfidf(
        analyzer=counting.analyzer,
        ngram_range=(counting.shortest, counting.longest),
        tf_power=counting.tf_power,
        idf_power=counting.idf_power,
        opening=counting.opening,
    )
    result.vocabulary_ = {term: feature for feature, term in enumerate(block.terms)}
    result.documents_ = counting.documents
    result.document_frequency_ = block.document_frequency.astype(np.int64)
    return result


def _calibrated(svm: Pipeline, name: str, files: SvmFiles) -> CalibratedSvm:
    result = CalibratedSvm(svm)
    result.svm_ = svm
    result.classes_ = np.arange(len(CATEGORIES))
    meta, intercept = files.dense[f"{name}_meta"].T, files.dense[f"{name}_meta_intercept"]
    result.meta_ = _linear(LogisticRegression(), meta, intercept)
    beta = files.dense["beta"][_EXPERTS.index(name)]
    result.beta_ = _linear(LogisticRegression(), beta[None, :2], beta[2:])
    result.beta_.classes_ = np.array([False, True])
    return result


def _linear(model: Any, coefficients: NDArray[Any], intercept: NDArray[np.float64]) -> Any:
    model.coef_ = coefficients.astype(np.float64)
    model.intercept_ = intercept
    model.classes_ = np.arange(len(CATEGORIES))
    return model
