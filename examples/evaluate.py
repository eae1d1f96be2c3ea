"""Measure a trained network with NumPy and scikit-learn."""

import keras
import numpy as np
from sklearn.metrics import classification_report, confusion_matrix

with np.load("data/mnist.npz") as mnist:
    x_test, y_test = mnist["x_test"], mnist["y_test"]

model = keras.saving.load_model("models/article.keras", compile=False)
probabilities = model.predict(x_test, verbose=0)  # shape (10000, 10)
predictions = probabilities.argmax(axis=1)

print(f"Test accuracy: {(predictions == y_test).mean():.2%}")
print(confusion_matrix(y_test, predictions))  # row: true label, column: predicted label
print(classification_report(y_test, predictions, digits=3))

errors = np.flatnonzero(predictions != y_test)
most_confident = errors[probabilities[errors].max(axis=1).argsort()[::-1]]
for index in most_confident[:5]:
    print(f"test image {index}: true {y_test[index]} → predicted {predictions[index]}")
