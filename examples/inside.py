"""Look inside the article network in NumPy: its forward pass, one step of learning, pruning, and a map."""

import keras
import numpy as np

with np.load("data/mnist.npz") as mnist:
    images, labels = mnist["x_test"], mnist["y_test"]
    image, label = images[0], labels[0]

model = keras.saving.load_model("models/article.keras", compile=False)
w1, b1, w2, b2 = model.get_weights()

# The forward pass: pixels, 300 hidden units, ten probabilities.
x = image.reshape(784) / 255
hidden = 1 / (1 + np.exp(-(x @ w1 + b1)))
logits = hidden @ w2 + b2
probabilities = np.exp(logits) / np.exp(logits).sum()

difference = np.abs(probabilities - np.asarray(model(image[np.newaxis]))[0]).max()
print(f"Prediction: {probabilities.argmax()}, largest difference from Keras: {difference:.0e}")

# The backward pass: how the loss changes with each sum z, and so with each weight.
loss = -np.log(probabilities[label])
d_logits = probabilities - np.eye(10)[label]
d_w2, d_b2 = np.outer(hidden, d_logits), d_logits
d_z = (w2 @ d_logits) * hidden * (1 - hidden)
d_w1, d_b1 = np.outer(x, d_z), d_z

# One step of gradient descent: every weight a little against its gradient.
rate = 0.1
w1, b1, w2, b2 = w1 - rate * d_w1, b1 - rate * d_b1, w2 - rate * d_w2, b2 - rate * d_b2

hidden = 1 / (1 + np.exp(-(x @ w1 + b1)))
logits = hidden @ w2 + b2
probabilities = np.exp(logits) / np.exp(logits).sum()
print(f"Loss before: {loss:.6f}, after one step: {-np.log(probabilities[label]):.6f}")

# Operate: half of each layer's weights, those closest to zero, become zero.
w1, b1, w2, b2 = model.get_weights()
w1, w2 = (np.where(np.abs(w) < np.quantile(np.abs(w), 0.5), 0, w) for w in (w1, w2))
hidden = 1 / (1 + np.exp(-(images.reshape(-1, 784) / 255 @ w1 + b1)))
accuracy = ((hidden @ w2 + b2).argmax(axis=1) == labels).mean()
print(f"Test accuracy with half of the weights: {accuracy:.2%}")

# A map of the test images: the two directions in which the hidden units differ most (PCA).
centered = hidden - hidden.mean(axis=0)
points = centered @ np.linalg.eigh(centered.T @ centered)[1][:, :-3:-1]
print("The first image is at", points[0].round(1))
