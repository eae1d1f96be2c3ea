"""Take away, cut, and empty each file that comes with Digit Lab, and open every page and export each time.

    python -m benchmarks.damaged_files [FILE ...]

In a copy of the repository. A page may say in a sentence what is wrong with a file, or do without it; what
it may not is break off with a traceback. Prints what each damage led to.
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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.server import ROOT
from core.store.user_messages import ADDRESS_VARIABLE

FOLDERS = ("data", "examples", "lessons", "models", "core/export", "ui")
# Of code nobody expects that it goes on without a file of it; what the pages show of it, they read.
NOT_READ = (".py", "README.md", ".txt")
DAMAGES = ("missing", "cut in half", "empty")
_IN_COPY = "DIGIT_LAB_COPY"
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


def problems() -> Iterator[str]:
    """Visit all pages, and make all files; give the tracebacks that somebody would see."""
    from streamlit.testing.v1 import AppTest

    for page, query in VISITS:
        app = AppTest.from_file(str(Path("streamlit_app.py").resolve()), default_timeout=300)
        app.switch_page(f"pages/{page}.py")
        app.query_params.update(query)
        app.run()
        _show_code(app)
        for error in app.exception:
            yield f"{page} {query}: {error.message}"
    yield from _exports()


def _show_code(app: Any) -> None:
    """Open what reads a file only when it is asked for."""
    for toggle in app.toggle:
        if str(toggle.key).startswith("show_code"):
            toggle.set_value(True).run()
            return


def _exports() -> Iterator[str]:
    """Make every file of a run that is made here, at the command line."""
    from core.__main__ import main

    for kind in ("keras", "html", "report", "bundle", "script", "notebook"):
        said = io.StringIO()
        try:
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
                status = main(["export", "article", "--format", kind, "-o", f"export.{kind}"])
        except Exception as error:
            yield f"export {kind}: {error!r}"
        else:
            if status and not said.getvalue().strip().endswith((".", "`.")):
                yield f"export {kind}: {said.getvalue()}"
    logging.disable(logging.NOTSET)


class _Tracebacks(logging.Handler):
    """Keeps the records that have one."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        if record.exc_info:
            self.found.append(f"log: {record.getMessage()} {record.exc_info[1]!r}")


def look(names: list[str]) -> int:
    """Damage the files in this copy one after the other; return how often something broke."""
    broken = 0
    handler = _Tracebacks()
    logging.getLogger("core").addHandler(handler)
    for name, kind in [("", "nothing"), *((name, kind) for name in names for kind in DAMAGES)]:
        path, kept = Path(name), Path("kept")
        if name:
            shutil.copy2(path, kept)
            damage(path, kind)
        handler.found.clear()
        began = time.perf_counter()
        found = [*problems(), *handler.found]
        broken += bool(found)
        print(f"{name or 'as it is'}, {kind}: {'; '.join(found) or 'fine'}", end=" ")
        print(f"({time.perf_counter() - began:.0f} s)", flush=True)
        if name:
            shutil.copy2(kept, path)
        forget()
    return broken


def main() -> None:
    """Make a copy, and look at it in a process that reads nothing else."""
    if os.environ.get(_IN_COPY):
        broken = look(sys.argv[1:])
        print(f"{broken} of {1 + len(sys.argv[1:]) * len(DAMAGES)} broke off")
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
