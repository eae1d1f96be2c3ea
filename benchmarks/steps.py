"""Profile the training of a preset: what each kind of operation takes of a step.

    python -m benchmarks.steps [preset] [precision]

Milliseconds are those of TensorFlow's own profiler, over an epoch after the first. Operations
run side by side, so their sum is more than the step; one that waits for a core counts its
waiting, too.
"""

import argparse
import collections
import dataclasses
import tempfile
from pathlib import Path

import tensorflow as tf
from tensorflow.tsl.profiler.protobuf import xplane_pb2

from core.data import load_mnist
from core.history import Epoch
from core.presets import PRESETS
from core.recipe import PRECISIONS
from core.training import train

SHOWN = 25
# The training step is a function within the loop of Keras; the name of an operation ends so.
STEP = "StatefulPartitionedCall/"


def profiled(folder: Path) -> collections.Counter[str]:
    """Seconds of each operation of the step, all threads together."""
    space = xplane_pb2.XSpace()
    (file,) = folder.rglob("*.xplane.pb")
    space.ParseFromString(file.read_bytes())
    seconds: collections.Counter[str] = collections.Counter()
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                if STEP in name and ":" in name:
                    seconds[name.rpartition(STEP)[2].partition(":")[0]] += event.duration_ps / 1e12
    return seconds


def main() -> None:
    """Print the operations of a step, the longest first."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("preset", nargs="?", choices=PRESETS, default="article")
    parser.add_argument("precision", nargs="?", choices=PRECISIONS, default="auto")
    arguments = parser.parse_args()
    recipe = dataclasses.replace(PRESETS[arguments.preset], epochs=2, precision=arguments.precision)
    with tempfile.TemporaryDirectory(prefix="digit-lab-") as name:

        def start(epoch: Epoch) -> None:
            if epoch.number == 1:
                tf.profiler.experimental.start(name)

        result = train(recipe, load_mnist(), on_epoch=start)
        tf.profiler.experimental.stop()
        steps = recipe.steps_per_epoch
        whole = 1000 * result.history[-1].seconds / steps
        print(f"{arguments.preset} in {result.precision}: {whole:.2f} ms a step\n")
        for operation, seconds in profiled(Path(name)).most_common(SHOWN):
            print(f"{1000 * seconds / steps:8.3f} ms  {operation}")


if __name__ == "__main__":
    main()
