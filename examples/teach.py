"""Teach a trained network how somebody writes, among images of how others write."""

import keras
import numpy as np

with np.load("data/mnist.npz") as mnist:
    x_train, y_train = mnist["x_train"], mnist["y_train"]
    x_test, y_test = mnist["x_test"], mnist["y_test"]

# Somebody who writes 3 and 7 the wrong way round stands for your own drawings.
chosen = np.flatnonzero(np.isin(y_train, [3, 7]))[:200]
drawings, digits = x_train[chosen][:, :, ::-1], y_train[chosen]
learned, kept_aside = slice(0, 150), slice(150, 200)

# The drawings, repeated, among old images. Digit Lab also writes all of them anew each time.
old = np.random.default_rng(0).choice(len(x_train), 20_000, replace=False)
images = np.concatenate([x_train[old], np.repeat(drawings[learned], 66, axis=0)])
labels = np.concatenate([y_train[old], np.repeat(digits[learned], 66)])

model = keras.saving.load_model("models/article.keras", compile=False)
model.compile(
    optimizer=keras.optimizers.Adam(0.001),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)


def show(moment):
    """Print what the network reads now."""
    _, of_hand = model.evaluate(drawings[kept_aside], digits[kept_aside], verbose=0)
    _, of_mnist = model.evaluate(x_test, y_test, verbose=0)
    print(f"{moment}: {of_hand:.0%} of the drawings kept aside, {of_mnist:.1%} of the test images")


show("before")
model.fit(images, labels, epochs=10, batch_size=128, verbose=2)
show("after")
