import itertools

import numpy as np
import pytest
from scipy import ndimage

from core.drawing.segmentation import segment_image, segment_strokes
from core.drawing.segmentation_graph import Graph, find_candidates
from core.drawing.strokes import draw


def bar(left: float) -> np.ndarray:
    return np.array([[left, 0.0], [left, 100.0]])


def test_digits_apart_are_segments_from_left_to_right():
    found = segment_strokes([bar(200), bar(0), bar(100)])
    assert [segment.box.left for segment in found.segments] == [0, 100, 200]
    assert [segment.origin for segment in found.segments] == [1, 2, 0]
    assert found.height == 100


def test_strokes_that_cross_are_one_segment():
    dash = np.array([[40.0, 50.0], [-40.0, 50.0]])
    (segment,) = segment_strokes([bar(0), dash]).segments
    assert len(segment.labels) == 2


def zero(left: float) -> np.ndarray:
    turn = np.linspace(-np.pi / 2, 1.5 * np.pi, 40)
    return np.column_stack([left + 32 + 32 * np.cos(turn), 50 + 50 * np.sin(turn)])


def test_a_stroke_is_cut_where_it_goes_on_to_the_next_digit():
    first, second = segment_strokes([np.concatenate([zero(0), zero(75)])]).segments
    assert first.origin == second.origin == 0
    assert first.box.middle == pytest.approx(32, abs=10)
    assert second.box.middle == pytest.approx(107, abs=10)


def test_a_link_between_two_digits_belongs_to_neither_or_to_one():
    seven = np.array([[75.0, 20.0], [130.0, 20.0], [100.0, 100.0]])
    found = segment_strokes([np.concatenate([zero(0), seven])])
    whole = max(find_candidates(found), key=lambda candidate: len(candidate.labels))
    (stroke,) = found.strokes_of(whole.labels)
    assert np.ptp(stroke, axis=0) == pytest.approx([130, 100], rel=0.01)


def test_the_probability_of_a_number_is_its_share_of_all_ways_to_cut_the_ink():
    found = segment_strokes([bar(0), bar(8), bar(16)])
    candidates = list(find_candidates(found))
    costs, digits = np.linspace(0.5, 2, len(candidates)).tolist(), [i % 2 for i in range(len(candidates))]
    graph = Graph(found, candidates, costs)
    probabilities = {
        number: graph.probability(digits, number)
        for length in (1, 2, 3)
        for number in itertools.product((0, 1), repeat=length)
    }
    assert len(candidates) > 3
    assert sum(probabilities.values()) == pytest.approx(1)
    best = tuple(digits[index] for index in graph.shortest_path())
    assert probabilities[best] == max(probabilities.values())


def test_digits_that_touch_are_cut_between_them():
    ink = draw([zero(10) + np.array([0, 10]), zero(88) + np.array([0, 10])], 16, 170, 120) > 127
    assert ndimage.label(ink)[1] == 1, "they touch"
    found = segment_image(ink)
    left, right = found.segments
    assert (found.labels[60, 10], found.labels[60, 152]) == (left.labels[0], right.labels[0])
    assert left.box.right == pytest.approx(right.box.left, abs=15)


def test_dust_is_no_segment_but_belongs_to_the_nearest():
    ink = np.zeros((100, 200), dtype=bool)
    ink[:, 10:20] = True
    ink[90:92, 190:192] = True
    found = segment_image(ink)
    assert len(found.segments) == 1
    assert (found.labels == found.segments[0].labels[0]).all()
