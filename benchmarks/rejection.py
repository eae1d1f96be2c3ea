"""Compare ways to tell that a drawing is no digit.

    python -m benchmarks.rejection [STROKES.json.gz] [--letters LETTERS.json.gz] [--fonts FOLDER] [--detector]

Each way rejects 2% and 5% of the digits: those of a file of pen digits, as `benchmarks.drawings`
takes it, or else of MNIST's test images. The tables say what share it rejects of the bundled
letters, symbols and scribbles, and, apart, of the pen letters of a file of the same form, and of the
letters of all fonts in a folder; and of the same digits as small pictures of a paint program. Debian
has handwriting fonts under the SIL Open Font License in the packages
fonts-breip, fonts-bwht, fonts-dkg-handwriting, fonts-ecolier-court, fonts-humor-sans,
fonts-klee, fonts-kristi and fonts-seto. No way has seen any of these.

With --detector only the app's own way is measured, by kind and by character.
"""

import argparse
import string
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from scipy.ndimage import gaussian_filter
from sklearn.decomposition import PCA

from benchmarks.drawings import load, place
from core.analysis.morphology import measure
from core.analysis.rejection import load_negatives
from core.data import MAX_PIXEL, Images, load_mnist
from core.drawing.detector import DEFAULT_FALSE_REJECTION_RATE, MAX_FALSE_REJECTION_RATE, load_detector
from core.drawing.neighbors import NEIGHBORS, load_neighbor_index
from core.drawing.strokes import MNIST_PEN_WIDTH, as_strokes, draw, strokes_to_mnist
from core.evaluation import predict
from core.ink import to_mnist
from core.store.runs import RunStore

FALSE_REJECTION_RATES = (0.02, 0.05)
# Pictures of a paint program, and pens, in pixels.
PAINTED_SIDES, PAINTED_PENS = (28, 64), (1.5, 4.0)
TIMED = 20
# Written like a digit, by most people or by some; chosen before anything was measured.
LIKE_DIGITS = frozenset("OoDQaIliZzSsYybGBgqJ")
# The same for characters written with a pen, as issue 23 lists them.
LIKE_PEN_DIGITS = frozenset("OoQDIil|LZzSsBbGgqTtYyJjUuhVvrCcn")
# Fonts are written with any pen: their lines are made bolder up to the one of MNIST.
BOLDEST = 14
FONT_SIZE = 200

Scores = npt.NDArray[np.floating]
Scorer = Callable[[Images], Scores]


def font_letters(folder: Path) -> Iterator[tuple[str, Images]]:
    """Return each letter of each font, 28×28, with lines about as wide as those of MNIST."""
    for path in sorted([*folder.rglob("*.ttf"), *folder.rglob("*.otf")]):
        font = ImageFont.truetype(str(path), FONT_SIZE)
        for letter in string.ascii_letters:
            for bold in range(0, BOLDEST, 2):
                left, top, right, bottom = font.getbbox(letter, stroke_width=bold)
                picture = Image.new("L", (int(right - left) + 8, int(bottom - top) + 8))
                ImageDraw.Draw(picture).text(
                    (4 - left, 4 - top), letter, font=font, fill=255, stroke_width=bold
                )
                image = to_mnist(np.asarray(picture))
                if image is None:
                    break
                if measure(image[np.newaxis]).thickness[0] >= MNIST_PEN_WIDTH or bold == BOLDEST - 2:
                    yield letter, image
                    break


def pixel_distance() -> Scorer:
    """Return the average distance to the five nearest training digits, blurred, in 50 components."""
    components = PCA(50, random_state=0)

    def blur(images: Images) -> npt.NDArray[np.float32]:
        return gaussian_filter(images.astype(np.float32), (0, 1, 1)).reshape(len(images), -1)

    blurred = blur(load_mnist().train_images)
    components.fit(blurred[:10_000])
    digits = components.transform(blurred)
    half_squares = (digits**2).sum(axis=1) / 2

    def score(images: Images) -> Scores:
        distances = []
        for point in components.transform(blur(images)):
            squares = 2 * np.partition(half_squares - digits @ point, NEIGHBORS)[:NEIGHBORS] + point @ point
            distances.append(np.sqrt(np.maximum(squares, 0)).mean())
        return np.array(distances)

    return score


def ways() -> Mapping[str, Scorer]:
    """Return what is compared; a higher score is less like a digit."""
    index, detector, store = load_neighbor_index(), load_detector(), RunStore()
    networks = {name: store.load_model(name) for name in ("article", "convolutional")}
    return {
        "uncertainty, article network": lambda images: 1 - predict(networks["article"], images).max(axis=1),
        "uncertainty, convolutional one": lambda images: (
            1 - predict(networks["convolutional"], images).max(axis=1)
        ),
        "nearest digits, pixels": pixel_distance(),
        "nearest digits, HOG": lambda images: index.nearest(images)[1].mean(axis=1),
        "the detector": lambda images: -detector.score(images),
    }


def pen_digits(path: Path) -> Images:
    """Return the digits of a file of strokes, drawn with MNIST's pen width."""
    digits = load(path)
    pictures = [strokes_to_mnist(as_strokes(digit["strokes"])) for digit in digits]
    return np.stack([picture for picture in pictures if picture is not None])


