"""The engine is loaded once in a process, so each test has a process of its own."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(code: str) -> list[str]:
    """What a fresh process prints."""
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return answer.stdout.splitlines()


def test_it_loads_in_the_background_and_says_how_far_it_is():
    seen = run(
        "from core.engine import engine\n"
        "assert not engine.is_loaded\n"
        "thread = engine.load_in_background()\n"
        "assert engine.load_in_background() is thread, 'one is enough'\n"
        "while thread.is_alive():\n"
        "    print(engine.progress)\n"
        "    thread.join(0.1)\n"
        "assert engine.is_loaded\n"
        "print(engine.progress)\n"
    )
    shares = [float(share) for share in seen]
    assert shares == sorted(shares)
    assert shares[0] < 0.1
    assert 0.8 < shares[-2] < 1
    assert shares[-1] == 1


def test_two_threads_that_need_it_at_the_same_time_both_get_it():
    assert (
        run(
            "import sys, threading\n"
            "from core.engine import engine\n"
            "def need():\n"
            "    engine.load()\n"
            "    from core.training import train\n"
            "    sys.stdout.write('train\\n' if callable(train) else 'half made\\n')\n"
            "threads = [threading.Thread(target=need) for _ in range(3)]\n"
            "[thread.start() for thread in threads]\n"
            "[thread.join() for thread in threads]\n"
        )
        == ["train"] * 3
    )


def test_if_it_cannot_be_loaded_in_the_background_whoever_needs_it_is_told():
    assert run(
        "import sys\n"
        "sys.modules['tensorflow'] = None\n"
        "from core.engine import EngineError, engine\n"
        "engine.load_in_background().join()\n"
        "assert not engine.is_loaded\n"
        "try:\n"
        "    engine.load()\n"
        "except EngineError as error:\n"
        "    print('requirements.txt' in str(error))\n"
    ) == ["True"]
