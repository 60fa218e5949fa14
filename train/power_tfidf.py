"""TF-IDF with a say in how much repeating a term, and its rarity, should count."""

from collections.abc import Callable, Sequence
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.preprocessing import normalize

Texts = Sequence[str] | NDArray[np.object_]


class PowerTfidf(CountVectorizer):  # type: ignore[misc]  # untyped base
    """Counts of terms, `tf ** tf_power * idf ** idf_power`, each text scaled to unit length.

    TfidfVectorizer is idf_power 1 with tf_power 1; its sublinear_tf is near tf_power 0.4. With
    `opening`, only so many first words of a text count. Texts come prepared.
    """

    def __init__(
        self,
        *,
        analyzer: Literal["word", "char_wb"] = "word",
        ngram_range: tuple[int, int] = (1, 1),
        min_df: int = 1,
        tf_power: float = 1.0,
        idf_power: float = 1.0,
        opening: int | None = None,
    ) -> None:
        pattern = r"\S+" if analyzer == "word" else None
        super().__init__(
            analyzer=analyzer,
            ngram_range=ngram_range,
            min_df=min_df,
            lowercase=False,
            token_pattern=pattern,
        )
        self.tf_power = tf_power
        self.idf_power = idf_power
        self.opening = opening

    def build_analyzer(self) -> Callable[[str], list[str]]:
        """What finds the terms of a text."""
        analyse: Callable[[str], list[str]] = super().build_analyzer()
        if self.opening is None:
            return analyse
        return lambda text: analyse(" ".join(text.split()[: self.opening]))

    def fit_transform(self, raw_documents: Texts, y: object = None) -> csr_array:
        """Learns terms and document frequencies, and returns the texts' values, (texts, F)."""
        counts = super().fit_transform(raw_documents)
        self.documents_ = counts.shape[0]
        self.document_frequency_ = np.bincount(counts.indices, minlength=counts.shape[1])
        return self._weigh(counts)

    def fit(self, raw_documents: Texts, y: object = None) -> Self:
        """Learns terms and document frequencies."""
        self.fit_transform(raw_documents)
        return self

    def transform(self, raw_documents: Texts) -> csr_array:
        """The texts' values, (texts, F)."""
        return self._weigh(super().transform(raw_documents))

    def _weigh(self, counts: Any) -> csr_array:
        idf = np.log((1 + self.documents_) / (1 + self.document_frequency_)) + 1
        values = csr_array(counts, dtype=np.float64)
        values.data **= self.tf_power
        return csr_array(normalize(values @ diags_array(idf**self.idf_power)))
