"""The panels of the dashboards: each says what it shows, in which unit, and where to read on.

Colours are Grafana's names, and backgrounds its own, so that a panel reads in light and in dark.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from grafana_foundation_sdk.builders import bargauge, common, dashboard, heatmap
from grafana_foundation_sdk.builders import prometheus as prometheus_builders
from grafana_foundation_sdk.builders import stat, table, timeseries
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common as looks
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models import heatmap as heatmap_models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from grafana.runbook import panel_link

SOURCE: Final = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
# Widths on Grafana's grid of 24 columns, and heights.
WHOLE: Final = 24
HALF: Final = 12
THIRD: Final = 8
QUARTER: Final = 6
_STAT_HEIGHT: Final = 4
_GRAPH_HEIGHT: Final = 8

Panel = Builder[models.Panel]
Steps = Sequence[tuple[float | None, str]]
PLAIN: Final[Steps] = ((None, "blue"),)
_P = TypeVar("_P", bargauge.Panel, heatmap.Panel, stat.Panel, table.Panel, timeseries.Panel)


@dataclass(frozen=True, slots=True)
class About:
    """What a reader is told of a panel.

    Args:
        title: What it shows.
        description: How to read it.
        runbook: The section of docs/runbook.md that says what to do.
    """

    title: str
    description: str
    runbook: str


@dataclass(frozen=True, slots=True)
class Query:
    """A query in PromQL, and how its series are called."""

    expression: str
    legend: str = ""


def number(
    about: About, query: Query, unit: str, steps: Steps = PLAIN, width: int = 3, decimals: int = 1
) -> stat.Panel:
    """The latest value, large, over a sketch of where it has been."""
    panel = stat.Panel().span(width).height(_STAT_HEIGHT)
    panel = _dressed(panel, about, [query], unit).thresholds(_thresholds(steps)).decimals(decimals)
    return (
        panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .graph_mode(looks.BigValueGraphMode.AREA)
        .color_mode(looks.BigValueColorMode.VALUE)
        .color_scheme(dashboard.FieldColor().mode(models.FieldColorModeId.THRESHOLDS))
    )


def states(
    about: About, query: Query, said: Mapping[int, tuple[str, str]], width: int = QUARTER
) -> stat.Panel:
    """The latest value of each series as a word and a colour: `said[1] == ("open", "red")`."""
    mapping = models.ValueMap(
        {
            str(value): models.ValueMappingResult(text=text, color=colour)
            for value, (text, colour) in said.items()
        }
    )
    panel = number(about, query, "none", width=width, decimals=0).mappings([mapping])
    return panel.graph_mode(looks.BigValueGraphMode.NONE).height(_GRAPH_HEIGHT)


def graph(
    about: About,
    queries: Sequence[Query],
    unit: str,
    width: int = THIRD,
    steps: Steps = (),
    colours: Mapping[str, str] | None = None,
) -> timeseries.Panel:
    """Lines over time; `steps` are drawn as dashed lines where something is too much."""
    panel = timeseries.Panel().span(width).height(_GRAPH_HEIGHT)
    panel = (
        _dressed(panel, about, queries, unit)
        .line_width(2)
        .fill_opacity(8)
        .show_points(looks.VisibilityMode.NEVER)
        .span_nulls(False)
        .axis_soft_min(0)
        .color_scheme(dashboard.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
        .legend(
            common.VizLegendOptions()
            .display_mode(looks.LegendDisplayMode.LIST)
            .placement(looks.LegendPlacement.BOTTOM)
            .show_legend(True)
            .calcs(["lastNotNull"])
        )
        .tooltip(
            common.VizTooltipOptions()
            .mode(looks.TooltipDisplayMode.MULTI)
            .sort(looks.SortOrder.DESCENDING)
        )
    )
    if steps:
        lines = common.GraphThresholdsStyleConfig().mode(looks.GraphThresholdsStyleMode.DASHED)
        panel = panel.thresholds(_thresholds([(None, "transparent"), *steps]))
        # The first line is always in sight, and noise far below it isn't.
        panel = panel.thresholds_style(lines).axis_soft_max(steps[0][0] or 0)
    for name, colour in (colours or {}).items():
        fixed = {"mode": "fixed", "fixedColor": colour}
        panel = panel.override_by_name(name, [models.DynamicConfigValue("color", fixed)])
    return panel


def stack(
    about: About,
    queries: Sequence[Query],
    unit: str,
    width: int = THIRD,
    colours: Mapping[str, str] | None = None,
) -> timeseries.Panel:
    """Parts of a whole over time."""
    normal = common.StackingConfig().mode(looks.StackingMode.NORMAL).group("A")
    panel = graph(about, queries, unit, width, colours=colours).stacking(normal)
    return panel.fill_opacity(40).line_width(1)


def bars(about: About, query: Query, unit: str, width: int = THIRD) -> bargauge.Panel:
    """The latest value of each series, as bars beside each other."""
    panel = bargauge.Panel().span(width).height(_GRAPH_HEIGHT)
    return (
        _dressed(panel, about, [query], unit)
        .decimals(0)
        .min(0)
        .orientation(looks.VizOrientation.HORIZONTAL)
        .display_mode(looks.BarGaugeDisplayMode.BASIC)
        .thresholds(_thresholds(PLAIN))
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
    )


def heat(about: About, query: Query, unit: str, width: int = THIRD) -> heatmap.Panel:
    """A histogram over time: the darker, the more."""
    colours = heatmap.HeatmapColorOptions().mode(heatmap_models.HeatmapColorMode.SCHEME)
    panel = heatmap.Panel().span(width).height(_GRAPH_HEIGHT)
    panel = _dressed(panel, about, [query], unit, PromQueryFormat.HEATMAP)
    return (
        panel.calculate(False)
        .color(colours.scheme("Blues").steps(32).exponent(0.5))
        .y_axis(heatmap.YAxisConfig().unit(unit))
        .cell_gap(1)
        .exemplars_color("red")
        .scale_distribution(common.ScaleDistributionConfig().type(looks.ScaleDistribution.LINEAR))
    )


def listing(about: About, query: Query, width: int, empty: str = "-") -> table.Panel:
    """The labels of the series that there are now, a row each."""
    panel = table.Panel().span(width).height(_GRAPH_HEIGHT)
    panel = _dressed(panel, about, [query], "none", PromQueryFormat.TABLE).no_value(empty)
    hidden = models.DataTransformerConfig(
        "organize", options={"excludeByName": {"Time": True, "Value": True}}
    )
    return panel.with_transformation(hidden).filterable(True)


def _dressed(
    panel: _P,
    about: About,
    queries: Sequence[Query],
    unit: str,
    shape: PromQueryFormat = PromQueryFormat.TIME_SERIES,
) -> _P:
    link = dashboard.DashboardLink(f"Runbook: {about.runbook}").url(panel_link(about.runbook))
    panel.title(about.title).description(about.description).datasource(SOURCE).unit(unit)
    panel.links([link.type(models.DashboardLinkType.LINK).icon("doc")])
    for place, query in enumerate(queries):
        target = prometheus_builders.Dataquery().expr(query.expression).ref_id(chr(65 + place))
        target = target.datasource(SOURCE).format(shape)
        target = target.instant() if shape is PromQueryFormat.TABLE else target.range()
        panel.with_target(target.legend_format(query.legend or "__auto"))
    return panel


def _thresholds(steps: Steps) -> dashboard.ThresholdsConfig:
    given = [models.Threshold(value=value, color=colour) for value, colour in steps]
    return dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(given)
