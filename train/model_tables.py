"""The tables about models that stand in README.md and docs/, as Markdown."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bentos.triage.categories import CATEGORIES

Scores = Mapping[str, Any]

_LANGUAGES: Final = {"en": "English", "fr": "French", "ar": "Arabic"}
_SLICES: Final = {"under_10_words": "under 10 words", "over_128_words": "over 128 words"}
_SOURCES: Final = {"kaggle": "Real", "sample": "Natural"}


def results(svm: Scores, transformer: Scores, cascade: Scores) -> str:
    """A row for each set of held-out tickets, the models and the cascade of both side by side."""
    sets = zip(_sets(svm), _sets(transformer), _sets(cascade), strict=True)
    rows = [
        [
            named[0][0],
            f"{named[0][1]['tickets']:,}",
            *(part for _, given in named for part in _three(given)),
        ]
        for named in sets
    ]
    names = ("SVM", "Transformer", "Both, routed")
    return table(
        ["Held-out tickets", "Tickets"]
        + [f"{name}: {score}" for name in names for score in _COLUMNS],
        rows,
    )


def slices(metrics: Scores) -> str:
    """A row for each source's shortest and longest held-out tickets."""
    rows = [
        [f"{_SOURCES[source]}, {_SLICES[name]}", f"{scores['tickets']:,}", *_three(scores)]
        for source, found in metrics["splits"]["random"].items()
        for name, scores in found["slices"].items()
    ]
    return table(["Held-out tickets", "Tickets", *_COLUMNS], rows)


def classes(metrics: Scores) -> str:
    """Precision, recall and F1 of each category, per source."""
    found = metrics["splits"]["random"]
    rows = [
        [category, *(number for source in found for number in _class(found[source], category))]
        for category in CATEGORIES
    ]
    columns = ("tickets", "precision", "recall", "F1")
    heads = [f"{_SOURCES[source]}: {column}" for source in found for column in columns]
    return table(["Category", *heads], rows)


def svm_speed(bench: Scores) -> str:
    """A row for each batch size: tickets a second with scikit-learn and with released arrays."""
    rows = [
        [
            str(row["batch"]),
            f"{row['sklearn_per_second']:,.0f}",
            f"{row['callcenter_per_second']:,.0f}",
            f"{row['ratio']:.1f} ×",
        ]
        for row in bench["batches"]
    ]
    return table(
        ["SVM, batch", "scikit-learn, tickets/s", "CallCenterAI, tickets/s", "Ratio"], rows
    )


def transformer_speed(bench: Scores) -> str:
    """A row for each batch size: tickets a second in PyTorch, in ONNX float32 and as released."""
    rows = [
        [
            str(row["batch"]),
            *(f"{row[f'{way}_per_second']:,.0f}" for way in ("pytorch", "float32", "callcenter")),
            f"{row['ratio_to_pytorch']:.1f} ×",
            f"{row['ratio_to_float32']:.1f} ×",
        ]
        for row in bench["batches"]
    ]
    rates = ("PyTorch, tickets/s", "ONNX float32, tickets/s", "CallCenterAI, tickets/s")
    return table(["Transformer, batch", *rates, "to PyTorch", "to ONNX float32"], rows)


def training_step(bench: Scores) -> str:
    """A row for each precision: seconds a step of fine-tuning by the way attention is computed."""
    rows = [
        [
            precision,
            f"{way['sdpa']:.2f}",
            f"{way['eager']:.2f}",
            f"{way['sdpa'] / way['eager']:.2f} ×",
        ]
        for precision, way in bench["seconds"].items()
    ]
    heads = ["fused (`sdpa`), s", "step by step (`eager`), s", "as fast"]
    return table([f"A step ({bench['device']})", *heads], rows)


def training_batches(bench: Scores) -> str:
    """A row for each way of sorting batches: seconds a step of fine-tuning."""
    seconds = bench["seconds_sorted_by"]
    rows = [
        [f"in {way}", f"{taken:.2f}", f"{seconds['characters'] / taken:.2f} ×"]
        for way, taken in seconds.items()
    ]
    return table(["Batches of like length", "a step, s", "as fast"], rows)


def training_sources(bench: Scores) -> str:
    """A row for each choice of tickets to learn from: what is right of either source's tickets."""
    names = {
        "both": "Both",
        "real": "The real tickets alone",
        "natural": "The natural tickets alone",
    }
    rows = [
        [names[source], *(f"{found[side]:.1%}" for side in ("real", "natural"))]
        for source, found in bench["learned_from"].items()
    ]
    return table(["Learned from", "Real tickets right", "Natural tickets right"], rows)


def formats(bench: Scores) -> str:
    """A row for each way of running the transformer."""
    rows = [
        [
            way["name"],
            f"{way['megabytes']:.1f}",
            f"{way['single_ms']:.1f}",
            f"{way['batch_ms']:.1f}",
            f"{way['agreement']:.1%}",
            f"{way['alone_as_in_a_batch']:.1%}",
            f"{way['accuracy']:.1%}",
        ]
        for way in bench["formats"]
    ]
    heads = ["MB", "ms, one by one", "ms, 32 at once", "as PyTorch", "as in a batch", "Accuracy"]
    return table(["Format", *heads], rows)


def readings(export: Scores) -> str:
    """A row for each way of reading long tickets."""
    rows = [
        [
            f"first {way['head']}" + (f", last {way['tail']}" if way["tail"] else ""),
            f"{way['accuracy']:.1%}",
            f"{way['log_loss']:.3f}",
        ]
        for way in export["readings"]
    ]
    return table(["Word pieces read", "Accuracy", "Log loss"], rows)


def calibration(export: Scores) -> str:
    """A row for each source and language: errors before, with one temperature, with its own."""
    rows = [
        [
            f"{_SOURCES[group.split('-')[0]]}, {_LANGUAGES[group.split('-')[1]]}",
            *(f"{found[name]:.3f}" for name in ("before", "shared", "own")),
            f"{found['own_temperature']:.2f}",
        ]
        for group, found in export["calibration"].items()
    ]
    return table(["Validation", "ECE before", "one temperature", "its own", "its own is"], rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, numbers to the right."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


_COLUMNS: Final = ("accuracy", "macro-F1", "ECE")


def _sets(metrics: Scores) -> Iterator[tuple[str, Scores]]:
    splits = metrics["splits"]
    yield "Real, `random` split", splits["random"]["kaggle"]
    yield "Real, `grouped` split", splits["grouped"]["kaggle"]
    for code, name in _LANGUAGES.items():
        yield f"Natural, {name}", splits["random"]["sample"]["languages"][code]


def _three(scores: Scores) -> list[str]:
    return [f"{scores[key]:.3f}" for key in ("accuracy", "macro_f1", "ece")]


def _class(scores: Scores, category: str) -> list[str]:
    found = scores["per_class"][category]
    return [
        f"{found['support']:,}",
        *(f"{found[key]:.3f}" for key in ("precision", "recall", "f1")),
    ]
