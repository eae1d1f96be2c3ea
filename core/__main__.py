"""The command line: ``python -m core worker`` and ``python -m core health``."""

import argparse
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, and return the exit status of the process."""
    parser = argparse.ArgumentParser(prog="python -m core", description="Digit Lab without its pages.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "worker",
        help="train the runs of the queue",
        description="Train the runs in the queue of DIGIT_LAB_STORE, one at a time, until SIGTERM or Ctrl+C. "
        "Start one for every two cores, on any machine that reaches the store.",
    )
    health = commands.add_parser(
        "health",
        help="say whether the store answers and somebody trains",
        description="Look at the store in DIGIT_LAB_STORE, its queue, and the heartbeats of all workers. "
        "The exit status is 1 if the store cannot be used, or runs wait and nobody trains them. "
        "If all is well it takes about two seconds, else up to twelve.",
    )
    health.add_argument("--json", action="store_true", help="for programs")
    said = parser.parse_args(arguments)
    return _health(said.json) if said.command == "health" else _worker()


# What they need is imported late so that --help answers at once.


def _worker() -> int:
    from core.jobs.worker_process import run_worker

    return run_worker()


def _health(as_json: bool) -> int:
    from core.jobs.health import report_health

    return report_health(as_json)


if __name__ == "__main__":
    sys.exit(main())
