"""Every metric of the Evaluate page in a few lines; each cell needs only the first one."""

# %% answers
import keras
import numpy as np

with np.load("data/mnist.npz") as mnist:
    x_train, y_train = mnist["x_train"], mnist["y_train"]
    x_test, y_test = mnist["x_test"], mnist["y_test"]

model = keras.saving.load_model("models/article.keras", compile=False)
probabilities = model.predict(x_test, verbose=0)  # shape (10000, 10)
predictions = probabilities.argmax(axis=1)
confidence = probabilities.max(axis=1)
correct = predictions == y_test

# %% accuracy
from scipy.stats import binomtest

result = binomtest(int(correct.sum()), len(correct))
interval = result.proportion_ci(0.95, method="wilson")
print(f"Test accuracy {correct.mean():.2%}, 95% interval {interval.low:.2%} to {interval.high:.2%}")

# %% digits
from sklearn.metrics import classification_report

report = classification_report(y_test, predictions, digits=3, output_dict=True)
print(report["8"])  # precision, recall, F1 and support (number of images) of class 8

# %% spread
accuracies = [0.9372, 0.9361, 0.9380]  # of the same recipe with three seeds
mean, deviation = np.mean(accuracies), np.std(accuracies, ddof=1)
print(f"{mean:.2%} ± {deviation:.2%}, from {min(accuracies):.2%} to {max(accuracies):.2%}")

# %% mcnemar
from scipy.stats import binomtest

other = keras.saving.load_model("models/relu.keras", compile=False)
other_correct = other.predict(x_test, verbose=0).argmax(axis=1) == y_test
only_first = int((correct & ~other_correct).sum())
only_second = int((other_correct & ~correct).sum())
p_value = binomtest(only_first, only_first + only_second, 0.5).pvalue
print(f"correct only by the first: {only_first}, only by the second: {only_second}, p = {p_value:.2g}")

# %% confusions
from sklearn.metrics import confusion_matrix

matrix = confusion_matrix(y_test, predictions)  # row: true label, column: predicted label
errors = matrix - np.diag(matrix.diagonal())
digit, prediction = np.unravel_index(errors.argmax(), errors.shape)
print(f"true {digit} → predicted {prediction}: {errors[digit, prediction]} images")

# %% reliability
from sklearn.calibration import calibration_curve

accuracy_in_bin, confidence_in_bin = calibration_curve(correct, confidence, n_bins=15)
bins = np.linspace(0, 1, 16)
counts = np.bincount(np.searchsorted(bins[1:-1], confidence), minlength=15)
weights = counts[counts > 0] / len(correct)
calibration_error = (weights * abs(accuracy_in_bin - confidence_in_bin)).sum()
print(f"expected calibration error {calibration_error:.4f}")

# %% temperature
from scipy.optimize import minimize_scalar
from scipy.special import softmax
from sklearn.metrics import log_loss

holdout = keras.Sequential(
    [
        keras.Input((28, 28)),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Flatten(),
        keras.layers.Dense(300, activation="sigmoid"),
        keras.layers.Dense(10, activation="softmax"),
    ]
)
holdout.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
holdout.fit(x_train[:50000], y_train[:50000], epochs=10, batch_size=1000, verbose=0)
logits = np.log(holdout.predict(x_train[50000:], verbose=0).astype(float))  # the calibration split


def loss(temperature):
    """Return the cross-entropy at this temperature."""
    return log_loss(y_train[50000:], softmax(logits / temperature, axis=1))


temperature = minimize_scalar(loss, bounds=(0.05, 20), method="bounded").x
calibrated = softmax(np.log(probabilities.astype(float)) / temperature, axis=1)
print(f"temperature {temperature:.2f}, confidence {calibrated.max(axis=1).mean():.1%}")

# %% refusals
threshold = 0.9
covered = confidence >= threshold
print(f"coverage {covered.mean():.1%}, selective accuracy {correct[covered].mean():.1%}")

# %% distortion
from scipy import ndimage

