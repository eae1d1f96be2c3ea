"""Many digits as points in two dimensions, each with its picture under the pointer."""

import base64
import functools
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt

from core.analysis.writers import EMPLOYEES, STUDENTS
from core.data import CLASSES, IMAGE_SIZE, MAX_PIXEL, Images, Labels
from core.plots.figures import LIGHT, Style
from core.plots.inside_charts import UNIT, Spec, empty, filled, specification
from core.plots.theme import legible

# The picture of a digit under the pointer: gray of two bits, every pixel as a square of four.
# So that one of them takes 200 bytes, the browser puts before each what they have in common.
_BITS, _TIMES = 2, 4
_HEIGHT = 460
# What the colors of the points say.
BY_LABEL, BY_ERROR, BY_GROUP = "Label", "Correct or error", "Writer group"


@dataclass(frozen=True, eq=False)
class MappedDigits:
    """Digits with their places on a map.

    Attributes
    ----------
    points : ndarray of float, shape (n, 2)
    indices : ndarray of int, shape (n,)
        Numbers of the test images.
    labels : ndarray of uint8, shape (n,)
    predictions : ndarray of int, shape (n,)
    pictures : sequence of str
        Of `thumbnails`.
    students : ndarray of bool, shape (n,), or None
        Whether the writer was a high-school student; None where that is not known.
    """

    points: npt.NDArray[np.floating]
    indices: npt.NDArray[np.int64]
    labels: Labels
    predictions: npt.NDArray[np.int64]
    pictures: Sequence[str]
    students: npt.NDArray[np.bool_] | None = None


def digit_map(digits: MappedDigits, color: str = BY_LABEL, style: Style = LIGHT) -> Spec:
    """Return a map on which each digit can be chosen.

    A click is reported as the selection ``"unit"``, with the field ``unit``: the number of the test
    image.

    Parameters
    ----------
    digits : MappedDigits
    color : str
        `BY_LABEL`, `BY_ERROR`, or `BY_GROUP` if it is known who wrote the digits.
    style : Style
    """
    rows: list[dict[str, Any]] = [
        {"x": x, "y": y, "unit": index, "label": label, "prediction": prediction, "png": picture}
        for (x, y), index, label, prediction, picture in zip(
            digits.points.round(3).tolist(),
            digits.indices.tolist(),
            digits.labels.tolist(),
            digits.predictions.tolist(),
            digits.pictures,
            strict=True,
        )
    ]
    if digits.students is not None:
        for row, student in zip(rows, digits.students.tolist(), strict=True):
            row["student"] = student
    # Errors last, so that they lie on top.
    rows.sort(key=lambda row: row["label"] != row["prediction"])
    return filled(_frame(color, style), [*_names(digits), *rows])


def _names(digits: MappedDigits) -> list[dict[str, Any]]:
    """Return where the name of each digit is written: in the middle of its points."""
    found = []
    for digit in range(CLASSES):
        of_digit = digits.points[digits.labels == digit]
        if len(of_digit):
            x, y = np.median(of_digit, axis=0).round(3).tolist()
            found.append({"x": x, "y": y, "name": str(digit)})
    return found


@functools.cache
def _frame(color: str, style: Style) -> Spec:
    x, y = (
        axis(f"{field}:Q", axis=None, scale=alt.Scale(zero=False, nice=False, padding=8))
        for axis, field in ((alt.X, "x"), (alt.Y, "y"))
    )
    base = empty(x, y)
    digits = base.transform_filter("isValid(datum.unit)").transform_calculate(
        image=f"'data:image/png;base64,{_common()}' + datum.png",
        words="'label ' + datum.label + ', predicted ' + datum.prediction",
        state="datum.label == datum.prediction ? 'Correct' : 'Error'",
        group=f"datum.student ? '{STUDENTS}' : '{EMPLOYEES}'",
    )
    clicks = alt.selection_point(name=UNIT, fields=["unit"], toggle=False)
    points = digits.mark_circle(cursor="pointer", aria=False).encode(
        color=_COLORS[color](style),
        size=alt.condition("datum.label == datum.prediction", alt.value(30), alt.value(75)),
        opacity=alt.condition("datum.label == datum.prediction", alt.value(0.75), alt.value(1)),
        stroke=alt.condition(clicks, alt.value(style.text), alt.value("transparent"), empty=False),
        strokeWidth=alt.condition(clicks, alt.value(3), alt.value(0), empty=False),
        tooltip=[
            alt.Tooltip("image:N", title="image"),
            alt.Tooltip("unit:O", title="Test image"),
            alt.Tooltip("words:N", title="It is"),
        ],
    )
    names = base.transform_filter("isValid(datum.name)")
    written: dict[str, Any] = {"fontSize": 26, "fontWeight": "bold", "aria": False, "tooltip": None}
    halo = names.mark_text(stroke=style.background, strokeWidth=5, **written).encode(text=alt.Text("name:N"))
    text = names.mark_text(color=style.text, **written).encode(text=alt.Text("name:N"))
    return specification(
        legible(
            alt.LayerChart(layer=[points.add_params(clicks), halo, text]).properties(height=_HEIGHT), style
        )
    )


def _by_label(style: Style) -> alt.Color:  # noqa: ARG001, the same in light and dark
    legend = alt.Legend(orient="top", columns=CLASSES, symbolOpacity=1)
    # Ten colors are the most that can be told apart; the digits written over their groups say the
    # same without them.
    scale = alt.Scale(domain=list(range(CLASSES)), scheme="tableau10")
    return alt.Color("label:O", title="Label", scale=scale, legend=legend)


def _by_error(style: Style) -> alt.Color:
    scale = alt.Scale(domain=["Correct", "Error"], range=[style.muted, style.orange])
    return alt.Color("state:N", title=None, scale=scale, legend=alt.Legend(orient="top", symbolOpacity=1))


def _by_group(style: Style) -> alt.Color:
    scale = alt.Scale(domain=[EMPLOYEES, STUDENTS], range=[style.blue, style.orange])
    return alt.Color("group:N", title=None, scale=scale, legend=alt.Legend(orient="top", symbolOpacity=1))


_COLORS: Mapping[str, Callable[[Style], alt.Color]] = {
    BY_LABEL: _by_label,
    BY_ERROR: _by_error,
    BY_GROUP: _by_group,
}


def thumbnails(images: Images) -> list[str]:
    """Return what is different in small pictures of digits, for `MappedDigits`.

    Parameters
    ----------
    images : ndarray of uint8, shape (n, 28, 28)

    Returns
    -------
    list of str
        The end of a PNG file in base64; its beginning is the same for all.
    """
    levels = np.round(images / MAX_PIXEL * (2**_BITS - 1)).astype(np.uint8)
    # A byte of four equal pixels.
    rows = levels * np.uint8(0b01010101)
    # Each row is drawn once; the next three are "as above" (filter 2), so that they take no room.
    above = (b"\x02" + bytes(IMAGE_SIZE)) * (_TIMES - 1)
    return [
        _base64(
            _chunk(b"IDAT", zlib.compress(b"".join(b"\0" + row.tobytes() + above for row in image), 9))
            + _chunk(b"IEND", b"")
        )
        for image in rows
    ]


def _common() -> str:
    """Return how every file of `thumbnails` begins; of a length that base64 can be cut at."""
    side = _TIMES * IMAGE_SIZE
    return _base64(
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, _BITS, 0, 0, 0, 0))
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
