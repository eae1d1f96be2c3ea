"""A lesson is prepared at the command line: the same runs, results and files as on the pages."""

import io
import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.__main__ import main
from core.classroom.teaching import TaughtClassroom, open_classroom
from core.commands.terminal import ProgressBar
from core.export.formats import FORMATS
from core.jobs.queue import RunQueue
from core.model import build_model, to_bytes
from core.presets import PRESETS
from core.recipe import Recipe
from core.store.run import Run, RunState
from core.store.runs import RunStore
from core.store.user_messages import ADDRESS_VARIABLE
from tests.stored import finished_run

TINY = Recipe(hidden_units=(), epochs=2, train_size=1000, batch_size=100)


@pytest.fixture
def recipe_file(tmp_path: Path) -> Path:
    path = tmp_path / "recipe.json"
    path.write_text(TINY.to_json())
    return path


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence on stderr of a command that ends with 2."""
    try:
        status = main(arguments)
    except SystemExit as end:
        status = end.code
    said = capsys.readouterr()
    assert status == 2
    assert not said.out
    assert said.err.count("\n") == 1, said.err
    return said.err


def test_a_training_shows_its_progress_and_is_a_run_like_any_other(
    recipe_file: Path, store: RunStore, capsys: pytest.CaptureFixture[str]
):
    waiting = RunQueue(store).enqueue(Recipe(seed=5), "ann", "Somebody else’s")
    assert main(["train", "--recipe", str(recipe_file), "--seed", "3", "--name", "For Monday", "--json"]) == 0
    said = capsys.readouterr()
    assert "epoch 2 of 2  training accuracy" in said.err
    told = json.loads(said.out)
    run = store.get(told["id"])
    assert (run.name, run.nickname, run.state) == ("For Monday", "Command line", RunState.FINISHED)
    assert (run.recipe.seed, run.recipe.epochs, run.epochs_done) == (3, 2, 2)
    assert told["test_accuracy"] == run.test_accuracy > 0.5
    assert run.owner not in said.out, "who knows it controls the run"
    assert store.get(waiting.id).state is RunState.QUEUED, "only its own run is trained"


def test_a_training_of_a_preset_has_its_title(monkeypatch: pytest.MonkeyPatch, capsys, store: RunStore):
    monkeypatch.setattr("core.commands.train.train_run", lambda lease: lease.fail("Out of paper."))
    assert main(["train", "--preset", "softmax", "--epochs", "10"]) == 1
    (run,) = store.runs()
    assert (run.name, run.recipe) == ("Softmax regression (no hidden layer)", PRESETS["softmax"])
    assert "Out of paper." in capsys.readouterr().err


def test_runs_are_listed_with_what_people_wrote_as_plain_text(store: RunStore, capsys):
    finished_run(store, Recipe(epochs=1), name="red \x1b[31m\nalert", accuracy=0.91)
    assert main(["runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + len(PRESETS)
    assert "91.00%" in lines[1]
    assert "\x1b" not in lines[1]
    assert main(["runs", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [run["id"] for run in told][1:] == sorted(PRESETS)
    assert "owner" not in told[0]


def test_a_network_is_evaluated_as_on_the_page(capsys):
    assert main(["evaluate", "article"]) == 0
    said = capsys.readouterr().out
    assert "Test accuracy   93.72% (95% confidence interval: 93.23% to 94.18%)" in said
    assert "628 of 10,000" in said
    assert main(["evaluate", "softmax", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert np.sum(told["confusion_matrix"]) == told["images"] == 10_000


def test_a_picture_is_read_as_on_the_page(tmp_path: Path, mnist, capsys):
    picture = (
        np.pad(255 - np.hstack(mnist.test_images[:2]), 40, constant_values=255).repeat(8, 0).repeat(8, 1)
    )
    Image.fromarray(picture).save(tmp_path / "digits.png")
    assert main(["predict", str(tmp_path / "digits.png"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["number"] == "".join(map(str, mnist.test_labels[:2])) == "72"
    assert [round(sum(digit["probabilities"])) for digit in told["digits"]] == [1, 1]


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind not in ("report_html", "tflite", "onnx")])
def test_every_format_is_written(kind: str, tmp_path: Path, capsys):
    path = tmp_path / f"file{FORMATS[kind].ending}"
    assert main(["export", "softmax", "--format", kind, "-o", str(path)]) == 0
    assert capsys.readouterr().out == f"{path}\n"
    starts = {
        "keras": b"PK",
        "bundle": b"PK",
        "html": b"<!doctype html>",
        "report": b"%PDF",
        "notebook": b"{",
    }
    assert path.read_bytes().lower().startswith(starts.get(kind, b'"""').lower())
    assert [file for file in tmp_path.iterdir() if not file.name.startswith("runs.db")] == [path]


def test_a_report_whose_name_ends_in_html_is_a_web_page(tmp_path: Path):
    path = tmp_path / "report.html"
    assert main(["export", "softmax", "--format", "report", "-o", str(path)]) == 0
    assert "Model card" in path.read_text()


