"""A picture from a file or a camera: opened with care, and its ink found.

Anyone who uploads a picture chooses every byte of it. So its size is read from its header
before anything is decoded, only six decoders are let near it, and it is made small at once.
"""

import io
import threading
import warnings

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError
from scipy import ndimage

from core.data import MAX_PIXEL
from core.drawing.illumination import light_on_dark, light_taken

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
# What files of these kinds are called; telephones write HEIC.
EXTENSIONS = ("png", "jpg", "jpeg", "webp", "bmp", "gif", "heic", "heif")
MAX_MEGABYTES = 25
# A JPEG, as cameras write it, is made small while it is decoded; of the others every pixel is
# needed, and of a progressive JPEG, which comes in several passes, six bytes for each.
MAX_MEGAPIXELS = {"JPEG": 64, "PNG": 25, "WEBP": 25, "BMP": 25, "GIF": 25, "HEIF": 25}
MAX_PROGRESSIVE_MEGAPIXELS = 16
# Pixels along the longer side of an opened picture. A digit of a twentieth of it still
# has twice as many as MNIST keeps.
WORKING_SIDE = 1000

# Ink takes at least this share of the light; fainter marks are the grain of the paper…
_FAINTEST = 0.12
# …and this many times the noise.
_NOISES = 8
# Between these shares of a pen's full ink, paper becomes full ink; halfway is the edge.
_PAPER, _FULL = 0.3, 0.7
# Spots with less than this share of the largest piece of ink are dirt.
_SPECK = 0.04
# Ink that the picture's edge cuts off counts from this share of the largest whole piece.
_CUT_OFF = 0.5
# Lines thinner than this share of the thickest stroke belong to the paper.
_HAIR = 0.2
# Pixels from the middle of a stroke's soft edge to the paper.
_SOFT_EDGE = 3

# Pixels that touch at a corner are one piece.
_AROUND = np.ones((3, 3))

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

# One picture at a time: a class of thirty would need gigabytes at once.
_decoding = threading.Lock()


class PictureError(ValueError):
    """Raised when a file is not a picture that can be opened. The message says what to do."""


def open_picture(content: bytes) -> npt.NDArray[np.uint8]:
    """Return the PNG, JPEG, WebP, BMP, GIF or HEIC picture in a file.

    It is turned upright as its EXIF data says. An animation gives its first picture.
    What is transparent becomes paper: like the rest where most is opaque; otherwise white,
    or black under light ink.

    Parameters
    ----------
    content : bytes
        The whole file, at most `MAX_MEGABYTES`.

    Returns
    -------
    ndarray of uint8, shape (height, width) or (height, width, 3)
        Gray or RGB, the longer side at most `WORKING_SIDE` pixels.

    Raises
    ------
    PictureError
        If the file is empty, too large, damaged, or not such a picture.
    """
    if not content:
        raise PictureError("This file is empty. Choose another picture.")
    if len(content) > MAX_MEGABYTES * 1_000_000:
        raise PictureError(f"This file is larger than {MAX_MEGABYTES} MB. Choose a smaller picture.")
    with _decoding:
        try:
            return _as_array(_decode(content))
        except PictureError:
            raise
        # A decoder that is fed a damaged file may raise any exception.
        except Exception as error:
            raise PictureError("This picture is damaged. Save or take it again.") from error


def _decode(content: bytes) -> Image.Image:
    """Return the picture, small, upright, in mode L, RGB or RGBA."""
    try:
        with warnings.catch_warnings(action="ignore", category=Image.DecompressionBombWarning):
            image: Image.Image = Image.open(io.BytesIO(content), formats=_formats_of(content))
    except UnidentifiedImageError as error:
        raise PictureError(
            "This file is not a PNG, JPEG, WebP, BMP, GIF or HEIC picture. Save it as one of these."
        ) from error
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(min(MAX_MEGAPIXELS.values())) from error
    # Photographs of several pictures (MPO) are JPEG as well.
    limit = MAX_MEGAPIXELS.get(image.format or "", MAX_MEGAPIXELS["JPEG"])
    if image.info.get("progressive"):
        limit = MAX_PROGRESSIVE_MEGAPIXELS
    if image.width * image.height > limit * 1_000_000:
        raise _too_many_pixels(limit)

    image.draft(None, (WORKING_SIDE, WORKING_SIDE))
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    elif image.has_transparency_data and image.mode != "RGBA":
        image = image.convert("RGBA")
    elif image.mode in ("1", "P"):
        image = image.convert("RGB")
    image.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
    if image.mode not in ("L", "RGB", "RGBA"):
        image = image.convert("RGB")
    return ImageOps.exif_transpose(image)


def _formats_of(content: bytes) -> tuple[str, ...]:
    """Return the decoders that may look at a file; that of HEIC is loaded only for what may be one."""
    if content[4:8] != b"ftyp":
        return FORMATS
    from pillow_heif import register_heif_opener

    register_heif_opener(thumbnails=False)
    return ("HEIF",)


def _too_many_pixels(limit: int) -> PictureError:
    return PictureError(f"This picture has more than {limit} million pixels. Choose a smaller one.")


