import numpy as np
import pytest
from PIL import Image

from core.data import Dataset
from core.drawing.number import looks_like_several, read_number_from_image, read_number_from_strokes
from core.drawing.segmentation import NumberError, segment_image
from core.drawing.strokes import as_strokes, draw
from core.ink import ink_box

# Digits as people write them, 100 units tall: their strokes by corners.
ONE = [[(20, 0), (20, 100)]]
FLAGGED_ONE = [[(0, 30), (28, 0)], [(30, 0), (30, 100)], [(8, 100), (52, 100)]]
FOUR = [[(30, 0), (0, 62), (66, 62)], [(46, 25), (46, 100)]]
FIVE = [
    [(8, 5), (5, 48), (30, 40), (55, 52), (58, 75), (40, 96), (18, 98), (0, 88)],
    [(12, 0), (62, 0)],
]
SEVEN = [[(0, 0), (60, 0), (38, 45), (22, 100)], [(14, 52), (54, 48)]]
THREE = [[(4, 10), (25, 0), (50, 10), (48, 34), (22, 46), (52, 58), (54, 84), (28, 100), (0, 90)]]


SLASHED = [(70, -5), (-4, 104)]
SPLIT_FOUR = [[(22, 0), (0, 60), (60, 60)], [(66, 18), (66, 100)]]
SPLIT_FIVE = [FIVE[0], [(16, -8), (70, -12)]]


def zero() -> list[np.ndarray]:
    turn = np.linspace(-np.pi / 2, 1.5 * np.pi, 40)
    return [np.column_stack([32 + 32 * np.cos(turn), 50 + 50 * np.sin(turn)])]


def side_by_side(*digits, gap: float = 35.0, pen_lifted: bool = True):
    """Strokes of a number, each digit this far right of the one before."""
    end, strokes = 0.0, []
    for digit in digits:
        own = [np.array(stroke, dtype=float) for stroke in digit]
        points = np.concatenate(own)
        strokes += [stroke + np.array([end - points[:, 0].min(), 0.0]) for stroke in own]
        end += np.ptp(points[:, 0]) + gap
    return as_strokes(strokes if pen_lifted else [np.concatenate(strokes)])


def picture(mnist: Dataset, indices, gap: int) -> tuple[np.ndarray, str]:
    """Test images of MNIST with their ink this far apart, three times as large, and the number."""
    crops = []
    for index in indices:
        box = ink_box(mnist.test_images[index])
        crop = Image.fromarray(mnist.test_images[index][box.top : box.bottom, box.left : box.right])
        crops.append(np.asarray(crop.resize((3 * crop.width, 3 * crop.height))))
    canvas = np.zeros((90, sum(crop.shape[1] + abs(gap) for crop in crops) + 20), dtype=np.uint8)
    left = 10
    for crop in crops:
        place = canvas[80 - crop.shape[0] : 80, left : left + crop.shape[1]]
        np.maximum(place, crop, out=place)
        left += crop.shape[1] + gap
    return canvas, "".join(str(mnist.test_labels[index]) for index in indices)


@pytest.fixture
def model(bundled_model):
    return bundled_model("convolutional")


@pytest.mark.parametrize(
    ("strokes", "several"),
    [
        (side_by_side(ONE, SEVEN), True),
        (side_by_side(THREE, zero()), True),
        (side_by_side(FOUR, zero(), SEVEN), True),
        (side_by_side(FIVE, FOUR, gap=20), True),
        (side_by_side(ONE), False),
        (side_by_side(FLAGGED_ONE), False),
        (side_by_side(FIVE), False),
        (side_by_side(SPLIT_FIVE), False),
        (side_by_side(SEVEN), False),
        (side_by_side([*zero(), SLASHED]), False),
        (side_by_side(SPLIT_FOUR), False),
        ((), False),
    ],
)
def test_several_digits_are_told_from_one_in_pieces(model, strokes, several: bool):
    assert looks_like_several(model, strokes) is several


@pytest.mark.parametrize(
    ("strokes", "number"),
    [
        (side_by_side(FOUR), "4"),
        (side_by_side(FIVE), "5"),
        (side_by_side(SEVEN), "7"),
        (side_by_side(FLAGGED_ONE), "1"),
        (side_by_side(ONE, zero()), "10"),
        (side_by_side(zero(), zero(), gap=0), "00"),
        (side_by_side(FOUR, zero(), SEVEN), "407"),
        (side_by_side(FIVE, FOUR, gap=20), "54"),
        (side_by_side(THREE, FLAGGED_ONE, ONE), "311"),
        (side_by_side(SEVEN, SEVEN, FIVE, ONE), "7751"),
    ],
)
def test_strokes_side_by_side_are_a_number(model, strokes, number):
    for size in (0.5, 2.5):
        reading = read_number_from_strokes(model, [stroke * size + 11 for stroke in strokes])
        assert reading is not None
        assert reading.number == number


def test_a_seven_may_be_crossed_at_the_end(model):
    seven, one = side_by_side(SEVEN), side_by_side(SEVEN, ONE)[-1:]
    assert read_number_from_strokes(model, (seven[0], *one, seven[1])).number == "71"


