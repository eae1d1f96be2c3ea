"""Look at MNIST with NumPy."""

import numpy as np

with np.load("data/mnist.npz") as mnist:
    x_train, y_train = mnist["x_train"], mnist["y_train"]

print(x_train.shape, x_train.dtype)  # (60000, 28, 28) uint8
print(np.bincount(y_train))  # images of each class

image = x_train[0]
print(y_train[0], image.min(), image.max())  # 5 0 255
print(image[14])  # one row of pixel values

scaled = image / 255.0  # the same picture in values from 0 to 1
print(scaled[14].round(2))

average_zero = x_train[y_train == 0].mean(axis=0)
print(average_zero.round())
