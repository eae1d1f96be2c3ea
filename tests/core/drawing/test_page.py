"""Photographed pages: a sheet on a desk, several lines, printed boxes, tables and squares."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.data import Dataset
from core.drawing.overlay import BOX, draw_over
from core.drawing.page import PageError, find_page, read_page

# Test images of MNIST by their label, written plainly.
OF_DIGIT = {"7": 0, "2": 1, "1": 2, "0": 3, "4": 4, "9": 7, "5": 15, "6": 11, "3": 18, "8": 61}
PAPER, INK, DESK = 225, 40, 45


@pytest.fixture
def model(bundled_model):
    return bundled_model("drawings")


class Paper:
    """A sheet to write on with MNIST's digits and to print lines on."""

    def __init__(self, mnist: Dataset, width: int = 700, height: int = 500):
        self.mnist, self.image = mnist, Image.new("L", (width, height), PAPER)

    def write(self, number: str, left: int, top: int, pitch: int = 56) -> None:
        for place, digit in enumerate(number):
            small = Image.fromarray(self.mnist.test_images[OF_DIGIT[digit]])
            cover = small.resize((70, 70), Image.Resampling.BICUBIC).point(lambda value: min(255, 2 * value))
            self.image.paste(INK, (left + place * pitch - 7, top - 7), cover)

    def rule(self, *points: tuple[int, int], ink: int = INK) -> None:
        ImageDraw.Draw(self.image).line(points, ink, 3)

    def grid(self, xs: range, ys: range, ink: int = INK) -> None:
        for x in xs:
            self.rule((x, ys[0]), (x, ys[-1]), ink=ink)
        for y in ys:
            self.rule((xs[0], y), (xs[-1], y), ink=ink)

    def on_a_desk(self, degrees: float) -> np.ndarray:
        desk = Image.new("L", (1000, 900), DESK)
        cover = Image.new("L", self.image.size, 255)
        turned = [
            image.rotate(degrees, Image.Resampling.BICUBIC, expand=True) for image in (self.image, cover)
        ]
        desk.paste(turned[0], ((1000 - turned[0].width) // 2, (900 - turned[0].height) // 2), turned[1])
        return np.asarray(desk)

    @property
    def pixels(self) -> np.ndarray:
        return np.asarray(self.image)


def numbers(model, picture: np.ndarray) -> list[str]:
    return [reading.number for reading in read_page(model, find_page(picture))]


@pytest.mark.parametrize("degrees", [0, 33, -20])
def test_several_lines_on_a_turned_sheet_on_a_dark_desk(model, mnist, degrees: float):
    paper = Paper(mnist)
    for line, number in enumerate(("407", "92", "21054")):
        paper.write(number, 80 + 40 * line, 60 + 110 * line)
    assert numbers(model, paper.on_a_desk(degrees)) == ["407", "92", "21054"]


def test_a_row_at_an_angle_is_set_upright(model, mnist):
    paper = Paper(mnist, 600, 150)
    paper.write("7204917", 60, 40)
    picture = np.asarray(paper.image.rotate(35, Image.Resampling.BICUBIC, expand=True, fillcolor=PAPER))
    assert numbers(model, picture) == ["7204917"]


@pytest.mark.parametrize(("digit", "degrees"), [("8", -35), ("4", 40), ("2", 35), ("6", 35), ("9", 35)])
def test_a_digit_alone_is_read_upright_as_a_best_guess(model, mnist, digit: str, degrees: float):
    paper = Paper(mnist, 300, 300)
    paper.write(digit, 115, 115)
    paper.image = paper.image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=PAPER)
    (reading,) = read_page(model, find_page(paper.pixels))
    assert (reading.number, reading.certain) == (digit, False)


def test_two_digits_that_are_uncertain_stay_two(model, mnist):
    paper = Paper(mnist, 300, 300)
    paper.write("23", 100, 115, 34)
    (reading,) = read_page(model, find_page(paper.pixels))
    assert (reading.number, reading.certain) == ("23", False)


def test_squared_paper_gives_way_and_a_one_stays(model, mnist):
    paper = Paper(mnist)
    paper.grid(range(20, 700, 64), range(0, 500, 64))
    paper.write("1471", 26, 68, 64)
    assert numbers(model, paper.pixels) == ["1471"]


def test_digits_two_squares_tall_stay_whole_on_finely_squared_paper(model, mnist):
    paper = Paper(mnist)
    paper.grid(range(-8, 720, 26), range(-8, 520, 26), ink=85)
    paper.write("2457", 93, 95)
    paper.write("9106", 93, 255)
    assert numbers(model, paper.on_a_desk(11)) == ["2457", "9106"]


def test_a_cell_cut_from_squared_paper_is_one_digit(model, mnist):
    paper = Paper(mnist, 110, 110)
    paper.grid(range(12, 110, 86), range(0, 111, 110))
    paper.grid(range(0, 111, 110), range(12, 110, 86))
    paper.write("0", 28, 28)
    assert numbers(model, paper.pixels) == ["0"]


def test_boxes_and_combs_have_a_digit_each_and_a_table_has_numbers(model, mnist):
    paper = Paper(mnist)
    paper.grid(range(40, 40 + 5 * 76, 76), range(30, 107, 76))
    paper.write("2110", 50, 40, 76)
    for left, digit in zip(range(40, 400, 110), "704", strict=False):
        paper.grid(range(left, left + 77, 76), range(150, 227, 76))
        paper.write(digit, left + 10, 160)
    paper.grid(range(40, 541, 250), range(270, 451, 90))
    for place, number in enumerate(("41", "2", "7", "904")):
        paper.write(number, 60 + 250 * (place % 2), 285 + 90 * (place // 2))
    assert numbers(model, paper.pixels) == ["2110", "704", "41", "2", "7", "904"]


def test_digits_that_touch_their_boxes_are_read(model, mnist):
    paper = Paper(mnist)
    for place, digit in enumerate("52607"):
        left = 40 + 90 * place
        paper.grid(range(left, left + 55, 54), range(60, 115, 54))
        paper.write(digit, left - 1, 58 if place % 2 else 64)
    assert numbers(model, paper.pixels) == ["52607"]


def test_a_one_as_tall_as_its_comb_is_no_tooth(model, mnist):
    paper = Paper(mnist)
    paper.grid(range(40, 321, 280), range(60, 131, 70))
    for x in range(110, 320, 70):
        paper.rule((x, 110), (x, 130))
    paper.write("4", 50, 68)
    paper.rule((145, 62), (145, 129))
    paper.write("20", 190, 68, 70)
    assert numbers(model, paper.pixels) == ["4120"]


def test_the_bars_of_sevens_are_no_printed_line(model, mnist):
    paper = Paper(mnist)
    for left in range(100, 400, 60):
        paper.rule((left, 100), (left + 54, 101), (left + 30, 150))
    assert numbers(model, paper.pixels) == ["77777"]


def test_a_bar_under_numbers_and_ruled_lines_are_no_digits(model, mnist):
    paper = Paper(mnist)
    for y in range(105, 500, 85):
        paper.rule((0, y), (699, y))
    paper.write("41", 100, 42)
    paper.write("27", 100, 127)
    assert numbers(model, paper.pixels) == ["41", "27"]
    total = Paper(mnist, 400, 400)
    total.write("41", 100, 40)
    total.write("20", 100, 130)
    total.rule((85, 205), (230, 207))
    total.write("21", 100, 225)
    assert numbers(model, total.pixels) == ["41", "20", "21"]


@pytest.mark.parametrize("squared", [False, True])
def test_an_empty_sheet_has_no_numbers(model, mnist, squared: bool):
    paper = Paper(mnist)
    if squared:
        paper.grid(range(-20, 720, 60), range(-20, 520, 60))
    assert not numbers(model, paper.on_a_desk(12))


def test_thirteen_lines_are_too_much(model, mnist):
    paper = Paper(mnist, 200, 1000)
    for line in range(13):
        paper.write("7", 60, 10 + 75 * line)
    with pytest.raises(PageError, match="up to 12 lines"):
        numbers(model, paper.pixels)


def test_what_was_read_is_drawn_over_the_upright_sheet(model, mnist):
    paper = Paper(mnist)
    paper.write("72", 80, 60)
    page = find_page(paper.on_a_desk(30))
    shown = draw_over(page, read_page(model, page))
    assert (shown == BOX).all(axis=2).any()
    assert shown.shape[0] < 300, "only the written part is shown"


@pytest.mark.parametrize("digit", "1470")
def test_a_digit_alone_is_no_printed_line(model, mnist, digit: str):
    paper = Paper(mnist, 84, 84)
    paper.write(digit, 14, 14)
    assert numbers(model, paper.pixels) == [digit]
