"""Pooled drawings: a split by person, and why a split by images flatters."""

import numpy as np

# A class's drawings, as the page saves them: images (n, 28, 28), labels (n,), and whose each is (n,).
# Here sixty of MNIST's writers stand for a class.
with np.load("data/mnist.npz") as mnist, np.load("data/mnist_writers.npz") as known:
    images, labels, writers = mnist["x_train"], mnist["y_train"], known["train_writer"]
chosen = np.isin(writers, np.unique(writers)[:60])
images, labels, people = images[chosen] / 255.0, labels[chosen], writers[chosen]


def accuracy(train, test):
    """Return the share of test images whose nearest training image has their label."""
    known, asked = images[train].reshape(-1, 784), images[test].reshape(-1, 784)
    distances = (known**2).sum(axis=1) - 2 * asked @ known.T
    return (labels[train][distances.argmin(axis=1)] == labels[test]).mean()


# By images: a person's digits may be on both sides, so the test asks about handwriting it has seen.
random = np.random.default_rng(0).random(len(labels)) < 0.25
print(f"Split by images: {accuracy(~random, random):.1%}")

# By person: every fourth person is held out, with all of their digits.
seats = np.unique(people, return_inverse=True)[1]
held_out = seats % 4 == 1
assert not set(people[held_out]) & set(people[~held_out])
print(f"Split by person: {accuracy(~held_out, held_out):.1%}")
