"""Images as the pages show them."""

import numpy as np

from core.drawing.strokes import strokes_to_mnist
from ui import pictures


def test_the_foot_of_a_seven_does_not_look_cut_off():
    seven = strokes_to_mnist([np.array([(60.0, 60.0), (200.0, 60.0), (120.0, 240.0)])])
    assert seven is not None
    assert seven[-1].any(), "as in MNIST, its foot is in the last row"
    shown = pictures.framed(seven, 5)
    edges = np.concatenate([shown[:10].ravel(), shown[-10:].ravel(), shown[:, :10].ravel()])
    assert set(edges.tolist()) == {pictures.FRAME}
    assert (shown[10:-10, 10:-10] == pictures.enlarged(seven, 5)).all()
