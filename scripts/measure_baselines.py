"""Measure the baselines on the presets' training images: ``python -m scripts.measure_baselines``.

It writes ``models/baselines.csv`` and takes minutes, on one core.
"""

from core.analysis.measured_baselines import CLASSIFIERS, measure
from core.data import load_mnist
from core.presets import PRESETS
from core.sampling import select, selection_key, take
from core.store.baselines import BUNDLED_BASELINES


def main() -> None:
    """Measure every classifier once for each choice of training images."""
    mnist = load_mnist()
    lines = ["selection,name,images,accuracy,seconds"]
    recipes = {selection_key(recipe): recipe for recipe in PRESETS.values()}
    for key, recipe in recipes.items():
        selection = select(recipe, mnist)
        images = take(mnist.train_images, selection.fit)
        for name in CLASSIFIERS:
            found = measure(name, images, selection.fit_labels, mnist.test_images, mnist.test_labels)
            lines.append(f"{key},{name},{found.images},{found.accuracy:.4f},{found.seconds:.1f}")
            print(f"{name}, {found.images:,} images: {found.accuracy:.2%}, {found.seconds:.1f} s", flush=True)
    part = BUNDLED_BASELINES.with_suffix(".part")
    part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    part.replace(BUNDLED_BASELINES)


if __name__ == "__main__":
    main()
