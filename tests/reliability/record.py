"""What an attack tried and what was lost, kept for docs/reliability.md."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
# The checkout whose servers are attacked: this one, or that of another commit for comparison.
ATTACKED = Path(os.environ.get("CALLCENTER_ATTACKED", ROOT))
FOLDER = ROOT / "build" / "reliability" / ("after" if ATTACKED == ROOT else "before")


@dataclass(frozen=True)
class Attack:
    """One attack and its outcome.

    Args:
        row: The kind of fault, 1 to 12.
        name: What was sent or done, in a few words.
        promise: What must hold.
        tried: How many times it was tried.
        lost: How many of those broke the promise.
        figures: What was measured, with the unit in each name, e.g. {"slowest_seconds": 0.2}.
    """

    row: int
    name: str
    promise: str
    tried: int
    lost: int
    figures: dict[str, float | int | str]


def record(
    row: int,
    name: str,
    promise: str,
    tried: int,
    lost: int,
    **figures: float | int | str,
) -> None:
    """Keeps the outcome of an attack; call this function before the assertion on `lost`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    attack = Attack(row, name, promise, tried, lost, figures)
    slug = "".join(letter if letter.isalnum() else "-" for letter in name.lower())
    path = FOLDER / f"{row:02d}-{slug[:80]}.json"
    path.write_text(json.dumps(asdict(attack), indent=2, ensure_ascii=False) + "\n", "utf-8")
