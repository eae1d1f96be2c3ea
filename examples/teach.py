"""Fine-tune a trained network on somebody's handwriting, mixed with MNIST images."""

import keras
import numpy as np

with np.load("data/mnist.npz") as mnist:
    x_train, y_train = mnist["x_train"], mnist["y_train"]
    x_test, y_test = mnist["x_test"], mnist["y_test"]

# Somebody who writes mirrored 3s and 7s stands for your own drawings.
chosen = np.flatnonzero(np.isin(y_train, [3, 7]))[:200]
drawings, labels = x_train[chosen][:, :, ::-1], y_train[chosen]
training, validation = slice(0, 150), slice(150, 200)

# The drawings, repeated, mixed with images of MNIST. Digit Lab also augments all of them.
rehearsed = np.random.default_rng(0).choice(len(x_train), 20_000, replace=False)
x_mixed = np.concatenate([x_train[rehearsed], np.repeat(drawings[training], 66, axis=0)])
y_mixed = np.concatenate([y_train[rehearsed], np.repeat(labels[training], 66)])

model = keras.saving.load_model("models/article.keras", compile=False)
model.compile(
    optimizer=keras.optimizers.Adam(0.001),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)


def show(moment):
    """Print the accuracy on the drawings that were held out, and on MNIST's test images."""
    _, on_drawings = model.evaluate(drawings[validation], labels[validation], verbose=0)
    _, on_mnist = model.evaluate(x_test, y_test, verbose=0)
    print(f"{moment}: validation drawings {on_drawings:.0%}, MNIST test accuracy {on_mnist:.1%}")


show("Before")
model.fit(x_mixed, y_mixed, epochs=10, batch_size=128, verbose=2)
show("After")
