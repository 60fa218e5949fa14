"""Writes the dashboards. `make dashboards`."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from grafana.overview import overview
from grafana.privacy import privacy
from grafana.routing import routing
from grafana.runbook import runbook
from grafana.runners import runners

FOLDER: Final = Path(__file__).with_name("dashboards")
DASHBOARDS: Final[tuple[Callable[[], Dashboard], ...]] = (
    overview,
    runners,
    routing,
    privacy,
    runbook,
)


def files() -> dict[Path, str]:
    """The JSON of each dashboard, by the file that it belongs to."""
    encoder = JSONEncoder(indent=2, sort_keys=True, ensure_ascii=False)
    made = [make() for make in DASHBOARDS]
    return {FOLDER / f"{each.uid}.json": f"{encoder.encode(each)}\n" for each in made}


def main() -> None:
    """Writes them."""
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
