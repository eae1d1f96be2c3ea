"""A drawing of a network's layers, as a Matplotlib figure."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from core.data import CLASSES
from core.hyperparameters.words import SPELLING
from core.plots.figures import LIGHT, Style, empty_figure
from core.recipe import Recipe


def network(recipe: Recipe, style: Style = LIGHT) -> Figure:
    """Return a drawing of a recipe's network, layer by layer, from left to right.

    Dense layers are columns of units, convolutional layers are stacks of sheets; dots stand for
    units that do not fit.
    """
    stages = [_Stage("image", "28×28\npixels", 1)]
    stages += [_Stage("sheets", f"{filters} filters\n3×3", 1) for filters in recipe.conv_filters]
    stages += [
        _Stage("units", f"{units}\n{SPELLING[recipe.activation]}", units) for units in recipe.hidden_units
    ]
    stages += [_Stage("output", "10 digits\nsoftmax", CLASSES)]

    figure, axes = empty_figure(1.1 * len(stages), 1.1 * 3.4, style)
    axes.set(xlim=(-0.5, len(stages) - 0.5), ylim=(-2.0, 1.4), aspect="equal")
    for x, (left, right) in enumerate(pairwise(stages)):
        for start in left.places:
            for end in right.places:
                axes.plot((x + 0.1, x + 0.9), (start, end), color=style.muted, lw=0.4, alpha=0.5, zorder=0)
    for x, stage in enumerate(stages):
        if stage.kind == "image":
            axes.add_patch(Rectangle((x - 0.36, -0.36), 0.72, 0.72, fc=style.muted, ec=style.text, lw=1))
        elif stage.kind == "sheets":
            for sheet in range(3):
                corner = (x - 0.26 + 0.09 * sheet, -0.34 + 0.09 * sheet)
                axes.add_patch(Rectangle(corner, 0.42, 0.5, fc=style.background, ec=style.blue, lw=1.4))
        else:
            color = style.orange if stage.kind == "output" else style.blue
            for y in stage.places:
                axes.add_patch(Circle((x, y), 0.085, fc=color, ec=style.background, lw=0.8))
            if len(stage.places) < stage.size:
                axes.text(x, 0, "⋮", ha="center", va="center", fontsize=13, color=style.text)
        axes.text(x, -1.48, stage.label, ha="center", va="top", fontsize=9, color=style.text)
    return figure


@dataclass(frozen=True)
class _Stage:
    """One column in the drawing of a network."""

    kind: str
    label: str
    size: int

    @property
    def places(self) -> list[float]:
        """Heights at which to draw the units, with a gap if there are too many."""
        if self.size <= CLASSES:
            return [float(y) for y in (np.arange(self.size) - (self.size - 1) / 2) * 0.27]
        return [sign * (0.3 + 0.27 * step) for sign in (-1, 1) for step in range(4)]