ink, rng = x_test.astype("float32"), np.random.default_rng(0)
noise = rng.standard_normal(ink.shape, dtype="float32")
cross = ndimage.generate_binary_structure(2, 1)[np.newaxis]
corners = np.random.default_rng(0).integers(4, 15, size=(2, len(ink), 1))
rows, columns = (np.arange(28) >= corners) & (np.arange(28) < corners + 10)
corrupted = {
    "rotation": ndimage.rotate(ink, -30, axes=(1, 2), reshape=False, order=1),  # 30 degrees clockwise
    "noise": np.clip(ink + 64 * noise, 0, 255),  # a standard deviation of 64
    "shift": ndimage.shift(ink, (0, 0, 4), order=0),  # 4 pixels to the right
    "thickness": ndimage.grey_dilation(ink, footprint=cross),  # outline 1 pixel outwards
    "contrast": 0.3 * ink,
    "occlusion": np.where(rows[:, :, np.newaxis] & columns[:, np.newaxis], 0, ink),  # 10 × 10 pixels
}
corrupted_accuracy = {}
for name, images in corrupted.items():
    corrupted_predictions = model.predict(images, verbose=0).argmax(axis=1)
    corrupted_accuracy[name] = (corrupted_predictions == y_test).mean()
    print(f"{name}: {corrupted_accuracy[name]:.1%}")

# %% gradient
import tensorflow as tf

images = tf.constant(x_test[:1000], tf.float32)
with tf.GradientTape() as tape:
    tape.watch(images)
    of_label = tf.gather(model(images), y_test[:1000].astype(int), batch_dims=1)
    loss = -tf.math.log(of_label)
signs = np.sign(tape.gradient(loss, images))
epsilon = 16  # gray levels
adversarial = np.clip(x_test[:1000] + epsilon * signs, 0, 255)
adversarial_correct = model.predict(adversarial, verbose=0).argmax(axis=1) == y_test[:1000]
print(f"FGSM with epsilon {epsilon}: {adversarial_correct.mean():.1%}")

# %% corrected
corrections = {947: 9, 1621: 6, 1901: 4, 2462: 0, 2597: 3, 3558: 0, 5937: 3, 6651: 6, 6783: 6, 9729: 6}
without_agreement = [2130, 2654, 3520, 8527, 9679]
labels = y_test.copy()
labels[list(corrections)] = list(corrections.values())
kept = np.delete(np.arange(len(labels)), without_agreement)
print(f"Test accuracy on corrected labels: {(predictions == labels)[kept].mean():.2%} of {len(kept)} images")

# %% guessing
from sklearn.dummy import DummyClassifier

always_one = DummyClassifier(strategy="most_frequent").fit(x_test, y_test)
print(f"test error of the majority class: {1 - always_one.score(x_test, y_test):.2%}")
print(f"test error of this network: {1 - correct.mean():.2%}")

# %% strokes
ink = np.pad(x_test, ((0, 0), (1, 1), (1, 1))) / 255
amount = ink.sum(axis=(1, 2))
outline = np.hypot(np.diff(ink, axis=1)[:, :, :-1], np.diff(ink, axis=2)[:, :-1]).sum(axis=(1, 2))
thickness = 2 * amount / outline

y, x = np.indices((30, 30))
mean_y, mean_x = (ink * y).sum(axis=(1, 2)) / amount, (ink * x).sum(axis=(1, 2)) / amount
variance = (ink * y * y).sum(axis=(1, 2)) / amount - mean_y**2
covariance = (ink * x * y).sum(axis=(1, 2)) / amount - mean_x * mean_y
slant = np.degrees(np.arctan2(-covariance, variance))
quintiles = [[], [], [], [], []]
for true_digit in range(10):
    own = np.flatnonzero(y_test == true_digit)
    for quintile, part in zip(quintiles, np.array_split(own[thickness[own].argsort()], 5), strict=True):
        quintile.extend(part)
for quintile in quintiles:
    print(f"{thickness[quintile].mean():.1f} pixels thick: error {1 - correct[quintile].mean():.1%}")

# %% writers
with np.load("data/mnist_writers.npz") as file:
    writer = file["test_writer"]  # from 2100 on high-school students, below Census employees
for group, mask in {"employees": writer < 2100, "students": writer >= 2100}.items():
    print(f"accuracy on the digits of {group}: {correct[mask].mean():.1%}")

people, person, digits = np.unique(writer, return_inverse=True, return_counts=True)
right = np.bincount(person, weights=correct)
enough = digits >= 15
by_writer = np.sort(right[enough] / digits[enough])
error_rate = 1 - right[enough].sum() / digits[enough].sum()
draws = np.random.default_rng(0).binomial(digits[enough], error_rate, (1000, enough.sum()))
band = np.quantile(np.sort(1 - draws / digits[enough]), [0.025, 0.975], axis=0)
print(f"lowest {by_writer[0]:.0%}; by chance alone {band[0, 0]:.0%} to {band[1, 0]:.0%}")
