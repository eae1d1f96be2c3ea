import numpy as np

from core.drawing.segmentation import segment_image, segment_strokes

ZIGZAG = np.array([[0.0, 0.0], [50.0, 100.0], [100.0, 0.0], [150.0, 100.0]])


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
    assert len(segment.contents) == 2


def test_a_stroke_is_cut_where_it_goes_from_side_to_side_once():
    segments = segment_strokes([ZIGZAG]).segments
    assert len(segments) > 1
    assert [segment.cut for segment in segments][:2] == [None, 0]
    assert {segment.origin for segment in segments} == {0}


def test_ink_that_hangs_together_by_a_thread_is_cut_along_a_seam():
    ink = np.zeros((100, 120), dtype=bool)
    ink[:, 10:20] = ink[:, 100:110] = True
    ink[50:53, 10:110] = True
    found = segment_image(ink)
    left, right = found.segments
    assert right.cut == 3, "pixels of ink on the seam"
    assert found.labels[0, 15] == left.contents[0] != found.labels[0, 105] == right.contents[0]


def test_dust_is_no_segment_but_belongs_to_the_nearest():
    ink = np.zeros((100, 200), dtype=bool)
    ink[:, 10:20] = True
    ink[90:92, 190:192] = True
    found = segment_image(ink)
    assert len(found.segments) == 1
    assert (found.labels == found.segments[0].contents[0]).all()
