"""What each expert's SVM sees of a text, as scikit-learn pipelines over prepared texts."""

from functools import partial

from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import LinearSVC

from train.parameters import SvmParameters
from train.power_tfidf import PowerTfidf


def archive_svm(parameters: SvmParameters, C: float) -> Pipeline:
    """The archive expert's SVM: words, pairs of neighbours, and the words a text opens with."""
    archive = parameters.archive
    tfidf = partial(PowerTfidf, tf_power=archive.tf_power, idf_power=archive.idf_power)
    words = tfidf(ngram_range=(1, 2), min_df=archive.min_df)
    opening = tfidf(min_df=archive.min_df, opening=archive.opening_words)
    union = FeatureUnion(
        [("words", words), ("opening", opening)],
        transformer_weights={"opening": archive.opening_scale},
    )
    return _pipeline(union, C, parameters)


def natural_svm(
    parameters: SvmParameters, C: float, idf_power: float, archive: Pipeline | None
) -> Pipeline:
    """The natural expert's SVM: words, opening words, pieces, and `archive`'s scores if any."""
    natural = parameters.natural
    tfidf = partial(PowerTfidf, tf_power=natural.tf_power, idf_power=idf_power)
    words = tfidf(min_df=natural.word_min_df)
    opening = tfidf(min_df=natural.word_min_df, opening=natural.opening_words)
    pieces = tfidf(
        analyzer="char_wb",
        ngram_range=(natural.shortest_piece, natural.longest_piece),
        min_df=natural.piece_min_df,
    )
    features = [("words", words), ("opening", opening), ("pieces", pieces)]
    scales = {"words": natural.word_scale, "opening": natural.opening_scale}
    if archive is not None:
        features.append(("archive", FunctionTransformer(archive.decision_function)))
        scales["archive"] = natural.archive_scale
    return _pipeline(FeatureUnion(features, transformer_weights=scales), C, parameters)


def _pipeline(union: FeatureUnion, C: float, parameters: SvmParameters) -> Pipeline:
    svm = LinearSVC(C=C, random_state=parameters.seed)
    return Pipeline([("features", union), ("svm", svm)])