def _as_array(image: Image.Image) -> npt.NDArray[np.uint8]:
    pixels = np.asarray(image)
    if image.mode != "RGBA":
        return pixels
    color, cover = pixels[..., :3].astype(np.float32), pixels[..., 3:].astype(np.float32) / MAX_PIXEL
    visible = color[cover[..., 0] > 0.5]
    if len(visible) == 0:
        ground = np.zeros(3)
    elif cover.mean() > 0.5:
        ground = np.median(visible, axis=0)
    else:
        ground = np.full(3, MAX_PIXEL if visible.mean() < MAX_PIXEL / 2 else 0)
    composed: npt.NDArray[np.uint8] = (color * cover + ground * (1 - cover)).round().astype(np.uint8)
    return composed


def find_ink(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return the ink of what is written on a picture.

    Dark on light or light on dark, in any color, under uneven light.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width) or (height, width, 3)
        Gray or RGB, as `open_picture` gives it.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        Amount of ink: 0 is paper, 255 is full ink. All 0 if nothing stands out from the
        paper: it is blank, or the whole picture is ink.
    """
    ink = as_ink(ink_tone(picture))
    if not ink.any():
        return as_pixels(ink)
    return as_pixels(np.where(written(ink), ink, 0))


def as_pixels(ink: Floats) -> npt.NDArray[np.uint8]:
    """Return an amount of ink, 0 to 1, as whole numbers from 0 to 255."""
    pixels: npt.NDArray[np.uint8] = (ink * MAX_PIXEL).round().astype(np.uint8)
    return pixels


def as_ink(tone: Floats) -> Floats:
    """Return the amount of ink, 0 to 1, of a tone as `ink_tone` gives it."""
    ink: Floats = np.clip((tone - _PAPER) / (_FULL - _PAPER), 0, 1)
    return ink


def ink_tone(picture: npt.NDArray[np.uint8], dark_ink: bool = False) -> Floats:
    """Return how dark each pixel is, with the lines and the dirt of the paper.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width) or (height, width, 3)
    dark_ink : bool, default False
        Whether the ink is known to be darker than the paper; otherwise the picture tells.

    Returns
    -------
    ndarray of float32, shape (height, width)
        About 0 is paper, 1 what most of the ink has; some is darker. All 0 if nothing stands out
        from the paper.
    """
    nothing = np.zeros(picture.shape[:2], dtype=np.float32)
    if picture.size == 0:
        return nothing
    channels = picture if picture.ndim == 3 else picture[..., np.newaxis]
    light = ndimage.gaussian_filter(channels.astype(np.float32), (0.7, 0.7, 0))
    if not dark_ink and light_on_dark(light):
        light = MAX_PIXEL - light
    taken = light_taken(light)

    # All channels count, each by how much the ink takes from it: yellow is seen in blue only.
    strength = taken.max(axis=2)
    color = taken[strength >= np.quantile(strength, 0.995)].mean(axis=0)
    amount = taken @ (color / max(float(np.linalg.norm(color)), 1e-6))

    level = np.median(amount)
    noise = 1.4826 * float(np.median(np.abs(amount - level)))
    amount -= level
    full = _full_ink(amount, max(_FAINTEST, _NOISES * noise))
    if full is None:
        return nothing
    tone: Floats = amount / full
    return tone


def _full_ink(amount: Floats, faintest: float) -> float | None:
    """Return the share of light that the middle of a stroke takes, or None if there is no stroke."""
    standing_out = amount[amount > faintest]
    if len(standing_out) < 4:
        return None
    # Half of what takes more than half of the most is edge, and half is full ink.
    most = np.quantile(standing_out, 0.98)
    return float(np.median(standing_out[standing_out > most / 2]))


def written(ink: Floats) -> Mask:
    """Return where somebody wrote, with the soft edges of the ink.

    Specks and lines of the paper are left out, and so is ink that the edge of the picture
    cuts off, unless it is as large as the rest.
    """
    half = ink > 0.5
    pieces, count = ndimage.label(half, _AROUND)
    area = np.bincount(pieces.ravel())
    area[0] = 0
    cut = np.zeros(count + 1, dtype=bool)
    for side in (pieces[0], pieces[-1], pieces[:, 0], pieces[:, -1]):
        cut[side] = True
    area[cut & (area < _CUT_OFF * area[~cut].max(initial=0))] = 0

    thick = (area > 0)[pieces]
    place = _around(thick, 1)
    depth = ndimage.distance_transform_edt(thick[place])
    hair = _HAIR * depth.max(initial=0)
    strokes, count = ndimage.label(depth > hair, _AROUND)
    area = np.bincount(strokes.ravel(), minlength=1)
    area[0] = 0
    kept = np.zeros(ink.shape, dtype=bool)
    kept[place] = (area > _SPECK * area.max())[strokes]
    place = _around(kept, int(np.ceil(hair)) + _SOFT_EDGE)
    mask = np.zeros(ink.shape, dtype=bool)
    mask[place] = ndimage.distance_transform_edt(~kept[place]) < hair + _SOFT_EDGE
    return mask


def _around(mask: Mask, margin: int) -> tuple[slice, ...]:
    """Return the box around what is marked, with a margin; where nothing is, an empty one."""
    found = ndimage.find_objects(mask.astype(np.int8))
    if not found:
        return slice(0), slice(0)
    return tuple(slice(max(0, side.start - margin), side.stop + margin) for side in found[0])
