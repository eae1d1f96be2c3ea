import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pillow_heif import register_heif_opener

from benchmarks.drawings import CANVAS
from benchmarks.photos import LOOKS, as_file, photograph, written
from core.drawing import photo
from core.drawing.photo import PictureError, find_ink, open_picture
from core.ink import to_mnist

register_heif_opener()
SEVEN = [[[0, 0], [600, 0], [200, 1000]]]


def saved(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


def page(mode: str = "RGB") -> Image.Image:
    """A dark stroke down the left of a white page, 400 wide and 200 high."""
    image = Image.new("L", (400, 200), 255)
    ImageDraw.Draw(image).line((60, 40, 60, 160), fill=0, width=16)
    return image.convert(mode)


def left_of_middle(ink: np.ndarray) -> bool:
    return np.nonzero(ink)[1].mean() < ink.shape[1] / 2


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "HEIF"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_six_kinds_of_pictures(kind: str, mode: str):
    ink = find_ink(open_picture(saved(page(mode), kind)))
    assert ink.shape == (200, 400)
    assert ink[100, 60] == 255
    assert not ink[:, 200:].any()


@pytest.mark.parametrize("mode", ["1", "P", "LA", "RGBA", "I;16", "I", "CMYK"])
def test_modes(mode: str):
    if mode.startswith("I"):
        sixteen = np.asarray(page("L")).astype(np.uint16) * 257
        content = saved(Image.fromarray(sixteen))
    else:
        content = saved(page(mode), "JPEG" if mode == "CMYK" else "PNG")
    opened = open_picture(content)
    assert opened.dtype == np.uint8
    assert opened[10, 10].min() > 240
    assert opened[100, 60].max() < 30


def test_a_picture_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    turned = page().transpose(Image.Transpose.ROTATE_90)
    ink = find_ink(open_picture(saved(turned, "JPEG", exif=exif)))
    assert ink.shape == (200, 400)
    assert left_of_middle(ink)


def test_a_photograph_of_a_telephone_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = page().transpose(Image.Transpose.ROTATE_90)
    assert left_of_middle(find_ink(open_picture(saved(turned, "HEIF", exif=exif.tobytes()))))


def test_broken_exif_data_is_ignored():
    content = saved(page(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\x01" * 9)
    assert open_picture(content).shape == (200, 400, 3)


@pytest.mark.parametrize("value", [0, 255], ids=["dark", "light"])
def test_transparent_paper_contrasts_with_the_ink(value: int):
    cover = 255 - np.asarray(page("L"))
    color = np.full((200, 400, 3), value, np.uint8)
    ink = find_ink(open_picture(saved(Image.fromarray(np.dstack([color, cover])))))
    assert ink[100, 60] == 255
    assert not ink[:, 200:].any()


def test_round_corners_become_paper():
    image = page("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 30, 30))
    assert open_picture(saved(image))[5, 5].tolist() == [255, 255, 255]


def test_all_transparent_is_blank():
    assert not find_ink(open_picture(saved(Image.new("RGBA", (50, 50))))).any()


def test_a_large_picture_is_made_small():
    content = saved(page().resize((4000, 2000)), "JPEG")
    assert open_picture(content).shape == (500, 1000, 3)


def test_of_an_animation_the_first_picture():
    blank = Image.new("RGB", (400, 200))
    for kind in ("WEBP", "PNG", "GIF"):
        content = saved(page(), kind, save_all=True, append_images=[blank] * 50)
        assert find_ink(open_picture(content))[100, 60] == 255


def bomb(side: int) -> bytes:
    """A PNG of a few hundred bytes that says it is very large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(999)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty"),
        (
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3 a document called digit.png",
            "not a PNG, JPEG, WebP, BMP, GIF or HEIC picture",
        ),
        (b"seven", "not a PNG, JPEG, WebP, BMP, GIF or HEIC picture"),
        (saved(Image.new("L", (9, 9)), "TIFF"), "not a PNG, JPEG, WebP, BMP, GIF or HEIC picture"),
        (
            struct.pack("<6sHHBBB", b"GIF89a", 60_000, 60_000, 0, 0, 0)
            + struct.pack("<cHHHHB", b",", 0, 0, 60_000, 60_000, 0)
            + b"\2\2\x4c\1\0;",
            "more than 25 million pixels",
        ),
        (saved(page(), "HEIF")[:-400], "GIF or HEIC picture|damaged"),
        (struct.pack(">I", 24) + b"ftypheic" + bytes(40), "GIF or HEIC picture|damaged"),
        (saved(Image.new("L", (6_000, 5_000)), "BMP")[:99], "more than 25 million pixels"),
        (saved(page(), "JPEG")[:-900], "damaged"),
        (saved(page(), "PNG")[:200], "damaged"),
        (saved(page(), "WEBP")[:200], "PNG, JPEG, WebP|damaged"),
        (bomb(6_000), "more than 25 million pixels"),
        (bomb(12_000), "more than 25 million pixels"),
        (bomb(60_000), "more than 25 million pixels"),
        (bytes(photo.MAX_MEGABYTES * 1_000_000 + 1), "larger than 25 MB"),
    ],
    ids=[
        "empty",
        "pdf",
        "text",
        "tiff",
        "gif bomb",
        "heic cut",
        "heic stub",
        "bmp",
        "jpeg cut",
        "png cut",
        "webp cut",
        "36",
        "144",
        "3600",
        "large",
    ],
)
def test_what_cannot_be_opened_raises_a_sentence(content: bytes, sentence: str):
    # The bombs are cut short as well: decoded, they would be called damaged.
    with pytest.raises(PictureError, match=sentence) as raised:
        open_picture(content)
    assert str(raised.value).endswith(".")


def test_a_damaged_picture_does_not_block_the_next():
    for _ in range(2):
        with pytest.raises(PictureError):
            open_picture(saved(page())[:200])
    assert open_picture(saved(page())).shape == (200, 400, 3)


@pytest.mark.parametrize("name", LOOKS)
def test_a_digit_is_found_on_every_kind_of_photograph(name: str):
    rng = np.random.default_rng(1)
    drawing = written(SEVEN, CANVAS * 0.5, rng)
    content = as_file(photograph(drawing, LOOKS[name], rng), LOOKS[name], rng)
    clean, found = to_mnist(drawing), to_mnist(find_ink(open_picture(content)))
    assert np.abs(clean.astype(float) - found).sum() / clean.sum() < 0.2


@pytest.mark.parametrize("name", ["plain", "hard shadow", "light on dark", "poor camera"])
def test_blank_paper_has_no_ink(name: str):
    rng = np.random.default_rng(2)
    empty = np.zeros((CANVAS, CANVAS), np.uint8)
    picture = open_picture(as_file(photograph(empty, LOOKS[name], rng), LOOKS[name], rng))
    assert to_mnist(find_ink(picture)) is None


@pytest.mark.parametrize("value", [0, 128, 255])
def test_one_even_color_is_blank(value: int):
    assert not find_ink(np.full((60, 80, 3), value, np.uint8)).any()


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (1, 500), (500, 1), (2, 2, 3)])
def test_tiny_pictures_have_no_ink_and_do_no_harm(shape: tuple[int, ...]):
    assert find_ink(np.full(shape, 90, np.uint8)).shape == shape[:2]


def test_two_digits_are_both_found():
    side_by_side = np.zeros((300, 600), np.uint8) + 250
    ImageDraw.Draw(image := Image.fromarray(side_by_side)).line((100, 60, 100, 240), fill=20, width=20)
    ImageDraw.Draw(image).line((450, 60, 500, 240), fill=20, width=20)
    columns = np.flatnonzero(find_ink(np.asarray(image)).any(axis=0))
    assert columns.min() < 100
    assert columns.max() > 450


def test_a_jpeg_that_comes_in_passes_may_have_fewer_pixels(monkeypatch):
    content = io.BytesIO()
    Image.new("L", (1500, 1500), 255).save(content, "JPEG", progressive=True)
    assert open_picture(content.getvalue()).shape == (1000, 1000)
    monkeypatch.setattr(photo, "MAX_PROGRESSIVE_MEGAPIXELS", 2)
    with pytest.raises(PictureError, match="more than 2 million pixels"):
        open_picture(content.getvalue())


def test_a_sheet_of_which_a_corner_is_lit_is_no_blackboard():
    image = Image.new("L", (400, 300), 225)
    for left in range(60, 180, 30):
        ImageDraw.Draw(image).line((left, 100, left + 6, 140), fill=60, width=4)
    light = np.full((300, 400), 0.45)
    light[:105, :140] = 1
    ink = find_ink((np.asarray(image) * light).astype(np.uint8))
    assert ink[120, 63] == 255
    assert not ink[:80].any()
