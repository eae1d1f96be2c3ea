"""A few lines that load an exported network and read one digit with it."""

# What both formats take and give, for the reader of the lines below.
INPUT = "images of 28×28 pixels, values 0 (background) to 255 (ink)"
OUTPUT = "the probabilities of the digits 0 to 9"


def keras_snippet(file: str) -> str:
    """Return the lines for a ``.keras`` file; they need TensorFlow.

    Examples
    --------
    >>> print(keras_snippet("article.keras"))
    import keras
    <BLANKLINE>
    model = keras.saving.load_model("article.keras")
    _, (images, labels) = keras.datasets.mnist.load_data()
    print(labels[0], model.predict(images[:1]).round(3))
    """
    return f"""import keras

model = keras.saving.load_model("{file}")
_, (images, labels) = keras.datasets.mnist.load_data()
print(labels[0], model.predict(images[:1]).round(3))"""


def tflite_snippet(file: str) -> str:
    """Return the lines for a ``.tflite`` file; they need TensorFlow or the small LiteRT.

    Examples
    --------
    >>> print(tflite_snippet("article.tflite").splitlines()[-1])
    print(network(image=image)["output_0"].round(3))
    """
    return f"""import numpy as np
import tensorflow as tf  # or LiteRT: from ai_edge_litert.interpreter import Interpreter

network = tf.lite.Interpreter("{file}").get_signature_runner()
image = np.zeros((1, 28, 28), np.float32)  # your digit, white on black
print(network(image=image)["output_0"].round(3))"""


def onnx_snippet(file: str) -> str:
    """Return the lines for an ``.onnx`` file; they need ONNX Runtime.

    Examples
    --------
    >>> print(onnx_snippet("article.onnx").splitlines()[-1])
    print(network.run(None, {"image": image})[0].round(3))
    """
    return f"""import numpy as np
import onnxruntime

network = onnxruntime.InferenceSession("{file}")
image = np.zeros((1, 28, 28), np.float32)  # your digits, white on black
print(network.run(None, {{"image": image}})[0].round(3))"""
