"""Every panel's queries return what was sent."""

import pytest

from tests.observability.expected import PANELS
from tests.observability.panels import Panel, panels
from tests.observability.run import Run

pytestmark = pytest.mark.observability


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel.key)
def test_a_panel_shows_what_was_sent(run: Run, panel: Panel) -> None:
    expected = PANELS[panel.key]
    phase = run.phase(expected.when)
    vectors = [run.prometheus.query(query, phase.end) for query in panel.queries(phase.window)]
    expected.holds(vectors, phase)


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel.key)
def test_a_panel_has_a_line_to_draw(run: Run, panel: Panel) -> None:
    for query in panel.queries("15s"):
        assert run.prometheus.query_range(query, run.whole.begin, run.whole.end), query


def test_every_panel_is_expected_to_show_something() -> None:
    assert {panel.key for panel in panels()} == set(PANELS)
