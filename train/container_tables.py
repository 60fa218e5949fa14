"""The table of docs/deployment.md about images and Compose, as Markdown."""

from collections.abc import Mapping
from typing import Any, Final

from train.model_tables import table

Report = Mapping[str, Any]

_SECONDS: Final = ("bentos_seconds", "images_seconds", "up_seconds")


def images(report: Report) -> str:
    """A row for each image: its size, and how long it takes from its start to its first answer."""
    rows = [
        [f"`{name}`", f"{image['megabytes']} MB", f"{image['ready_seconds']:.1f} s"]
        for name, image in report["images"].items()
    ]
    seconds = {name.removesuffix("_seconds"): f"{report[name]:.0f} s" for name in _SECONDS}
    said = (
        f"On {report['machine']}: `make bentos` took {seconds['bentos']}, `make images` "
        f"{seconds['images']} (the engine keeps packages that it installed before), "
        f"`docker compose up --wait` {seconds['up']}. After a killed transformer was back, the "
        f"agent gave whole answers again in {report['recovery_seconds']:.1f} s."
    )
    return table(["Image", "Size", "Start to ready, one core"], rows) + f"\n{said}\n"
