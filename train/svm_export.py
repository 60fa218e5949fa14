"""From scikit-learn's objects to the plain arrays that are released."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import FeatureUnion, Pipeline

from bentos.models.calibration import Floats
from bentos.models.svm_files import Counting, SvmFiles, TrainedBlock
from bentos.triage.categories import CATEGORIES
from train.power_tfidf import PowerTfidf
from train.svm_estimators import CalibratedSvm, Experts


def svm_files(experts: Experts) -> SvmFiles:
    """The fitted `experts` as the files of a release."""
    archive, natural, gate = experts.archive, experts.natural, experts.gate
    blocks = {
        **dict(_blocks("archive", archive.svm_)),
        **dict(_blocks("natural", natural.svm_)),
        "gate": _block(gate.words_, gate.model_.coef_, 1.0),
    }
    dense = {
        **_dense("archive", archive),
        **_dense("natural", natural),
        "natural_archive": _archive_columns(natural.svm_),
        "gate_intercept": gate.model_.intercept_,
        "beta": np.stack([_beta(archive), _beta(natural)]),
    }
    return SvmFiles(blocks, {name: np.asarray(array, np.float64) for name, array in dense.items()})


def _blocks(expert: str, svm: Pipeline) -> Iterator[tuple[str, TrainedBlock]]:
    """The blocks of one expert's vectorisers, each with its columns of the SVM's weights."""
    union: FeatureUnion = svm["features"]
    begin = 0
    for name, vectoriser in union.transformer_list:
        if isinstance(vectoriser, PowerTfidf):
            end = begin + len(vectoriser.vocabulary_)
            scale = union.transformer_weights.get(name, 1.0)
            yield f"{expert}_{name}", _block(vectoriser, svm["svm"].coef_[:, begin:end], scale)
            begin = end


def _archive_columns(svm: Pipeline) -> Floats:
    """The natural SVM's weights of the archive's scores, its last columns; zeros if it has none."""
    scale = svm["features"].transformer_weights.get("archive")
    count = len(CATEGORIES)
    if scale is None:
        return np.zeros((count, count))
    columns: Floats = svm["svm"].coef_[:, -count:].T * scale
    return columns


def _dense(name: str, expert: CalibratedSvm) -> dict[str, Floats]:
    return {
        f"{name}_intercept": expert.svm_["svm"].intercept_,
        f"{name}_meta": expert.meta_.coef_.T,
        f"{name}_meta_intercept": expert.meta_.intercept_,
    }


def _beta(expert: CalibratedSvm) -> Floats:
    """The factors of log c and log (1 - c), and the constant."""
    return np.concatenate([expert.beta_.coef_[0], expert.beta_.intercept_])


def _block(vectoriser: PowerTfidf, coefficients: NDArray[np.float64], scale: float) -> TrainedBlock:
    shortest, longest = vectoriser.ngram_range
    counting = Counting(
        analyzer=vectoriser.analyzer,
        shortest=shortest,
        longest=longest,
        opening=vectoriser.opening,
        tf_power=vectoriser.tf_power,
        idf_power=vectoriser.idf_power,
        scale=scale,
        documents=vectoriser.documents_,
    )
    return TrainedBlock(
        counting,
        tuple(vectoriser.get_feature_names_out()),
        vectoriser.document_frequency_.astype(np.int32),
        coefficients.T.astype(np.float16),
    )
