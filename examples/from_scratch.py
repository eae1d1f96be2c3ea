"""Train the article network from scratch: no Keras, only NumPy."""

import numpy as np

EPOCHS, BATCH_SIZE, RATE = 10, 1000, 0.001

with np.load("data/mnist.npz") as mnist:
    x_train, y_train = mnist["x_train"].reshape(-1, 784).astype(np.float32) / 255, mnist["y_train"]
    x_test, y_test = mnist["x_test"].reshape(-1, 784).astype(np.float32) / 255, mnist["y_test"]

rng = np.random.default_rng(0)


def glorot(inputs, units):
    """Return random first weights, the smaller the more there are (Glorot and Bengio 2010)."""
    limit = np.sqrt(6 / (inputs + units))
    return rng.uniform(-limit, limit, (inputs, units)).astype(np.float32)


w1, b1 = glorot(784, 300), np.zeros(300, np.float32)
w2, b2 = glorot(300, 10), np.zeros(10, np.float32)
weights = [w1, b1, w2, b2]
# Adam (Kingma and Ba 2014) remembers the mean of each gradient, and of its square.
means, squares = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights]


def forward(x):
    """Return the activations of the hidden units and the probabilities of the ten digits."""
    hidden = 1 / (1 + np.exp(-(x @ w1 + b1)))
    logits = hidden @ w2 + b2
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return hidden, powers / powers.sum(axis=1, keepdims=True)


def backward(x, y, hidden, probabilities):
    """Return the gradients of the loss by all weights: backpropagation."""
    d_logits = (probabilities - np.eye(10, dtype=np.float32)[y]) / len(x)
    d_z = (d_logits @ w2.T) * hidden * (1 - hidden)
    return [x.T @ d_z, d_z.sum(axis=0), hidden.T @ d_logits, d_logits.sum(axis=0)]


step = 0
for epoch in range(1, EPOCHS + 1):
    order, loss = rng.permutation(len(x_train)), 0.0
    for start in range(0, len(x_train), BATCH_SIZE):
        batch = order[start : start + BATCH_SIZE]
        x, y = x_train[batch], y_train[batch]
        hidden, probabilities = forward(x)
        loss -= np.log(probabilities[np.arange(len(y)), y]).sum()
        step += 1
        for i, gradient in enumerate(backward(x, y, hidden, probabilities)):
            means[i] += 0.1 * (gradient - means[i])
            squares[i] += 0.001 * (gradient**2 - squares[i])
            mean, square = means[i] / (1 - 0.9**step), squares[i] / (1 - 0.999**step)
            weights[i] -= RATE * mean / (np.sqrt(square) + 1e-7)
    print(f"Epoch {epoch}: loss {loss / len(x_train):.4f}")

accuracy = (forward(x_test)[1].argmax(axis=1) == y_test).mean()
print(f"Test accuracy: {accuracy:.1%}")
