"""Stage `evaluate_pii`: measures the scrubber on tickets written for the purpose.

`python -m train.evaluate_pii`. The tickets are `tests/data/pii_*.jsonl`, with the places of all
personal data, and `clean_*.jsonl`, without any. None was trained on. `blind_*.jsonl` were written
without a look at the recognisers, and nobody looked at the misses on them while anything was made
better: what the scrubber does to other people's tickets is more like that. Of the held-out real
tickets, whose publisher took the names out, hardly a word should be masked.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from bentos.models.artifact import Manifest
from bentos.triage.pii.names.tagger import NameTagger
from bentos.triage.pii.scrubber import Scrubber
from bentos.triage.pii.spans import PERSON
from train.paths import NAMES_FOLDER, TICKETS

DATA: Final = Path("tests/data")
REPORT: Final = Path("reports/pii.json")
LANGUAGES: Final = ("en", "fr", "ar")
_PATTERNS: Final = "patterns"


@dataclass(frozen=True, slots=True)
class MarkedTicket:
    """A ticket and its personal data: type, start and end."""

    text: str
    spans: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Scrubbing:
    """What the scrubber did to one ticket.

    Args:
        found: Whether no letter or digit of the value was left, of each marked value by type.
        words: How many words the ticket has.
        masked: How many of the words outside marked values were masked.
        milliseconds: CPU time.
    """

    found: tuple[tuple[str, bool], ...]
    words: int
    masked: int
    milliseconds: float


def read_marked(path: Path) -> Iterator[MarkedTicket]:
    """The tickets of a JSON Lines file of `text` and, if it has any, `spans`."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        spans = ((span["type"], span["start"], span["end"]) for span in row.get("spans", ()))
        yield MarkedTicket(row["text"], tuple(spans))


def scrubbing(scrubber: Scrubber, ticket: MarkedTicket) -> Scrubbing:
    """What `scrubber` does to `ticket`."""
    started = time.process_time()
    spans = scrubber.scrub(ticket.text).spans
    milliseconds = (time.process_time() - started) * 1_000
    covered = {place for span in spans for place in range(span.start, span.end)}
    marked = {place for _, start, end in ticket.spans for place in range(start, end)}
    words = list(_words(ticket.text))
    innocent = [word for word in words if not marked.intersection(word)]
    return Scrubbing(
        tuple(
            (kind, all(p in covered for p in range(start, end) if ticket.text[p].isalnum()))
            for kind, start, end in ticket.spans
        ),
        len(words),
        sum(bool(covered.intersection(word)) for word in innocent),
        milliseconds,
    )


def _words(text: str) -> Iterator[range]:
    """Where each word of `text` stands."""
    start = 0
    for word in text.split():
        start = text.index(word, start)
        yield range(start, start + len(word))
        start += len(word)


def report(marked: Sequence[Scrubbing], clean: Sequence[Scrubbing]) -> dict[str, Any]:
    """Recall by type, of all patterns and of names, and how many clean words were masked."""
    values: dict[str, list[bool]] = defaultdict(list)
    for result in marked:
        for kind, found in result.found:
            values[kind].append(found)
            if kind != PERSON:
                values[_PATTERNS].append(found)
    words = sum(result.words for result in clean)
    masked = sum(result.masked for result in clean)
    return {
        "tickets": len(marked),
        "recall": {
            kind: {"values": len(found), "recall": round(sum(found) / len(found), 4)}
            for kind, found in sorted(values.items())
        },
        "clean": {
            "tickets": len(clean),
            "words": words,
            "masked": masked,
            "share_masked": round(masked / words, 5) if words else 0.0,
        },
    }


def cleaned_tickets(path: Path) -> list[MarkedTicket]:
    """The real tickets of the test side, if they are among the prepared ones at `path`."""
    if not path.exists():
        return []
    tickets = pd.read_parquet(path)
    chosen = tickets[(tickets["source"] == "kaggle") & (tickets["random"] == "test")]
    return [MarkedTicket(text, ()) for text in chosen["text"]]


def main() -> None:
    """Writes `reports/pii.json`."""
    scrubber = Scrubber(NameTagger.load(NAMES_FOLDER))
    marked = {name: _scrubbings(scrubber, f"pii_{name}") for name in LANGUAGES}
    clean = {name: _scrubbings(scrubber, f"clean_{name}") for name in LANGUAGES}
    everything = [result for results in marked.values() for result in results]
    times = sorted(result.milliseconds for result in everything)
    overall = report(everything, [result for results in clean.values() for result in results])
    languages = {name: report(marked[name], clean[name]) for name in LANGUAGES}
    blind = {name: _blind(scrubber, name) for name in LANGUAGES}
    cleaned = [scrubbing(scrubber, ticket) for ticket in cleaned_tickets(TICKETS)]
    content = {
        "overall": overall,
        "languages": languages,
        "blind": blind,
        "cleaned": report([], cleaned)["clean"],
        "cpu_ms": {
            "median": round(times[len(times) // 2], 3),
            "p99": round(times[int(0.99 * len(times))], 3),
        },
        "names": {
            "version": Manifest.verify(NAMES_FOLDER).version,
            "recall": overall["recall"][PERSON]["recall"],
            "languages": {name: languages[name]["recall"][PERSON]["recall"] for name in LANGUAGES},
            "share_masked": overall["clean"]["share_masked"],
        },
    }
    REPORT.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _scrubbings(scrubber: Scrubber, name: str) -> list[Scrubbing]:
    path = DATA / f"{name}.jsonl"
    return [scrubbing(scrubber, ticket) for ticket in read_marked(path)]


def _blind(scrubber: Scrubber, language: str) -> dict[str, Any]:
    results = _scrubbings(scrubber, f"blind_{language}")
    marked = [result for result in results if result.found]
    return report(marked, [result for result in results if not result.found])


if __name__ == "__main__":
    main()
