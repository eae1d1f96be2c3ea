"""Time every view of the Evaluate page, and print the metrics of the article network.

    python -m benchmarks.evaluate

The app runs as a whole and is visited over its agent API, TensorFlow already loaded by
another model. The first visit of a view predicts and measures; the second finds the results in
the cache. The metrics below are of all 10,000 test images.
"""

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.memory import Visitor
from benchmarks.server import Server
from core.analysis.calibration import reliability, scale_temperature
from core.analysis.robustness import CORRUPTIONS, corruption_curve
from core.analysis.significance import mcnemar, wilson
from core.analysis.temperatures import preset_temperature
from core.data import load_mnist
from core.evaluation import evaluate
from core.store.runs import RunStore
from ui.evaluate.robustness import KINDS

VIEWS = ("Results", "Errors", "Calibration", "Robustness", "Label errors", "Significance", "Baselines")
MODELS = ("article", "convolutional")
ROUNDS = ("first", "second")


def seconds_of(step: Callable[[], None]) -> float:
    """Return how long the page takes for a step."""
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def time_views(url: str) -> None:
    """Print the seconds of the first and the second visit of every view, for two models."""
    visitor = Visitor(url)
    # A model that is not timed loads TensorFlow and most of the code; without the views that
    # read a second model, which would no longer be timed then.
    for view in ("Results", "Errors", "Calibration", "Label errors", "Baselines"):
        visitor.visit("evaluate", model="softmax", view=view)
    print(f"{'seconds':40s} {ROUNDS[0]:>7s} {ROUNDS[1]:>7s}")
    for model in MODELS:
        times: dict[str, list[float]] = {}
        for _ in ROUNDS:
            for view in VIEWS:
                seconds = seconds_of(partial(visitor.visit, "evaluate", model=model, view=view))
                times.setdefault(f"{model}: {view}", []).append(seconds)
                for kind in KINDS.values() if view == "Robustness" else ():
                    seconds = seconds_of(partial(visitor.set, evaluate_stress=kind))
                    times.setdefault(f"{model}: {view}, {kind}", []).append(seconds)
        for label, (first, second) in times.items():
            print(f"{label:40s} {first:7.2f} {second:7.2f}")


def print_metrics() -> None:
    """Print the metrics of the article network on all test images."""
    store, mnist = RunStore(), load_mnist()
    images, labels = mnist.test_images, mnist.test_labels
    model = store.load_model("article")
    article, relu = (evaluate(store.load_model(name), images, labels) for name in ("article", "relu"))
    interval = wilson(int(article.correct.sum()), len(labels))
    print(f"accuracy {interval.proportion:.2%}, from {interval.low:.2%} to {interval.high:.2%}")
    temperature = preset_temperature("article") or 1.0
    scaled = scale_temperature(article.probabilities, temperature)
    before = reliability(article.confidences, article.correct).ece
    after = reliability(scaled.max(axis=1), article.correct).ece
    print(f"calibration error {before:.2%}, with temperature {temperature:.2f} {after:.2%}")
    for point in corruption_curve(model, images, labels, CORRUPTIONS["rotation"]):
        if abs(point.level) in (15, 30):
            print(f"turned by {point.level:3g} degrees {point.accuracy:.2%}")
    comparison = mcnemar(article.correct, relu.correct)
    print(
        f"against the ReLU preset: {comparison.discordant} images differ, {comparison.only_first} to "
        f"{comparison.only_second}, p = {comparison.p_value:.1e}"
    )


def main() -> None:
    """Print the figures."""
    app = Server(Path(tempfile.mkdtemp()) / "log.txt", "--server.enableAgentApi=true")
    try:
        time_views(app.url)
    finally:
        app.stop()
    print_metrics()


if __name__ == "__main__":
    main()
