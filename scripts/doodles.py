"""Doodles made by rule: the synthetic negatives from which the detector learns what is no digit.

Nobody can list what people draw. So lines, corners, arcs, outlines and scribbles are thrown
together by chance, in more ways than there are letters and symbols. What could be a digit is
left out: no ring alone, no loop that hangs on a stem as in a 6 or a 9.
"""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from core.data import Images
from core.drawing.strokes import strokes_to_mnist
from scripts.letters import arc, bowl, corner, glyph, stems
from scripts.shapes import Drawing, Random, dot, ellipse_arc, heart, line, mark, polygon, smooth

# Of a drawing about 1 wide and high.
_SLANT, _STRETCH, _TURN, _WOBBLE = 0.25, 0.3, 0.15, 0.03


def scribble(rng: Random) -> Drawing:
    """A line that wanders, or several short ones."""
    count = rng.choice([1, 1, 2, 3, 4])
    points = {1: (7, 16), 2: (4, 9), 3: (3, 6), 4: (2, 6)}[int(count)]
    return [smooth(rng.random((rng.integers(*points), 2))) for _ in range(count)]


def zigzag(rng: Random) -> Drawing:
    """To and fro, as teeth, as hatching, or as waves."""
    turns = int(rng.integers(4, 13))
    along = np.arange(turns) / (turns - 1) + rng.normal(0, 0.3 / turns, turns)
    height = rng.uniform(0.3, 1.3)
    points = np.column_stack([along, height * (np.arange(turns) % 2 + rng.normal(0, 0.1, turns))])
    if rng.random() < 0.5:
        points = points[:, ::-1]
    return [line(*points) if rng.random() < 0.6 else smooth(points)]


def spiral(rng: Random) -> Drawing:
    """A spiral, or loops in a row or on a heap."""
    turns = rng.uniform(2.2, 5)
    angle = 2 * np.pi * turns * np.linspace(0, 1, 100)
    around = np.column_stack([np.cos(angle), np.sin(angle)]) * rng.choice([-1, 1], 2)
    if rng.random() < 0.5:
        return [around * np.linspace(rng.uniform(0, 0.3), 1, 100)[:, np.newaxis]]
    drift = np.linspace(0, 1, 100)[:, np.newaxis] * rng.uniform(0.3, 1) * turns * rng.normal(0, 1, 2)
    return [
        around * rng.uniform(0.5, 1.2, 2) + drift + np.sin(angle * rng.uniform(0.1, 0.6))[:, np.newaxis] * 0.3
    ]


def tangle(rng: Random) -> Drawing:
    """Ink all over the place."""
    if rng.random() < 0.5:
        return [line(*rng.random((rng.integers(6, 18), 2)))]
    return [smooth(rng.random((rng.integers(12, 30), 2)))]


def hatching(rng: Random) -> Drawing:
    """Lines side by side, some crossed, some a filled patch."""
    count = int(rng.integers(2, 8))
    rows = [
        line((rng.normal(0, 0.05), place), (rng.normal(1, 0.05), place + rng.normal(0, 0.03)))
        for place in np.linspace(0, rng.uniform(0.3, 1.2), count)
    ]
    if rng.random() < 0.4:
        rows += [row[:, ::-1] * (1, rng.uniform(0.5, 1)) for row in rows[: int(rng.integers(1, count + 1))]]
    if rng.random() < 0.3:
        rows = [np.concatenate([row if at % 2 else row[::-1] for at, row in enumerate(rows)])]
    turn = rng.uniform(0, np.pi)
    return [row @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) for row in rows]


def specks(rng: Random) -> Drawing:
    """Dots, dashes and rings apart from one another."""
    places = rng.random((rng.integers(2, 8), 2))
    what = rng.integers(3)
    if what == 0:
        return [dot(place) for place in places]
    if what == 1:
        ways = rng.normal(0, 0.12, (len(places), 2))
        return [line(place, place + way) for place, way in zip(places, ways, strict=True)]
    return [ellipse_arc(place, *rng.uniform(0.1, 0.3, 2)) for place in places]


def outline(rng: Random) -> Drawing:
    """A closed outline with marks in it or around it: faces, signs, suns, boxes."""
    shape = rng.integers(3)
    middle = (0.5, 0.5)
    if shape == 0:
        strokes, least = [ellipse_arc(middle, rng.uniform(0.8, 1.1), rng.uniform(0.8, 1.1))], 2
    elif shape == 1:
        strokes, least = [polygon(rng, middle, rng.uniform(0.9, 1.2))], 0
    else:
        strokes, least = [heart(middle, 1.0)], 0
    if rng.random() < 0.3:
        eyes = rng.uniform(0.12, 0.2)
        level, size = rng.uniform(0.3, 0.45), rng.uniform(0.25, 0.45)
        for x in (0.5 - eyes, 0.5 + eyes):
            strokes.append(
                dot((x, level))
                if rng.random() < 0.6
                else ellipse_arc((x, level), *rng.uniform(0.05, 0.15, 2))
            )
        smiles = rng.integers(3)
        if smiles == 2:
            strokes.append(line((0.5 - size / 2, 0.72), (0.5 + size / 2, 0.72 + rng.normal(0, 0.03))))
        else:
            strokes.append(
                ellipse_arc(
                    (0.5, 0.6 if smiles else 0.8), size, rng.uniform(0.2, 0.4), 0 if smiles else np.pi, np.pi
                )
            )
    else:
        for _ in range(rng.integers(least, 5)):
            strokes.append(mark(rng, rng.uniform(0.25, 0.75, 2), rng.uniform(0.15, 0.45)))
    if rng.random() < 0.25:
        for angle in 2 * np.pi * np.arange(count := int(rng.integers(5, 11))) / count:
            way = np.array([np.cos(angle), np.sin(angle)])
            strokes.append(line(middle + 0.6 * way, middle + rng.uniform(0.75, 1.0) * way))
    return strokes


