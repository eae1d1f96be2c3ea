"""Bring a drawing to MNIST's form, and predict its class."""

import keras
import numpy as np

with np.load("data/mnist.npz") as mnist:
    drawing = np.kron(mnist["x_test"][0], np.ones((10, 10)))  # stands for your own picture

# Crop to the ink.
rows, columns = np.nonzero(drawing > 25)
ink = drawing[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]

# Fit it into 20×20 keeping its shape: average the pixels that fall into each new one.
scale = 20 / max(ink.shape)
small = np.zeros((28, 28))
weight = np.zeros((28, 28))
y, x = np.indices(ink.shape)
center_y, center_x = (y * ink).sum() / ink.sum(), (x * ink).sum() / ink.sum()

# The center of mass goes to pixel 14 of 28 in both directions, as in MNIST.
new_y = ((y - center_y) * scale + 14.5).astype(int).clip(0, 27)
new_x = ((x - center_x) * scale + 14.5).astype(int).clip(0, 27)
np.add.at(small, (new_y, new_x), ink)
np.add.at(weight, (new_y, new_x), 1)
image = small / np.maximum(weight, 1)

model = keras.saving.load_model("models/article.keras", compile=False)
probabilities = np.asarray(model(image[np.newaxis]))[0]
print(f"Prediction: {probabilities.argmax()}, confidence {probabilities.max():.1%}")
