"""Every file that a run can be taken home as, by the name of its format."""

from typing import TYPE_CHECKING

from core.data import Dataset
from core.export.formats import FORMATS
from core.export.keras_script import keras_script
from core.export.notebook import keras_notebook
from core.export.onnx_file import to_onnx
from core.export.pocket import pocket_page
from core.export.run_bundle import pack_bundle
from core.export.run_script import left_out, why_no_script
from core.export.tflite import to_tflite
from core.store.run import Run, RunError
from core.store.runs import RunStore

if TYPE_CHECKING:
    import keras

    from core.export.report import Report


_CONVERTERS = {"tflite": to_tflite, "onnx": to_onnx}


def file_stem(run: Run) -> str:
    """Return what the files of a run begin with; what a visitor wrote is not in it."""
    return f"digit-lab-run-{run.number}" if run.number else f"digit-lab-{run.id}"


def file_name(run: Run, kind: str) -> str:
    """Return what a file of a run is called."""
    return file_stem(run) + FORMATS[kind].ending


def make_file(
    kind: str,
    store: RunStore,
    run: Run,
    dataset: Dataset,
    link: str = "",
    answers: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """Return a file of a run.

    Parameters
    ----------
    kind : str
        One of `FORMATS`. All but script and notebook need the network, most bring TensorFlow.
    store : RunStore
    run : Run
        Of this store.
    dataset : Dataset
    link : str
        Where others find the run; a report has it.
    answers : tuple of (str, str)
        Questions of lessons, and what the owner of the run has answered; a report has them.

    Raises
    ------
    RunError
        If the run has no network, or no script trains it.
    StoreError
        If the store cannot be used.
    DataError
        If a file that comes with Digit Lab is missing.
    """
    if kind in ("script", "notebook"):
        return code_of(kind, run).encode()
    if kind == "keras":
        return store.model_file(run.id)
    model = store.load_model(run.id)
    if kind in _CONVERTERS:
        return _CONVERTERS[kind](model)
    if kind == "html":
        return pocket_page(model, run.label, dataset).encode()
    if kind == "bundle":
        return pack_bundle(run, store.history(run.id), model)
    return _report_file(kind, _report(store, run, model, dataset, link, answers))


def code_of(kind: str, run: Run) -> str:
    """Return the script or the notebook of a run. Raises `RunError` if none trains its network."""
    if why := why_no_script(run):
        raise RunError(why)
    if kind == "script":
        return keras_script(run.recipe, left_out(run), at_home=True)
    return keras_notebook(run.recipe, left_out(run))


def _report(
    store: RunStore,
    run: Run,
    model: "keras.Model",
    dataset: Dataset,
    link: str,
    answers: tuple[tuple[str, str], ...],
) -> "Report":
    # Imported here because they bring scikit-learn.
    from core.evaluation import evaluate
    from core.export.report import describe

    evaluation = evaluate(model, dataset.test_images, dataset.test_labels)
    return describe(run, store.history(run.id), evaluation, dataset, link, answers)


def _report_file(kind: str, report: "Report") -> bytes:
    # Imported here because they bring Matplotlib.
    from core.export.report_html import to_html
    from core.export.report_pdf import to_pdf

    return to_pdf(report) if kind == "report" else to_html(report).encode()
