"""How far the forward and backward pass in NumPy are from Keras' own: ``python -m benchmarks.numpy_passes``.

Printed are the largest differences: of the probabilities and of the gradients by every weight, for the
trained network of each preset, and for untrained ones of random recipes with 0 to 4 dense and 0 to 3
convolutional layers. Then those of the gradients, in NumPy, from central finite differences in float64.
"""

import dataclasses
from collections.abc import Iterable, Iterator

import keras
import numpy as np

from core.data import load_mnist
from core.inspection.backward import backward, cross_entropy
from core.inspection.forward import forward
from core.inspection.network import Network, read_network
from core.presets import PRESETS
from core.store.runs import RunStore
from tests.core.inspection.keras_passes import RECIPES, keras_gradients, with_biases

IMAGES = 32
# Of each layer, and how far each is moved.
WEIGHTS, MOVE = 40, 1e-5


def print_differences(name: str, models: Iterable[keras.Model]) -> None:
    """Print the largest differences of some networks from Keras."""
    dataset = load_mnist()
    images, labels = dataset.test_images[:IMAGES], dataset.test_labels[:IMAGES]
    forward_by, backward_by = 0.0, 0.0
    for model in models:
        probabilities, gradients = keras_gradients(model, images, labels)
        values = forward(read_network(model), images)
        found = backward(values, labels).gradients
        forward_by = max(forward_by, float(np.abs(values.probabilities - probabilities).max()))
        for layer, pair in gradients.items():
            for ours, theirs in zip((found[layer].kernel, found[layer].bias), pair, strict=True):
                backward_by = max(backward_by, float(np.abs(ours - theirs).max()))
    print(f"| {name} | {forward_by:.1e} | {backward_by:.1e} |", flush=True)


def finite_differences(network: Network) -> Iterator[tuple[float, float]]:
    """Yield the gradient by some weights of each layer, and what moving the weight says."""
    dataset, rng = load_mnist(), np.random.default_rng(0)
    images, labels = dataset.test_images[:IMAGES], dataset.test_labels[:IMAGES]
    gradients = backward(forward(network, images), labels).gradients
    for layer in network.weighted:
        for index in rng.integers(0, layer.kernel.size, WEIGHTS):
            place = np.unravel_index(index, layer.kernel.shape)
            losses = []
            for move in (MOVE, -MOVE):
                kernel = layer.kernel.astype(np.float64)
                kernel[place] += move
                moved = dataclasses.replace(layer, kernel=kernel)
                layers = tuple(moved if one is layer else one for one in network.layers)
                losses.append(cross_entropy(forward(Network(layers), images).logits, labels))
            yield float(gradients[layer.name].kernel[place]), (losses[0] - losses[1]) / (2 * MOVE)


def main() -> None:
    """Print both tables."""
    store = RunStore()
    print("| network | probabilities | gradients |\n|---|---|---|")
    for name in PRESETS:
        print_differences(name, [store.load_model(name)])
    random = [recipe for name, recipe in RECIPES.items() if name not in PRESETS]
    print_differences(f"{len(random)} random recipes", map(with_biases, random))
    print("\n| network | weights | largest difference from finite differences |\n|---|---|---|")
    for name in PRESETS:
        pairs = np.array(list(finite_differences(read_network(store.load_model(name)))))
        print(f"| {name} | {len(pairs)} | {np.abs(pairs[:, 0] - pairs[:, 1]).max():.1e} |", flush=True)


if __name__ == "__main__":
    main()
