"""The running app, for measurements, tests and screenshots."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from core.store.user_messages import ADDRESS_VARIABLE

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
STOP_SECONDS = 30


class Server:
    """``streamlit run`` on a free port of this machine, ready to answer.

    Parameters
    ----------
    log : Path
        Where its output goes. Its run store is in the same folder.
    *options : str
        Further options of ``streamlit run``.
    script : str or Path
        What to run.
    store : str, optional
        The address of another run store.

    Raises
    ------
    RuntimeError
        If it does not answer within a minute.
    """

    def __init__(
        self, log: Path, *options: str, script: str | Path = "streamlit_app.py", store: str = ""
    ) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        command = [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"]
        command += ["--server.headless=true", "--server.address=127.0.0.1", *options]
        # Never the runs of whoever works on this machine.
        self.store = store or f"sqlite:///{(log.parent / 'runs.db').as_posix()}"
        with log.open("w") as output:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**os.environ, ADDRESS_VARIABLE: self.store},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        self.process.kill()
        raise RuntimeError(f"The server did not start:\n{log.read_text()}")

    def stop(self) -> None:
        """End the server as Ctrl+C or a host would, and wait for its end."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
