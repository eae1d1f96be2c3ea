"""What a test reads from the Vega-Lite specification of a chart."""

import altair as alt


def rows(chart: alt.Chart | alt.LayerChart) -> list[dict]:
    """The largest table of a chart."""
    return max(chart.to_dict()["datasets"].values(), key=len)
