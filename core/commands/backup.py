"""Copy the store, and put a copy back."""

from pathlib import Path

from core.commands.terminal import CommandError, say, say_json
from core.store.backup import BackupError, back_up, restore
from core.store.runs import RunStore


def backup_command(store: RunStore, file: Path, *, json: bool) -> int:
    """Copy the store into a file, while servers go on."""
    try:
        runs = back_up(store.database, file)
    except BackupError as error:
        raise CommandError(str(error)) from error
    if json:
        say_json({"file": str(file), "runs": runs, "bytes": file.stat().st_size})
    else:
        say(f"{file}: {_runs(runs)}, {file.stat().st_size / 2**20:,.1f} MB. Keep it secret.")
    return 0


def restore_command(store: RunStore, file: Path, *, json: bool) -> int:
    """Put a copy in place of what is in the store."""
    try:
        restored = restore(store.database, file)
    except BackupError as error:
        raise CommandError(str(error)) from error
    if json:
        before = restored.before and str(restored.before)
        say_json({"runs": restored.runs, "before": before})
    else:
        kept = f" What it held before is in {restored.before}." if restored.before else ""
        say(f"The store holds {_runs(restored.runs)} now.{kept}")
    return 0


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count:,} runs"
