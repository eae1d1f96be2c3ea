"""Draw the digits of `core.augmentation.drawn_digits`, in the forms of `scripts.characters`.

    python -m scripts.draw_digits

writes ``data/drawn_digits.npz``; takes a quarter of a minute.
"""

import argparse

import numpy as np

from core.augmentation.drawn_digits import FILE, OF_EACH
from scripts.characters import DIGITS, draw_character


def main() -> None:
    """Draw them and write the file."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    rng = np.random.default_rng(0)
    images = np.stack(
        [[draw_character(DIGITS[digit], rng) for _ in range(OF_EACH)] for digit in sorted(DIGITS)]
    )
    aside = FILE.with_suffix(".part.npz")
    np.savez_compressed(aside, images=images)
    aside.replace(FILE)
    print(f"{FILE.name}: {len(DIGITS)} × {OF_EACH} drawings, {FILE.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
