"""TensorFlow is loaded once in a process, so each test has a process of its own."""

import subprocess
import sys
from pathlib import Path

from tests.test_ladder import NEEDS_TENSORFLOW

ROOT = Path(__file__).resolve().parents[3]


def run(code: str) -> list[str]:
    """What a fresh process prints."""
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return answer.stdout.splitlines()


def test_it_loads_in_the_background_once_and_all_who_need_it_meanwhile_get_it():
    assert run(
        "import importlib, sys, threading\n"
        "from core.jobs.tensorflow_loader import tensorflow_loader as loader\n"
        "assert not loader.is_loaded\n"
        "loader.then(lambda: print('loaded', flush=True))\n"
        "background = loader.load_in_background()\n"
        "assert loader.load_in_background() is background, 'one is enough'\n"
        "def need():\n"
        "    loader.load()\n"
        "    from core.training import train\n"
        "    sys.stdout.write('train\\n' if callable(train) else 'half made\\n')\n"
        "threads = [threading.Thread(target=need) for _ in range(3)]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in [background, *threads]]\n"
        "print(loader.is_loaded)\n"
        f"[importlib.import_module(module) for module in {sorted(NEEDS_TENSORFLOW)}]\n"
        "print('streamlit' in sys.modules)\n"
        "from threadpoolctl import threadpool_info\n"
        "print({pool['num_threads'] for pool in threadpool_info() if pool['user_api'] == 'blas'})\n"
    ) == ["loaded", "train", "train", "train", "True", "False", "{1}"]


def test_if_it_cannot_be_loaded_in_the_background_whoever_needs_it_is_told():
    assert run(
        "import sys\n"
        "sys.modules['tensorflow'] = None\n"
        "from core.jobs.tensorflow_loader import TensorFlowLoadError, tensorflow_loader\n"
        "tensorflow_loader.load_in_background().join()\n"
        "assert not tensorflow_loader.is_loaded\n"
        "try:\n"
        "    tensorflow_loader.load()\n"
        "except TensorFlowLoadError as error:\n"
        "    print('requirements.txt' in str(error))\n"
    ) == ["True"]
