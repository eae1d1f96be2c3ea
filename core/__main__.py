"""The command line: ``python -m core worker``."""

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
    parser.parse_args(arguments)
    # Imported here so that --help answers at once.
    from core.jobs.worker_process import run_worker

    return run_worker()


if __name__ == "__main__":
    sys.exit(main())