def test_bad_input_is_one_sentence_and_exit_code_2(
    tmp_path: Path, recipe_file: Path, store: RunStore, capsys
):
    other = tmp_path / "notes.txt"
    other.write_text("hello")
    script = ["export", "article", "--format", "script", "-o"]
    for arguments, said in (
        (["bogus"], "invalid choice"),
        (["evaluate"], "required: RUN"),
        (["evaluate", "nobody"], "There is no run “nobody” here."),
        (["evaluate", "x\x1b[31m" + "y" * 9999], "There is no run"),
        (["train", "--preset", "gpt"], "invalid choice"),
        (["train", "--epochs", "many"], "invalid int"),
        (["train", "--epochs", "0"], "Epochs must be a whole number from 1 to 100."),
        (["train", "--preset", "relu", "--recipe", str(recipe_file)], "Choose either"),
        (["train", "--recipe", str(other)], "not valid JSON"),
        (["train", "--recipe", str(tmp_path)], "cannot be read"),
        (["train", "--name", "x" * 61], "at most 60 characters"),
        (["predict", str(other)], "picture"),
        (["predict", str(tmp_path / "gone.png")], "cannot be read"),
        (["export", "article", "--format", "exe"], "invalid choice"),
        ([*script, str(tmp_path / "no" / "x.py")], "a folder that is there"),
        ([*script, str(tmp_path)], "cannot be written"),
        (
            [*script, str(tmp_path / ("x" * 250))],
            "cannot be written",
        ),  # No room for the name of the file aside.
        ([*script, str(tmp_path / ("x" * 300))], "cannot be written"),
        (["evaluate", broken_run(store).id], "not numbers"),
    ):
        assert said in refused(capsys, *arguments)
    queued = RunQueue(store).enqueue(Recipe(), "ann", "Waits")
    assert "no model yet" in refused(capsys, "export", queued.id, "--format", "report")
    assert len(store.runs()) == 2


def broken_run(store: RunStore) -> Run:
    """A run whose weights are not numbers any more."""
    model = build_model(TINY)
    model.set_weights([np.full_like(weights, np.nan) for weights in model.get_weights()])
    return finished_run(store, TINY, "bob", network=to_bytes(model))


def test_ctrl_c_at_any_moment_stops_the_training_and_keeps_what_it_learned(
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    recipe_file: Path,
    store: RunStore,
    capsys,
):
    get, pressed = RunStore.get, [signal.SIGINT]

    def look(store: RunStore, run_id: str) -> Run:
        while pressed:
            signal.raise_signal(pressed.pop())
        return get(store, run_id)

    monkeypatch.setattr(RunStore, "get", look)
    # What a shell starts in the background ignores Ctrl+C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    assert main(["train", "--recipe", str(recipe_file), "--epochs", "100"]) == 0
    assert "Stopping." in capsys.readouterr().err
    (run,) = store.runs()
    assert run.has_model
    pressed += [signal.SIGINT, signal.SIGINT]
    monkeypatch.setattr("core.commands.train.train_run", lambda _: None)
    assert main(["train", "--recipe", str(recipe_file), "--seed", "1"]) == 130
    assert capsys.readouterr().err.endswith("Stopped.\n")


def test_a_console_that_knows_only_ascii_shows_a_name_as_well_as_it_can(
    monkeypatch: pytest.MonkeyPatch, store: RunStore
):
    finished_run(store, Recipe(epochs=1), name="Zoë’s run")
    console = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(console, encoding="ascii"))
    assert main(["runs"]) == 0
    assert b"Zo?" in console.getvalue()


def test_a_store_that_cannot_be_used_is_one_sentence_and_exit_code_1(monkeypatch, capsys):
    monkeypatch.setenv(ADDRESS_VARIABLE, "no url")
    assert main(["runs"]) == 1
    assert "is not a database URL" in capsys.readouterr().err


def test_on_a_terminal_the_progress_is_one_bar():
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    bar = ProgressBar(terminal)
    bar.show(0.5, "epoch 1 of 2")
    bar.show(1.0, "epoch 2 of 2")
    bar.end()
    assert terminal.getvalue().count("\r") == 2
    assert "███" in terminal.getvalue()
    assert "100%  epoch 2 of 2\n" in terminal.getvalue()


def test_help_brings_neither_tensorflow_nor_the_store():
    code = "import sys, core.__main__ as m; m._parser(); print({'tensorflow', 'sqlalchemy'} & {*sys.modules})"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


def test_commands_show_the_open_half_while_a_class_has_sealed_the_other(store: RunStore, capsys):
    code = open_classroom(store.database, "teacher")[0].code
    TaughtClassroom(store.database, code, "teacher").seal()
    assert main(["runs", "--json"]) == 0
    said = capsys.readouterr()
    assert "5,000 open test images" in said.err
    accuracies = {run["id"]: run["test_accuracy"] for run in json.loads(said.out)}
    assert accuracies["article"] == store.get("article").open_accuracy
