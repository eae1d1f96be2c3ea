"""Take away, cut, and empty each file that comes with Digit Lab, and open every page and export each time.

    python -m benchmarks.damaged_files [FILE ...]

In a copy of the repository. A page may say in a sentence what is wrong with a file, or do without it; what
it may not is break off with a traceback. First everything is opened as it is, to see what reads which file;
after that each damage is tried on what reads the file, and on Home. Prints what each damage led to.
"""

import contextlib
import functools
import gc
import io
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.server import ROOT
from core.store.user_messages import ADDRESS_VARIABLE

FOLDERS = ("data", "examples", "lessons", "models", "core/export", "ui")
# Of code nobody expects that it goes on without a file of it; what the pages show of it, they read.
NOT_READ = (".py", "README.md", ".txt")
DAMAGES = ("missing", "cut in half", "empty")
_IN_COPY = "DIGIT_LAB_COPY"
# A letter of each script that a font comes with.
SCRIPTS = "অ अ አ અ ਅ ಅ ក ກ അ က ଅ අ அ అ އ ก 数"
IMAGE = {"image": "3", "model": "article"}
VISITS: tuple[tuple[str, dict[str, str]], ...] = (
    ("0_home", {}),
    ("1_explore", {}),
    ("2_train", {}),
    ("2_train", {"lesson": "is-94-good"}),
    *(
        ("3_evaluate", {"view": view, "model": "article"})
        for view in (
            "Results",
            "Errors",
            "Writers",
            "Calibration",
            "Robustness",
            "Label errors",
            "Significance",
            "Baselines",
        )
    ),
    ("4_predict", {"predict_source": "Test image", **IMAGE}),
    *(("8_inside", {"inside_view": view, **IMAGE}) for view in ("Unit by unit", "Why", "Operate", "Map")),
    ("5_runs", {"run": "article"}),
    ("6_teach", {"model": "relu"}),
    ("9_class", {}),
    ("10_board", {}),
)


