"""The command line: ``python -m core``, with the same store and the same recipes as the pages."""

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from core.export.formats import FORMATS
from core.presets import PRESETS

_BAD_INPUT, _INTERRUPTED = 2, 130


class _Parser(argparse.ArgumentParser):
    """Says in one sentence what is wrong, without the whole usage before it."""

    def error(self, message: str) -> NoReturn:
        self.exit(_BAD_INPUT, f"{self.prog}: {message}. Add --help to see what it takes.\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return the exit status of the process.

    2 if what it was given cannot be used, 1 if it did not succeed for another reason, and 130, as the
    shell has it, after Ctrl+C.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A console that has no sign for a letter of somebody's name shows a question mark.
            stream.reconfigure(errors="replace")
    said = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = said.run
    try:
        return command(said)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return _INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m core",
        description="Digit Lab without its pages. A RUN is an id that `runs` lists, or a preset.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Callable[[argparse.Namespace], int], about: str, more: str = "") -> _Parser:
        command = commands.add_parser(name, help=about[0].lower() + about[1:], description=f"{about}. {more}")
        command.set_defaults(run=run)
        return command

    train = add(
        "train", _train, "Train a network into the store", "Ctrl+C stops it; what it learned is kept."
    )
    train.add_argument("--preset", choices=list(PRESETS), help="the recipe to begin with (article)")
    train.add_argument("--recipe", type=Path, metavar="FILE", help="a recipe as JSON instead of a preset")
    train.add_argument("--epochs", type=int, metavar="N", help="instead of the recipe's")
    train.add_argument("--seed", type=int, metavar="N", help="instead of the recipe's")
    train.add_argument("--name", default="", help="what Runs calls it")

    evaluate = add("evaluate", _evaluate, "Measure a network on the 10,000 test images")
    evaluate.add_argument("name", metavar="RUN")

    predict = add("predict", _predict, "Read the digits on a picture", "As Predict reads a photo.")
    predict.add_argument("file", type=Path, metavar="FILE")
    predict.add_argument("--run", dest="name", default="drawings", metavar="RUN", help="who reads (drawings)")

    export = add("export", _export, "Write a run as a file", "As Take it home on Runs.")
    export.add_argument("name", metavar="RUN")
    kinds = [kind for kind in FORMATS if kind != "report_html"]
    export.add_argument(
        "--format",
        choices=kinds,
        required=True,
        help="html is the page for a phone; a report is a PDF, or a web page if FILE ends in .html",
    )
    export.add_argument("-o", "--output", type=Path, metavar="FILE", help="where to (a name in this folder)")

    runs = add("runs", _runs, "List the runs of the store")
    backup = add(
        "backup",
        _backup,
        "Copy the store into a file",
        "Servers go on meanwhile. Keep the file secret: with it one can change everybody's runs.",
    )
    restore = add(
        "restore",
        _restore,
        "Put a copy in place of what is in the store",
        "Servers may go on meanwhile. What was there is kept in a file beside the store.",
    )
    for command in (backup, restore):
        command.add_argument("file", type=Path, metavar="FILE")
    add(
        "worker",
        _worker,
        "Train the runs of the queue",
        "One at a time, those in the queue of DIGIT_LAB_STORE, until SIGTERM or Ctrl+C. Start one for every "
        "two cores, on any machine that reaches the store.",
    )
    health = add(
        "health",
        _health,
        "Say whether the store answers and somebody trains",
        "It looks at the store in DIGIT_LAB_STORE, its queue, and the heartbeats of all workers. The exit "
        "status is 1 if the store cannot be used, or runs wait and nobody trains them. If all is well it "
        "takes about two seconds, else up to twelve.",
    )
    for command in (train, evaluate, predict, export, runs, backup, restore, health):
        command.add_argument("--json", action="store_true", help="for programs")
    return parser


# What they need is imported late so that --help answers at once.


def _train(said: argparse.Namespace) -> int:
    from core.commands.train import recipe_of, train_command
    from core.commands.with_store import with_store

    return with_store(
        lambda store: train_command(
            store,
            recipe_of(said.preset, said.recipe, said.epochs, said.seed),
            said.name,
            json=said.json,
        )
    )


def _evaluate(said: argparse.Namespace) -> int:
    from core.commands.look import evaluate_command
    from core.commands.with_store import with_store

    return with_store(lambda store: evaluate_command(store, said.name, json=said.json))


def _predict(said: argparse.Namespace) -> int:
    from core.commands.look import predict_command
    from core.commands.with_store import with_store

    return with_store(lambda store: predict_command(store, said.file, said.name, json=said.json))


def _export(said: argparse.Namespace) -> int:
    from core.commands.export import export_command
    from core.commands.with_store import with_store

    return with_store(
        lambda store: export_command(store, said.name, said.format, said.output, json=said.json)
    )


def _runs(said: argparse.Namespace) -> int:
    from core.commands.look import runs_command
    from core.commands.with_store import with_store

    return with_store(lambda store: runs_command(store, json=said.json))


def _backup(said: argparse.Namespace) -> int:
    from core.commands.backup import backup_command
    from core.commands.with_store import with_store

    return with_store(lambda store: backup_command(store, said.file, json=said.json))


def _restore(said: argparse.Namespace) -> int:
    from core.commands.backup import restore_command
    from core.commands.with_store import with_store

    return with_store(lambda store: restore_command(store, said.file, json=said.json))


def _worker(_: argparse.Namespace) -> int:
    from core.jobs.worker_process import run_worker

    return run_worker()


def _health(said: argparse.Namespace) -> int:
    from core.jobs.health import report_health

    return report_health(said.json)


if __name__ == "__main__":
    sys.exit(main())
