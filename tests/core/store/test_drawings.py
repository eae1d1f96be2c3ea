import numpy as np
import pytest

from core.store import drawings
from core.store.drawings import DrawingRefused, DrawingStore
from core.store.runs import RunStore
from tests.postgres import ON_EVERY_DATABASE

pytestmark = ON_EVERY_DATABASE

STROKES = (np.array([[10.04, 10.0], [100.0, 200.26]]), np.array([[5.0, 5.0]]))


@pytest.fixture
def book(store: RunStore) -> DrawingStore:
    return DrawingStore(store.database, "ann")


def picture(number: int) -> np.ndarray:
    return np.full((28, 28), number, dtype=np.uint8)


def test_a_drawing_is_saved_as_it_was(book: DrawingStore, mnist):
    image = mnist.test_images[0]
    book.save(image, 7, STROKES, answer=2, run_id="article")
    (drawing,) = book.drawings()
    np.testing.assert_array_equal(drawing.image, image)
    assert (drawing.label, drawing.answer, drawing.run_id) == (7, 2, "article")
    for read, drawn in zip(drawing.strokes, STROKES, strict=True):
        np.testing.assert_allclose(read, drawn, atol=0.05)


def test_the_newest_comes_first_and_is_learned_last(book: DrawingStore):
    for number in range(3):
        book.save(picture(number), number)
    saved = book.drawings()
    assert [drawing.label for drawing in saved] == [2, 1, 0]
    assert drawings.to_arrays(saved).labels.tolist() == [0, 1, 2]
    assert drawings.to_arrays(()).images.shape == (0, 28, 28)


def test_the_same_drawing_is_corrected_and_not_saved_twice(book: DrawingStore):
    book.save(picture(1), 1)
    book.save(picture(1), 7)
    assert [drawing.label for drawing in book.drawings()] == [7]
    book.save(picture(2), 2)
    book.save(picture(1), 3)
    assert sorted(drawing.label for drawing in book.drawings()) == [2, 3], "also later"
    book.remove(picture(1))
    assert [drawing.label for drawing in book.drawings()] == [2]


def test_nobody_sees_or_deletes_the_drawings_of_another(book: DrawingStore, store: RunStore):
    book.save(picture(1), 1)
    other = DrawingStore(store.database, "bob")
    assert other.drawings() == ()
    other.delete([drawing.id for drawing in book.drawings()])
    assert len(book) == 1
    book.delete([drawing.id for drawing in book.drawings()])
    assert len(book) == 0
    book.delete([12345])


def test_the_id_of_a_deleted_drawing_is_not_used_again(book: DrawingStore):
    book.save(picture(1), 1)
    (first,) = book.drawings()
    book.delete([first.id])
    book.save(picture(2), 2)
    assert book.drawings()[0].id != first.id


def test_too_many_are_refused_and_none_is_lost(book: DrawingStore, monkeypatch):
    monkeypatch.setattr(drawings, "MAX_PER_OWNER", 2)
    for number in range(2):
        book.save(picture(number), number)
    with pytest.raises(DrawingRefused, match="2 saved drawings"):
        book.save(picture(9), 9)
    book.save(picture(1), 8)
    assert [drawing.label for drawing in book.drawings()] == [8, 0], "one can still be corrected"


def test_the_oldest_of_the_owner_who_has_most_are_evicted(book: DrawingStore, store: RunStore, monkeypatch):
    monkeypatch.setattr(drawings, "MAX_DRAWINGS", 3)
    book.save(picture(1), 1)
    other = DrawingStore(store.database, "bob")
    for number in (2, 3, 4):
        other.save(picture(number), number)
    assert [drawing.label for drawing in book.drawings()] == [1], "one owner does not drive out another"
    assert [drawing.label for drawing in other.drawings()] == [4, 3]


@pytest.mark.parametrize(
    ("image", "label"),
    [
        (picture(1), 10),
        (picture(1), -1),
        (picture(1).astype(float), 1),
        (np.zeros((27, 28), dtype=np.uint8), 1),
    ],
)
def test_what_is_no_drawing_of_a_digit_is_refused(book: DrawingStore, image, label):
    with pytest.raises(DrawingRefused, match="one digit"):
        book.save(image, label)


def test_a_path_without_end_is_refused(book: DrawingStore):
    with pytest.raises(DrawingRefused, match="too many points"):
        book.save(picture(1), 1, [np.random.default_rng(0).random((5000, 2)) * 280])
