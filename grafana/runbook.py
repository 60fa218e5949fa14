"""docs/runbook.md as a dashboard: every panel leads to its section without leaving Grafana."""

import re
from functools import cache
from pathlib import Path
from typing import Final

from grafana_foundation_sdk.builders import dashboard, text
from grafana_foundation_sdk.models.dashboard import Dashboard
from grafana_foundation_sdk.models.text import TextMode

UID: Final = "callcenter-runbook"
_FILE: Final = Path(__file__).parents[1] / "docs" / "runbook.md"
_HEADING: Final = re.compile(r"^## (.+)\n", re.MULTILINE)
_LINE_HEIGHT: Final = 2


@cache
def sections() -> dict[str, str]:
    """The text of each section of docs/runbook.md, by its title, in their order."""
    _, *parts = _HEADING.split(_FILE.read_text(encoding="utf-8"))
    return dict(zip(parts[::2], map(str.strip, parts[1::2]), strict=True))


def panel_link(section: str) -> str:
    """Where the runbook's dashboard has `section`.

    Raises:
        ValueError: there is no such section.
    """
    if section not in sections():
        raise ValueError(f"docs/runbook.md has no section {section!r}")
    return f"/d/{UID}?viewPanel=panel-{[*sections()].index(section) + 1}"


def runbook() -> Dashboard:
    """A panel for each section, two beside each other."""
    made = dashboard.Dashboard("Runbook").uid(UID).tags(["callcenter"]).readonly()
    made = made.description("What each alert and each panel means, where to look, what to do.")
    for place, (title, content) in enumerate(sections().items(), 1):
        panel = text.Panel().title(title).content(content).mode(TextMode.MARKDOWN)
        panel = panel.description(f"docs/runbook.md, {title}").id(place)
        made.with_panel(panel.span(12).height(5 + _LINE_HEIGHT * content.count("**")))
    return made.build()
