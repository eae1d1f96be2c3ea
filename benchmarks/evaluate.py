"""Time every question of the Evaluate page, and print what it says of the article network.

    python -m benchmarks.evaluate

The app runs as a whole and is visited over its agent API, TensorFlow already loaded by
another model. The first view of a question reads and measures; the second finds the results
kept. The measures below are of all 10,000 test images.
"""

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.memory import Visitor
from benchmarks.server import Server
from core.analysis.calibration import reliability, rescale
from core.analysis.robustness import DISTORTIONS, curve
from core.analysis.significance import mcnemar, wilson
from core.analysis.temperatures import twin_temperature
from core.data import load_mnist
from core.evaluation import evaluate
from core.store.runs import RunStore
from ui.evaluate.robustness import KINDS

QUESTIONS = ("Score", "Confusions", "Mistakes", "Doubt", "Stress", "Labels", "Comparison")
MODELS = ("article", "convolutional")
ROUNDS = ("first", "second")


def seconds_of(step: Callable[[], None]) -> float:
    """How long the page takes for a step."""
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def time_questions(url: str) -> None:
    """Print seconds of the first and the second view of every question, for two models."""
    visitor = Visitor(url)
    # A model that is not timed loads TensorFlow and most of the code; without the questions
    # that read a second model, which would then be timed no more.
    for question in ("Mistakes", "Doubt", "Labels", "Comparison"):
        visitor.visit("evaluate", model="softmax", view=question)
    print(f"{'seconds':40s} {ROUNDS[0]:>7s} {ROUNDS[1]:>7s}")
    for model in MODELS:
        times: dict[str, list[float]] = {}
        for round_ in ROUNDS:
            for question in QUESTIONS:
                seconds = seconds_of(partial(visitor.visit, "evaluate", model=model, view=question))
                if question == "Confusions" and round_ == "first":
                    seconds += seconds_of(partial(visitor.click, "evaluate_skip_guess"))
                times.setdefault(f"{model}: {question}", []).append(seconds)
                for kind in KINDS.values() if question == "Stress" else ():
                    seconds = seconds_of(partial(visitor.set, evaluate_stress=kind))
                    times.setdefault(f"{model}: {question}, {kind}", []).append(seconds)
        for label, (first, second) in times.items():
            print(f"{label:40s} {first:7.2f} {second:7.2f}")


def print_measures() -> None:
    """Print what the page says of the article network, on all test images."""
    store, mnist = RunStore(), load_mnist()
    images, labels = mnist.test_images, mnist.test_labels
    model = store.load_model("article")
    article, relu = (evaluate(store.load_model(name), images, labels) for name in ("article", "relu"))
    interval = wilson(int(article.right.sum()), len(labels))
    print(f"accuracy {interval.share:.2%}, from {interval.low:.2%} to {interval.high:.2%}")
    temperature = twin_temperature("article") or 1.0
    cooled = rescale(article.probabilities, temperature)
    before = reliability(article.confidences, article.right).error
    after = reliability(cooled.max(axis=1), article.right).error
    print(f"calibration error {before:.2%}, with temperature {temperature:.2f} {after:.2%}")
    for point in curve(model, images, labels, DISTORTIONS["rotation"]):
        if abs(point.level) in (15, 30):
            print(f"turned by {point.level:3g} degrees {point.accuracy:.2%}")
    comparison = mcnemar(article.right, relu.right)
    print(
        f"against the ReLU preset: {comparison.differ} images differ, {comparison.only_first} to "
        f"{comparison.only_second}, p = {comparison.p_value:.1e}"
    )


def main() -> None:
    """Print the figures."""
    app = Server(Path(tempfile.mkdtemp()) / "log.txt", "--server.enableAgentApi=true")
    try:
        time_questions(app.url)
    finally:
        app.stop()
    print_measures()


if __name__ == "__main__":
    main()
