"""Write a file of a run, as Take it home offers it."""

import contextlib
import secrets
from pathlib import Path

from core.commands.terminal import CommandError, find, load_tensorflow, say, say_json
from core.data import load_mnist
from core.export.files import file_name, make_file
from core.store.run import RunError
from core.store.runs import RunStore
from core.test_sets.halves import part_of

_WITHOUT_TENSORFLOW = ("script", "notebook", "keras")


def export_command(store: RunStore, name: str, kind: str, output: Path | None, *, json: bool) -> int:
    """Write a run as a file of this format, and say where it is."""
    run = find(store, name)
    path = output or Path(file_name(run, kind))
    if kind == "report" and path.suffix.lower() in (".html", ".htm"):
        kind = "report_html"
    _check(path)
    if kind == "bundle" and path.suffix.lower() != ".zip":
        raise CommandError(f"A bundle is imported by its name: call it {path.with_suffix('.zip').name}.")
    # Imported here because it brings scikit-learn: a refusal does not wait for it.
    from core.evaluation import EvaluationError

    if kind not in _WITHOUT_TENSORFLOW:
        load_tensorflow()
    try:
        content = make_file(kind, store, run, part_of(load_mnist(), store.part))
    except (RunError, EvaluationError) as error:
        raise CommandError(str(error)) from error
    _write(path, content)
    say_json({"run": run.id, "file": str(path), "bytes": len(content)}) if json else say(str(path))
    return 0


def _check(path: Path) -> None:
    """Refuse at once what cannot be written, such as a name that is too long for the system to look for."""
    with contextlib.suppress(OSError):
        if path.parent.is_dir() and not path.is_dir():
            return
    raise CommandError(f"{path} cannot be written: give a file in a folder that is there.")


def _write(path: Path, content: bytes) -> None:
    """Write a file aside and rename it, so that there is never half of one."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        aside.write_bytes(content)
        aside.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink(missing_ok=True)
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
