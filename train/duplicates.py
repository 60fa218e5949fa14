"""Tickets that are nearly the same: pairs whose word sets reach a Jaccard similarity.

An exact set-similarity join, so no pair is missed and none is made up: prefix filtering (Bayardo,
Ma and Srikant 2007) with PPJoin's shorter prefix for the smaller set (Xiao et al. 2008), done as
products of sparse matrices. On 50,000 tickets it takes less time than MinHash signatures alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from tqdm import tqdm

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_BLOCK: Final = 500  # sets probed at once; bounds the candidates held in memory
_VERIFIED: Final = 200_000  # candidate pairs verified at once; bounds the rows held in memory
_SLACK: Final = 1e-9  # rounding must not make a filter stricter than the threshold


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """Pairs of places `left[i] < right[i]` with their `similarity[i]`, in order of places."""

    left: Integers
    right: Integers
    similarity: Floats

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True, slots=True)
class _Sets:
    """Sets by ascending size: a row of `words` each, ones where a word is, rarest words first."""

    words: sparse.csr_array
    sizes: Integers
    places: Integers  # of each row in the texts


def find_near_duplicates(normalised: Sequence[str], threshold: float) -> NearDuplicates:
    """Every pair of texts whose word sets reach a Jaccard similarity of `threshold`, in (0, 1].

    A text without words resembles no other.
    """
    sets = _word_sets(normalised)
    first, second, similarity = _gather(_join(sets, threshold))
    one, other = sets.places[first], sets.places[second]
    left, right = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((right, left))
    return NearDuplicates(left[order], right[order], similarity[order])


def clusters(pairs: NearDuplicates, count: int) -> Integers:
    """For each of `count` texts the number of its cluster: those that a chain of pairs joins."""
    links = sparse.coo_array((np.ones(len(pairs)), (pairs.left, pairs.right)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _word_sets(normalised: Sequence[str]) -> _Sets:
    numbers: dict[str, int] = {}
    words: list[int] = []
    ends = [0]
    for text in normalised:
        words.extend(sorted({numbers.setdefault(word, len(numbers)) for word in text.split()}))
        ends.append(len(words))
    ranks = _rarest_first(np.array(words, dtype=np.int64), len(numbers))
    shape = (len(normalised), max(len(numbers), 1))
    matrix = sparse.csr_array((np.ones(len(ranks), dtype=np.int32), ranks, ends), shape=shape)
    matrix.sort_indices()
    sizes = np.diff(matrix.indptr).astype(np.int64)
    places = np.argsort(sizes, kind="stable")
    return _Sets(matrix[places], sizes[places], places)


def _rarest_first(words: Integers, count: int) -> Integers:
    """`words` renumbered by ascending frequency: prefixes of rare words seldom meet."""
    ranks = np.empty(count, dtype=np.int64)
    ranks[np.argsort(np.bincount(words, minlength=count), kind="stable")] = np.arange(count)
    return ranks[words]


def _join(sets: _Sets, threshold: float) -> Iterator[tuple[Integers, Integers, Floats]]:
    probes = _prefixes(sets, threshold)
    # The overlap is at least 2t/(1+t) of the smaller set, so less of that set need be searched.
    indexed = _prefixes(sets, 2 * threshold / (1 + threshold))
    blocks = range(0, len(sets.sizes), _BLOCK)
    for begin in tqdm(blocks, "near-duplicates", disable=None, leave=False):
        first, second = _candidates(sets, probes, indexed, begin, threshold)
        for start in range(0, len(first), _VERIFIED):
            part = slice(start, start + _VERIFIED)
            yield _verified(sets, first[part], second[part], threshold)


def _prefixes(sets: _Sets, share: float) -> sparse.csr_array:
    """The rarest words of each set: any `share` of the set holds at least one of them."""
    needed = np.ceil(share * sets.sizes - _SLACK).astype(np.int64)
    kept = np.minimum(sets.sizes - needed + 1, sets.sizes)
    matrix = sets.words
    position = np.arange(matrix.nnz) - np.repeat(matrix.indptr[:-1], sets.sizes)
    words = matrix.indices[position < np.repeat(kept, sets.sizes)]
    ends = np.concatenate([[0], np.cumsum(kept)])
    return sparse.csr_array((np.ones(len(words), dtype=np.int32), words, ends), shape=matrix.shape)


def _candidates(
    sets: _Sets,
    probes: sparse.csr_array,
    indexed: sparse.csr_array,
    begin: int,
    threshold: float,
) -> tuple[Integers, Integers]:
    """The rows of one block, each with earlier rows of fitting size whose prefix meets its own."""
    end = min(begin + _BLOCK, len(sets.sizes))
    smallest = int(np.searchsorted(sets.sizes, threshold * sets.sizes[begin] - _SLACK))
    met = (probes[begin:end] @ indexed[smallest:end].T.tocsr()).tocoo()
    first = met.row.astype(np.int64) + begin
    second = met.col.astype(np.int64) + smallest
    fitting = (second < first) & (sets.sizes[second] >= threshold * sets.sizes[first] - _SLACK)
    return first[fitting], second[fitting]


def _verified(
    sets: _Sets, first: Integers, second: Integers, threshold: float
) -> tuple[Integers, Integers, Floats]:
    shared = sets.words[first].multiply(sets.words[second]).sum(axis=1)
    similarity = shared / (sets.sizes[first] + sets.sizes[second] - shared)
    enough = similarity >= threshold
    return first[enough], second[enough], similarity[enough]


def _gather(
    parts: Iterator[tuple[Integers, Integers, Floats]],
) -> tuple[Integers, Integers, Floats]:
    found = list(parts)
    if not found:
        nothing = np.empty(0, dtype=np.int64)
        return nothing, nothing, np.empty(0, dtype=np.float64)
    first, second, similarity = zip(*found, strict=True)
    return np.concatenate(first), np.concatenate(second), np.concatenate(similarity)
