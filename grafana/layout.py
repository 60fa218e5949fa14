"""What the dashboards have in common: variables, links to each other, rows of panels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models import dashboard as models

from grafana.panels import SOURCE, Panel

TAG: Final = "callcenter"
WINDOWS: Final = ("1m", "5m", "15m", "1h", "6h", "1d")
_WINDOW: Final = "5m"


@dataclass(frozen=True, slots=True)
class Row:
    """A question, and the panels that answer it."""

    question: str
    panels: Sequence[Panel]


def dashboard_of(uid: str, title: str, description: str, rows: Sequence[Row]) -> models.Dashboard:
    """A dashboard with `rows`, from the top."""
    made = (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(description)
        .tags([TAG])
        .readonly()
        .time("now-1h", "now")
        .refresh("10s")
        .timezone("browser")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .link(_links())
        .variables([_datasource(), _service(), _window()])
    )
    number = 0
    for row in rows:
        number += 1
        made.with_row(dashboard.Row(row.question).id(number))
        for panel in row.panels:
            number += 1
            made.with_panel(_numbered(panel, number))
    return made.build()


def _numbered(panel: Panel, number: int) -> Panel:
    panel.build().id_val = number
    return panel


def _links() -> dashboard.DashboardLink:
    link = dashboard.DashboardLink("CallCenterAI").type(models.DashboardLinkType.DASHBOARDS)
    return link.tags([TAG]).include_vars(True).keep_time(True)


def _datasource() -> dashboard.DatasourceVariable:
    return dashboard.DatasourceVariable("datasource").label("Source").type("prometheus")


def _service() -> dashboard.QueryVariable:
    every = models.VariableOption(selected=True, text="All", value="$__all")
    return (
        dashboard.QueryVariable("service")
        .label("Service")
        .description("Which of the services are shown, where a panel is of services.")
        .datasource(SOURCE)
        .query("label_values(callcenter_workers, service)")
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .current(every)
    )


def _window() -> dashboard.IntervalVariable:
    chosen = models.VariableOption(selected=True, text=_WINDOW, value=_WINDOW)
    return (
        dashboard.IntervalVariable("window")
        .label("Window")
        .description("Over what time rates, shares and percentiles are taken.")
        .values(",".join(WINDOWS))
        .current(chosen)
        .options(
            [
                models.VariableOption(selected=window == _WINDOW, text=window, value=window)
                for window in WINDOWS
            ]
        )
    )
