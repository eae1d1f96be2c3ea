import numpy as np
import pytest

from core.store import drawings
from core.store.drawings import DrawingRefused, Sketchbook
from core.store.runs import RunStore

STROKES = (np.array([[10.04, 10.0], [100.0, 200.26]]), np.array([[5.0, 5.0]]))


@pytest.fixture
def book(store: RunStore) -> Sketchbook:
    return Sketchbook(store.database, "ann")


def picture(number: int) -> np.ndarray:
    return np.full((28, 28), number, dtype=np.uint8)


def test_a_drawing_is_kept_as_it_was(book: Sketchbook, mnist):
    image = mnist.test_images[0]
    book.keep(image, 7, STROKES, answer=2, run_id="article")
    (drawing,) = book.drawings()
    np.testing.assert_array_equal(drawing.image, image)
    assert (drawing.label, drawing.answer, drawing.run_id) == (7, 2, "article")
    for read, drawn in zip(drawing.strokes, STROKES, strict=True):
        np.testing.assert_allclose(read, drawn, atol=0.05)


def test_the_newest_comes_first_and_is_learned_last(book: Sketchbook):
    for number in range(3):
        book.keep(picture(number), number)
    kept = book.drawings()
    assert [drawing.label for drawing in kept] == [2, 1, 0]
    assert drawings.to_learn(kept).labels.tolist() == [0, 1, 2]
    assert drawings.to_learn(()).images.shape == (0, 28, 28)


def test_the_same_drawing_is_corrected_and_not_kept_twice(book: Sketchbook):
    book.keep(picture(1), 1)
    book.keep(picture(1), 7)
    assert [drawing.label for drawing in book.drawings()] == [7]
    book.keep(picture(2), 2)
    book.keep(picture(1), 3)
    assert sorted(drawing.label for drawing in book.drawings()) == [2, 3], "also later"
    book.drop(picture(1))
    assert [drawing.label for drawing in book.drawings()] == [2]


def test_nobody_sees_or_deletes_the_drawings_of_another(book: Sketchbook, store: RunStore):
    book.keep(picture(1), 1)
    other = Sketchbook(store.database, "bob")
    assert other.drawings() == ()
    other.delete([drawing.id for drawing in book.drawings()])
    assert len(book) == 1
    book.delete([drawing.id for drawing in book.drawings()])
    assert len(book) == 0
    book.delete([12345])


def test_the_id_of_a_deleted_drawing_is_not_used_again(book: Sketchbook):
    book.keep(picture(1), 1)
    (first,) = book.drawings()
    book.delete([first.id])
    book.keep(picture(2), 2)
    assert book.drawings()[0].id != first.id


def test_too_many_are_refused_and_none_is_lost(book: Sketchbook, monkeypatch):
    monkeypatch.setattr(drawings, "MAX_OF_OWNER", 2)
    for number in range(2):
        book.keep(picture(number), number)
    with pytest.raises(DrawingRefused, match="2 drawings already"):
        book.keep(picture(9), 9)
    book.keep(picture(1), 8)
    assert [drawing.label for drawing in book.drawings()] == [8, 0], "one can still be corrected"


def test_the_oldest_of_all_make_room(book: Sketchbook, store: RunStore, monkeypatch):
    monkeypatch.setattr(drawings, "MAX_DRAWINGS", 2)
    book.keep(picture(1), 1)
    other = Sketchbook(store.database, "bob")
    other.keep(picture(2), 2)
    other.keep(picture(3), 3)
    assert len(book) == 0
    assert len(other) == 2


@pytest.mark.parametrize(
    ("image", "label"),
    [
        (picture(1), 10),
        (picture(1), -1),
        (picture(1).astype(float), 1),
        (np.zeros((27, 28), dtype=np.uint8), 1),
    ],
)
def test_what_is_no_drawing_of_a_digit_is_refused(book: Sketchbook, image, label):
    with pytest.raises(DrawingRefused, match="one digit"):
        book.keep(image, label)


def test_a_path_without_end_is_refused(book: Sketchbook):
    with pytest.raises(DrawingRefused, match="too long"):
        book.keep(picture(1), 1, [np.random.default_rng(0).random((5000, 2)) * 280])