def assembly(rng: Random) -> Drawing:
    """A few shapes beside, above and across one another, as in pictures of things."""
    strokes: Drawing = []
    place, size = rng.random(2), rng.uniform(0.5, 0.9)
    for _ in range(rng.integers(3, 8)):
        strokes.append(mark(rng, place, size))
        points = strokes[int(rng.integers(len(strokes)))]
        # The next one hangs on what is there, or stands beside it.
        place = points[rng.integers(len(points))] + rng.normal(0, rng.choice([0.02, 0.4]), 2)
        size = rng.uniform(0.15, 0.8)
    return strokes


def star(rng: Random) -> Drawing:
    """A star, of one line or of rays, or an arrow."""
    count = int(rng.integers(4, 8))
    if rng.random() < 0.4:
        angles = -np.pi / 2 + np.pi * np.arange(2 * count + 1) / count
        radius = np.where(np.arange(2 * count + 1) % 2, rng.uniform(0.3, 0.6), 1.0)
        return [line(*(radius[:, np.newaxis] * np.column_stack([np.cos(angles), np.sin(angles)])))]
    if rng.random() < 0.3:
        angles = -np.pi / 2 + 4 * np.pi * np.arange(6) / 5
        return [line(*np.column_stack([np.cos(angles), np.sin(angles)]))]
    if rng.random() < 0.4:
        angles = rng.uniform(0, np.pi) + np.pi * np.arange(count := max(3, count - 2)) / count
        ways = np.column_stack([np.cos(angles), np.sin(angles)])
        return [line(-way, way) for way in ways]
    turn = rng.uniform(0, 2 * np.pi)
    spread, size = rng.uniform(0.5, 1.0), rng.uniform(0.25, 0.5)

    def place(angle: float, radius: float) -> tuple[float, float]:
        return float(radius * np.cos(turn + angle)), float(radius * np.sin(turn + angle))

    tip = np.array(place(0, 0.5))
    sides = [tip - size * np.array([np.cos(turn + s), np.sin(turn + s)]) for s in (-spread, spread)]
    strokes = [line(place(np.pi, 0.6), tip), line(sides[0], tip, sides[1])]
    return [*strokes, -strokes[1]] if rng.random() < 0.2 else strokes


KINDS: Mapping[str, Callable[[Random], Drawing]] = {
    kind.__name__: kind
    for kind in (
        scribble,
        zigzag,
        spiral,
        tangle,
        hatching,
        specks,
        glyph,
        stems,
        bowl,
        corner,
        arc,
        outline,
        assembly,
        star,
    )
}


def draw_doodle(kind: str, rng: Random) -> npt.NDArray[np.uint8] | None:
    """Return one doodle of a kind, shape (28, 28), slanted and stretched at random; None if it is empty."""
    strokes = KINDS[kind](rng)
    slant, turn = rng.uniform(-_SLANT, _SLANT), rng.uniform(-_TURN, _TURN)
    stretch = np.exp(rng.uniform(-_STRETCH, _STRETCH))
    change = np.array([[stretch, 0], [slant, 1]]) @ np.array(
        [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]
    )
    waves, starts = rng.uniform(2, 8, (2, 2)), rng.uniform(0, 2 * np.pi, 2)
    wobble = _WOBBLE * rng.random()
    return strokes_to_mnist(
        [(stroke + wobble * np.sin(stroke @ waves + starts)) @ change for stroke in strokes]
    )


def synthetic_negatives(count: int, rng: Random) -> tuple[Images, npt.NDArray[np.str_]]:
    """Return doodles of all kinds, equally many of each, with the kind of each.

    Parameters
    ----------
    count : int
        Of each kind.
    rng : Generator

    Returns
    -------
    images : ndarray of uint8, shape (n, 28, 28)
        In MNIST's form, with its pen width.
    kinds : ndarray of str, shape (n,)
    """
    made = [(kind, draw_doodle(kind, rng)) for kind in KINDS for _ in range(count)]
    drawn = [(kind, image) for kind, image in made if image is not None]
    return np.stack([image for _, image in drawn]), np.array([kind for kind, _ in drawn])
