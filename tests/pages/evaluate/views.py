"""What the tests of Evaluate have in common."""

from core.store.run import Run
from tests.stored import finished_run
from ui import resources

VIEWS = [
    "Results",
    "Errors",
    "Writers",
    "Calibration",
    "Robustness",
    "Label errors",
    "Significance",
    "Baselines",
]


def metrics(app) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def text(app, key: str) -> str:
    return "\n".join(element.value for element in app.container(key=key).markdown)


def copied(recipe, accuracy: float, model: str = "article", **values) -> Run:
    """A finished run in the store with the network of a bundled one."""
    store = resources.store()
    return finished_run(
        store, recipe, name="Copy", accuracy=accuracy, network=store.model_file(model), **values
    )
