"""Colors, axes and legends that the charts share, and how a chart becomes a picture."""

import io
from typing import Any

import altair as alt
from matplotlib.colors import to_rgb

from core.plots.figures import LIGHT, Style

# Okabe and Ito's blue and orange, which color-blind eyes tell apart.
BLUE, ORANGE = "#0072b2", "#e69f00"
GRAY = "#8a97a5"
# Legible on the light and on the dark background: the theme does not color text marks.
TEXT = "#6f7d8b"

PERCENT = alt.Axis(format="%")
UNIT_SCALE = alt.Scale(domain=[0, 1])
# The most letters that the names of a legend may have together to stand side by side.
_WIDE_LEGEND = 32
# Where the curve of sRGB becomes linear, by WCAG 2.1.
_LINEAR = 0.04045


def percent(digits: int) -> alt.Axis:
    """Return an axis in percent with so few ticks that no two have the same label."""
    return alt.Axis(format=f".{digits}%", tickMinStep=10.0 ** -(digits + 2), labelOverlap=True)


def color_by(field: str, names: list[str]) -> alt.Color:
    """Return blue and orange for the at most two names in a field, with a legend on top."""
    return alt.Color(
        f"{field}:N",
        title=None,
        scale=alt.Scale(domain=names, range=[BLUE, ORANGE][: len(names)]),
        # Side by side, long names would be cut off on a phone.
        legend=alt.Legend(
            orient="top",
            labelLimit=260,
            symbolOpacity=1,
            columns=1 if sum(map(len, names)) > _WIDE_LEGEND else len(names),
        ),
    )


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colors by WCAG 2.1: 1 to 21, and 4.5 is enough for text."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    red, green, blue = (
        value / 12.92 if value <= _LINEAR else ((value + 0.055) / 1.055) ** 2.4 for value in to_rgb(color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def legible(chart: Any, style: Style) -> Any:
    """Return an Altair chart with axes and legends in the text color of a theme.

    Streamlit draws them in a gray of 3.7:1.
    """
    written: dict[str, Any] = {"labelColor": style.text, "titleColor": style.text}
    # Not `configure_axis` and `configure_legend`, each of which makes a copy of all that is in the chart.
    copy = chart.copy(deep=["config"])
    if copy.config is alt.Undefined:
        copy.config = alt.Config()
    copy.config.axis, copy.config.legend = alt.AxisConfig(**written), alt.LegendConfig(**written)
    return copy


def render(chart: alt.Chart | alt.LayerChart, kind: str) -> bytes:
    """Return a chart as a picture on white.

    Parameters
    ----------
    chart : Chart or LayerChart
    kind : {"png", "svg"}
    """
    # The browser gives a chart the width of the page; a picture has its own.
    picture = legible(chart, LIGHT).properties(width=640, background="white")
    if kind == "svg":
        text = io.StringIO()
        picture.save(text, format="svg")
        return text.getvalue().encode()
    pixels = io.BytesIO()
    picture.save(pixels, format="png", scale_factor=2)
    return pixels.getvalue()