def test_two_digits_without_lifting_the_pen_are_two(model):
    assert read_number_from_strokes(model, side_by_side(THREE, THREE, pen_lifted=False)).number == "33"


@pytest.mark.parametrize("digits", [(FOUR, SEVEN[:1]), (THREE, zero()), (ONE, THREE), (zero(), zero())])
def test_digits_that_are_linked_from_end_to_start_are_read(model, digits):
    apart, joined = (side_by_side(*digits, gap=12, pen_lifted=lifted) for lifted in (True, False))
    reading = read_number_from_strokes(model, joined)
    assert reading.number == read_number_from_strokes(model, apart).number
    assert len(reading.digits) == 2


def test_it_is_told_when_another_number_may_be_written(model):
    assert read_number_from_strokes(model, side_by_side(THREE, zero(), FOUR)).certain
    # The bar of the seven may be the link between a zero and a one.
    joined = side_by_side(zero(), SEVEN[:1], gap=12, pen_lifted=False)
    assert not read_number_from_strokes(model, joined).certain


@pytest.mark.parametrize("height", [100, 180])
def test_two_lines_beside_each_other_are_never_a_one_without_a_warning(model, height):
    lines = [np.column_stack([np.full(20, left), np.linspace(40, 40 + height, 20)]) for left in (100, 116)]
    for reading in (
        read_number_from_strokes(model, as_strokes(lines)),
        read_number_from_image(model, draw(lines, 12, 300, 260)),
    ):
        assert reading.number == "11" or not reading.certain


def test_what_the_detector_takes_for_one_digit_is_not_cut(model, mnist: Dataset):
    wide_five = np.kron(mnist.test_images[7240], np.ones((3, 3), dtype=np.uint8))
    assert len(segment_image(wide_five > 76).segments) > 1
    assert read_number_from_image(model, wide_five).number == "5"


def test_a_speck_beside_the_digits_is_no_digit(model):
    speck = np.array([[200.0, 90.0], [203.0, 92.0]])
    assert read_number_from_strokes(model, (*side_by_side(THREE, ONE), speck)).number == "31"


def test_each_digit_says_where_it_is_and_what_was_seen(model):
    reading = read_number_from_strokes(model, side_by_side(FOUR, zero()))
    four, second = reading.digits
    assert (four.box.left, four.box.top, four.box.right, four.box.bottom) == (0, 0, 66, 100)
    assert (second.box.left, second.box.right) == (101, 165)
    for digit in reading.digits:
        assert digit.image.shape == (28, 28)
        assert digit.image.dtype == np.uint8
        assert digit.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_test_images_side_by_side_are_read(model, mnist: Dataset):
    found = [
        read_number_from_image(model, drawn).number == number
        for drawn, number in (picture(mnist, range(start, start + 4), gap=10) for start in range(0, 80, 4))
    ]
    assert np.mean(found) >= 0.85


def test_test_images_that_touch_are_mostly_counted_right(model, mnist: Dataset):
    found = [
        len(read_number_from_image(model, drawn).digits) == 2
        for drawn, _ in (picture(mnist, (start, start + 1), gap=-3) for start in range(0, 80, 2))
    ]
    assert np.mean(found) >= 0.6


def test_a_single_digit_stays_one(model, mnist: Dataset):
    counts = [
        len(read_number_from_image(model, mnist.test_images[index]).digits) for index in range(0, 2000, 10)
    ]
    assert np.mean(np.array(counts) == 1) >= 0.99


def test_a_box_in_a_large_picture_is_around_its_digit(model, mnist: Dataset):
    drawn, number = picture(mnist, (0, 1, 2), gap=12)
    large = np.kron(drawn, np.ones((5, 5), dtype=np.uint8))
    reading = read_number_from_image(model, large / 255)
    assert reading.number == number
    whole = ink_box(large)
    assert reading.digits[0].box.left == pytest.approx(whole.left, abs=20)
    assert reading.digits[-1].box.right == pytest.approx(whole.right, abs=20)


def test_nothing_drawn_is_none(model):
    assert read_number_from_strokes(model, ()) is None
    assert read_number_from_image(model, np.zeros((280, 700), dtype=np.uint8)) is None


def test_a_dot_and_all_ink_are_answered(model):
    assert len(read_number_from_strokes(model, as_strokes([[(5, 5)]])).digits) == 1
    assert read_number_from_image(model, np.full((280, 700), 255, dtype=np.uint8)) is not None


def test_too_many_digits_or_marks_raise_a_sentence(model):
    with pytest.raises(NumberError, match="up to 12 digits"):
        read_number_from_strokes(model, side_by_side(*[ONE] * 13))
    rng = np.random.default_rng(0)
    scribble = [rng.random((3, 2)) * 30 + np.array([10 * i, 0]) for i in range(900)]
    with pytest.raises(NumberError, match="up to 12 digits"):
        read_number_from_strokes(model, as_strokes(scribble))
    noise = np.where(rng.random((280, 700)) < 0.02, 255, 0).astype(np.uint8)
    with pytest.raises(NumberError, match="up to 12 digits"):
        read_number_from_image(model, noise)


def test_a_color_picture_is_an_error(model):
    with pytest.raises(ValueError, match="gray"):
        read_number_from_image(model, np.zeros((10, 10, 3)))
