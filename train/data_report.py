"""What the prepared data are like, in numbers: sizes, lengths, near-duplicates, conflicts, balance.

Identifiers are the only part of a ticket that appears here; nothing depends on when or where it was
computed.
"""

from collections.abc import Hashable, Sequence
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd

from train.duplicates import Integers, NearDuplicates, clusters
from train.splits import SIDES

CONFLICTS_LISTED: Final = 50
_QUANTILES: Final = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}
_DECIMALS: Final = 4
_GROUP: Final = ["source", "language"]


def summarise(
    tickets: pd.DataFrame, pairs: NearDuplicates, wordless: dict[str, int]
) -> dict[str, object]:
    """The report on `tickets`, of which `pairs` are near-duplicates.

    `wordless` says how many were dropped before, by source.
    """
    return {
        "rows": len(tickets),
        "wordless_dropped": wordless,
        "counts": {name: _counts(tickets[name]) for name in (*_GROUP, "label", "channel")},
        "sides": {split: _sides(tickets, split) for split in ("random", "grouped")},
        "class_share_deviation": {
            split: class_share_deviation(tickets["label"], tickets[split])
            for split in ("random", "grouped")
        },
        "length_in_words": _lengths(tickets),
        "near_duplicates": _near_duplicates(tickets, pairs),
        "label_agreement": _agreement(tickets, pairs),
        "label_conflicts": _conflicts(tickets, pairs),
    }


def class_share_deviation(labels: pd.Series, sides: pd.Series) -> dict[str, object]:
    """The largest difference of a label's share between two sides: 0 if perfectly stratified."""
    shares = pd.crosstab(labels, sides, normalize="columns")
    present = [side for side in SIDES if side in shares.columns and side != "excluded"]
    if len(present) < 2:
        return {"largest": 0.0}
    largest, label, one, other = max(
        (float(abs(row[one] - row[other])), str(label), one, other)
        for one, other in combinations(present, 2)
        for label, row in shares.iterrows()
    )
    return {"largest": round(largest, _DECIMALS), "label": label, "between": [one, other]}


def group_names(tickets: pd.DataFrame) -> pd.Series:
    """The source and language of each ticket in one word: "kaggle-en"."""
    return tickets["source"] + "-" + tickets["language"]


def word_counts(tickets: pd.DataFrame) -> pd.Series:
    """The number of normalised words of each ticket."""
    return tickets["normalised"].str.count(" ") + 1


def cluster_sizes(pairs: NearDuplicates, count: int) -> Integers:
    """The ascending sizes of the clusters that `pairs` join among `count` tickets; no loners."""
    sizes = np.bincount(clusters(pairs, count)) if count else np.empty(0, dtype=np.int64)
    return np.sort(sizes[sizes > 1]).astype(np.int64)


def conflicting(tickets: pd.DataFrame, pairs: NearDuplicates) -> NearDuplicates:
    """The `pairs` whose two tickets have different labels."""
    labels = pd.factorize(tickets["label"])[0]
    differs = labels[pairs.left] != labels[pairs.right]
    return NearDuplicates(pairs.left[differs], pairs.right[differs], pairs.similarity[differs])


def _counts(values: pd.Series) -> dict[str, int]:
    counted = values.fillna("unknown").value_counts().sort_index()
    return {str(value): int(count) for value, count in counted.items()}


def _sides(tickets: pd.DataFrame, split: str) -> dict[str, dict[str, int]]:
    groups = group_names(tickets)
    counted = {side: _counts(groups[tickets[split].eq(side)]) for side in SIDES}
    return {side: {"all": sum(found.values()), **found} for side, found in counted.items()}


def _lengths(tickets: pd.DataFrame) -> dict[str, dict[str, float]]:
    lengths = word_counts(tickets).groupby(group_names(tickets))
    return {str(group): _quantiles(found) for group, found in lengths}


def _quantiles(lengths: pd.Series) -> dict[str, float]:
    quantiles = {name: float(lengths.quantile(share)) for name, share in _QUANTILES.items()}
    return {**quantiles, "mean": round(float(lengths.mean()), 1), "longest": int(lengths.max())}


def _near_duplicates(tickets: pd.DataFrame, pairs: NearDuplicates) -> dict[str, object]:
    sizes = cluster_sizes(pairs, len(tickets))
    normalised = tickets["normalised"].to_numpy()
    return {
        "pairs": len(pairs),
        "pairs_of_equal_text": int((normalised[pairs.left] == normalised[pairs.right]).sum()),
        "pairs_of_equal_words": int((pairs.similarity == 1.0).sum()),
        "clusters": len(sizes),
        "largest_cluster": int(sizes.max(initial=0)),
        "tickets": int(sizes.sum()),
        "share_of_tickets": _share(int(sizes.sum()), len(tickets)),
        "held_out_excluded": _excluded(tickets),
    }


def _excluded(tickets: pd.DataFrame) -> dict[str, dict[str, float]]:
    """How much of each held-out side leaks from training and so is left out of `grouped`."""
    answer = {}
    for side in ("validation", "test"):
        held_out = tickets.loc[tickets["random"].eq(side), "grouped"]
        count = int(held_out.eq("excluded").sum())
        answer[side] = {"tickets": count, "share": _share(count, len(held_out))}
    return answer


def _agreement(tickets: pd.DataFrame, pairs: NearDuplicates) -> dict[str, float | None]:
    """How often near-duplicates have one label: over all pairs, and on average over tickets.

    A few huge clusters hold most pairs; the average over tickets gives each ticket one voice.
    """
    if not len(pairs):
        return {"over_pairs": None, "over_tickets": None}
    labels = pd.factorize(tickets["label"])[0]
    agrees = labels[pairs.left] == labels[pairs.right]
    places = np.concatenate([pairs.left, pairs.right])
    over_tickets = pd.Series(np.concatenate([agrees, agrees])).groupby(places).mean().mean()
    return {
        "over_pairs": round(float(agrees.mean()), _DECIMALS),
        "over_tickets": round(float(over_tickets), _DECIMALS),
    }


def _conflicts(tickets: pd.DataFrame, pairs: NearDuplicates) -> dict[str, object]:
    found = conflicting(tickets, pairs)
    involved = np.union1d(found.left, found.right)
    return {
        "pairs": len(found),
        "tickets": len(involved),
        "first_pairs": _identifiers(tickets["id"].tolist(), found),
    }


def _identifiers(names: Sequence[Hashable], pairs: NearDuplicates) -> list[str]:
    first = slice(CONFLICTS_LISTED)
    both = zip(pairs.left[first].tolist(), pairs.right[first].tolist(), strict=True)
    return [f"{names[left]} {names[right]}" for left, right in both]


def _share(part: int, whole: int) -> float:
    return round(part / whole, _DECIMALS) if whole else 0.0