def painted_digits(path: Path) -> Images:
    """Return the same digits drawn without gray levels on a small picture, as with a paint program."""
    rng = np.random.default_rng(0)
    pictures = []
    for digit in load(path):
        side = int(rng.integers(PAINTED_SIDES[0], PAINTED_SIDES[1] + 1))
        pen = rng.uniform(*PAINTED_PENS) * side / PAINTED_SIDES[0]
        strokes = place(as_strokes(digit["strokes"]), rng.uniform(0.5, 0.85) * side, pen, rng, side)
        pictures.append(to_mnist(draw(strokes, pen, side, side) > MAX_PIXEL / 2))
    return np.stack([picture for picture in pictures if picture is not None])


def pen_characters(path: Path) -> dict[str, Images]:
    """Return capitals, small letters and symbols of a file of strokes that are not written like a digit."""
    kinds: dict[str, list[Images]] = {"pen capitals": [], "pen small": [], "pen symbols": []}
    for character in load(path):
        label, picture = str(character["label"]), strokes_to_mnist(as_strokes(character["strokes"]))
        if picture is not None and label not in LIKE_PEN_DIGITS:
            kind = "capitals" if label.isupper() else "small" if label.islower() else "symbols"
            kinds[f"pen {kind}"].append(picture)
    found = {kind: np.stack(pictures) for kind, pictures in kinds.items() if pictures}
    return found | {"pen, all": np.concatenate(list(found.values()))}


def negatives(letters: Path | None, fonts: Path | None) -> dict[str, Images]:
    """Return what is no digit, by kind."""
    drawn = load_negatives()
    others = {f"{kind}s": drawn.images[drawn.kinds == kind] for kind in ("letter", "symbol", "scribble")}
    others["all three"] = drawn.images
    if letters:
        others |= pen_characters(letters)
    if fonts:
        found = list(font_letters(fonts))
        for name, like in (("font letters", False), ("like digits", True)):
            others[name] = np.stack([image for letter, image in found if (letter in LIKE_DIGITS) is like])
    return others


def compare(digits: Images, others: Mapping[str, Images], painted: Images | None) -> None:
    """Print what each way rejects."""
    some = load_negatives().images[:TIMED]
    columns = {**others} if painted is None else {**others, "painted digits": painted}
    for way, scorer in ways().items():
        start = time.perf_counter()
        for image in some:
            scorer(image[np.newaxis])
        milliseconds = (time.perf_counter() - start) / TIMED * 1000
        print(f"{way}, {milliseconds:.1f} ms for a picture")
        of_digits = scorer(digits)
        scores = {name: scorer(images) for name, images in columns.items()}
        for rate in FALSE_REJECTION_RATES:
            limit = np.quantile(of_digits, 1 - rate)
            shares = (f"{name} {(score > limit).mean():.1%}" for name, score in scores.items())
            print(f"  {rate:.0%} of the digits: " + ", ".join(shares))


def show_detector(digits: Images, others: Mapping[str, Images], painted: Images | None) -> None:
    """Print what the app's detector rejects, by its false rejection rate on MNIST's test digits."""
    detector = load_detector()
    parts = {"digits": digits} | ({} if painted is None else {"painted digits": painted}) | dict(others)
    rates = (0.005, 0.01, DEFAULT_FALSE_REJECTION_RATE, 0.03, 0.04, 0.10, MAX_FALSE_REJECTION_RATE)
    print(f"\nthe detector of the app\n{'':16s}" + "".join(f"{rate:8.1%}" for rate in rates))
    for name, images in parts.items():
        p_values = detector.p_value(images)
        print(f"{name:16s}" + "".join(f"{(p_values < rate).mean():8.1%}" for rate in rates))


def show_characters(digits: Images, path: Path) -> None:
    """Print what share of each pen character the detector rejects where it rejects 2% of the digits."""
    detector, found = load_detector(), defaultdict(list)
    limit = np.quantile(detector.score(digits), FALSE_REJECTION_RATES[0])
    for character in load(path):
        picture = strokes_to_mnist(as_strokes(character["strokes"]))
        if picture is not None:
            found[str(character["label"])].append(picture)
    shares = {label: (detector.score(np.stack(images)) < limit).mean() for label, images in found.items()}
    for title, like in (("not written like digits", False), ("like digits", True)):
        chosen = sorted(
            (share, label) for label, share in shares.items() if (label in LIKE_PEN_DIGITS) is like
        )
        print(f"{title}: " + " ".join(f"{label} {share:.0%}" for share, label in chosen))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("strokes", type=Path, nargs="?")
    parser.add_argument("--letters", type=Path)
    parser.add_argument("--fonts", type=Path)
    parser.add_argument("--detector", action="store_true")
    arguments = parser.parse_args()

    others = negatives(arguments.letters, arguments.fonts)
    # Each image is compared with 60,000: a part of the test images will do.
    digits = pen_digits(arguments.strokes) if arguments.strokes else load_mnist().test_images[::5]
    painted = painted_digits(arguments.strokes) if arguments.strokes else None
    print(f"{len(digits)} digits, " + ", ".join(f"{len(images)} {name}" for name, images in others.items()))
    if not arguments.detector:
        compare(digits, others, painted)
    show_detector(digits, others, painted)
    if arguments.letters:
        show_characters(digits, arguments.letters)


if __name__ == "__main__":
    main()