def files() -> list[str]:
    """Return what comes with Digit Lab, besides its code, in the order of its folders."""
    listed = subprocess.run(
        ["git", "ls-files", *FOLDERS], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return [name for name in listed if name.startswith("examples/") or not name.endswith(NOT_READ)]


def damage(path: Path, kind: str) -> None:
    """Damage a file."""
    if kind == "missing":
        path.unlink()
    else:
        os.truncate(path, path.stat().st_size // 2 if kind == "cut in half" else 0)


def forget() -> None:
    """Forget what was read before, as a new server has."""
    import streamlit as st

    from ui import resources

    resources.scheduler().shutdown()
    resources.whole_store().database.close()
    st.cache_data.clear()
    st.cache_resource.clear()
    for found in gc.get_objects():
        if isinstance(found, functools._lru_cache_wrapper) and found.__module__.split(".")[0] in (
            "core",
            "ui",
        ):
            found.cache_clear()


Step = Callable[[], Iterator[str]]


def visit(page: str, query: dict[str, str]) -> Iterator[str]:
    """Visit a page; give the tracebacks that somebody would see."""
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(Path("streamlit_app.py").resolve()), default_timeout=300)
    app.switch_page(f"pages/{page}.py")
    app.query_params.update(query)
    app.run()
    _show_code(app)
    for error in app.exception:
        yield f"{page} {query}: {error.message}"


def _show_code(app: Any) -> None:
    """Open what reads a file only when it is asked for."""
    for toggle in app.toggle:
        if str(toggle.key).startswith("show_code"):
            toggle.set_value(True).run()
            return


def export(kind: str, run: str = "article") -> Iterator[str]:
    """Make a file of a run at the command line; give a traceback, or what is said if it is no sentence."""
    from core.__main__ import main

    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            status = main(["export", run, "--format", kind, "-o", f"export.{kind}"])
    except Exception as error:
        yield f"export {kind}: {error!r}"
    else:
        if status and not said.getvalue().strip().endswith((".", "`.")):
            yield f"export {kind}: {said.getvalue()}"
    logging.disable(logging.NOTSET)


def run_in_all_scripts() -> str:
    """Add a run whose name needs every font, and return its id."""
    from core.store.finished_run import add_finished_run
    from core.store.runs import RunStore

    store = RunStore()
    article, network = store.get("article"), store.model_file("article")
    history = store.history("article")
    run = add_finished_run(
        store, article.recipe, history, network, "somebody", SCRIPTS, versions=article.versions
    )
    store.database.close()
    return run.id


HOME: Step = partial(visit, *VISITS[0])
STEPS: tuple[Step, ...] = (
    HOME,
    *(partial(visit, page, query) for page, query in VISITS[1:]),
    *(partial(export, kind) for kind in ("keras", "html", "report", "bundle", "script", "notebook")),
)


class _Tracebacks(logging.Handler):
    """Keeps the records that have one."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        if record.exc_info:
            self.found.append(f"log: {record.getMessage()} {record.exc_info[1]!r}")


class _Reading:
    """Keeps which step has opened which file of this folder.

    Attributes
    ----------
    steps : mapping of str to list of Step
        By the path of the file.
    """

    def __init__(self) -> None:
        self.steps: defaultdict[str, list[Step]] = defaultdict(list)
        self._step: Step | None = None
        self._root = f"{Path.cwd().resolve()}{os.sep}"
        sys.addaudithook(self._hear)

    @contextlib.contextmanager
    def of(self, step: Step) -> Iterator[None]:
        """Take what is opened for that of a step."""
        self._step = step
        yield
        self._step = None

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        step = self._step
        if event != "open" or step is None or not isinstance(arguments[0], str | bytes):
            return
        name = str(Path(os.fsdecode(arguments[0])).resolve()).removeprefix(self._root)
        if step not in self.steps[name]:
            self.steps[name].append(step)


def look(names: Sequence[str]) -> int:
    """Damage the files in this copy one after the other; return how often something broke."""
    handler = _Tracebacks()
    logging.getLogger("core").addHandler(handler)
    reading = _Reading()
    found: list[str] = []
    steps: tuple[Step, ...] = (*STEPS, partial(export, "report", run_in_all_scripts()))
    for step in steps:
        with reading.of(step):
            found += step()
        forget()
    print(f"as it is: {'; '.join([*found, *handler.found]) or 'fine'}", flush=True)
    return bool(found or handler.found) + sum(_look_at(name, reading.steps, handler) for name in names)


def _look_at(name: str, readers: Mapping[str, Sequence[Step]], handler: _Tracebacks) -> int:
    """Damage a file in each way, and take the steps that read it."""
    broken = 0
    steps = [HOME, *(step for step in readers.get(name, ()) if step is not HOME)]
    for kind in DAMAGES:
        path, kept = Path(name), Path("kept")
        shutil.copy2(path, kept)
        damage(path, kind)
        handler.found.clear()
        began = time.perf_counter()
        found = [problem for step in steps for problem in step()] + handler.found
        broken += bool(found)
        print(f"{name}, {kind}: {'; '.join(found) or 'fine'}", end=" ")
        print(f"({len(steps)} steps, {time.perf_counter() - began:.0f} s)", flush=True)
        shutil.copy2(kept, path)
        forget()
    return broken


def main() -> None:
    """Make a copy, and look at it in a process that reads nothing else."""
    if os.environ.get(_IN_COPY):
        broken = look(sys.argv[1:])
        print(f"{broken} of {1 + len(sys.argv[1:]) * len(DAMAGES)} broke off", flush=True)
        os._exit(bool(broken))
    folder = Path(tempfile.mkdtemp(prefix="digit-lab-"))
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    address = f"sqlite:///{(folder / 'runs.db').as_posix()}"
    environment = os.environ | {ADDRESS_VARIABLE: address, _IN_COPY: "1"}
    command = [sys.executable, "-m", "benchmarks.damaged_files", *(sys.argv[1:] or files())]
    sys.exit(subprocess.run(command, cwd=folder, env=environment, check=False).returncode)


if __name__ == "__main__":
    main()
