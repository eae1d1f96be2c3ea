"""A run as one file that goes to another server: a zip of a JSON text and plain arrays.

Not the ``.keras`` file: that describes a network which Keras builds while it reads it, so whoever opens
a stranger's has to trust it. In a bundle are numbers only. The network is built here from the recipe,
and each array must have the name, the shape and the type that this recipe gives it.
"""

import io
import json
import math
import tokenize
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.cost import CONV_KERNEL
from core.export.bundle_fields import read_card
from core.fine_tuning.outcome import FineTuning
from core.history import Epoch
from core.inspection.operation import Operation
from core.recipe import Recipe
from core.steering.control import RateChange
from core.store.run import Run, RunError, RunState

if TYPE_CHECKING:
    import keras

# As large as what a session may upload: networks of up to 5 million parameters, on one's own server as well.
MAX_BUNDLE_BYTES = 20 * 2**20
FORMAT, VERSION = "digit-lab-run", 1
CARD = "run.json"
# How an entry of a zip's directory begins, and more of them than any bundle has: each takes memory.
_MEMBER, _MAX_MEMBERS = b"PK\x01\x02", 100
_MAX_CARD_BYTES = 2**20
# Before the numbers of an array are its type and shape.
_HEADER_BYTES = 128

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class RunBundle:
    """What a bundle says of a run.

    Attributes
    ----------
    recipe : Recipe
    state : RunState
        Finished or stopped.
    name, note, created : str
        At most as long as the store lets them be.
    history : tuple of Epoch
    train_accuracy, test_accuracy : float or None
        0 to 1, as the file claims.
    versions : mapping of str
    fine_tuning : FineTuning or None
    operation : Operation or None
    rate_changes : tuple of RateChange
    weights : mapping of str to ndarray of float32
        By their names in the file, see `weight_shapes`; all are finite.
    """

    recipe: Recipe
    state: RunState
    name: str
    note: str
    created: str
    history: tuple[Epoch, ...]
    train_accuracy: float | None
    test_accuracy: float | None
    versions: Mapping[str, str]
    fine_tuning: FineTuning | None
    operation: Operation | None
    rate_changes: tuple[RateChange, ...]
    weights: Mapping[str, Array]


def weight_shapes(recipe: Recipe) -> dict[str, tuple[int, ...]]:
    """Return the names and shapes of the arrays in a bundle of this recipe, in the order of the layers.

    Examples
    --------
    >>> from core.recipe import ARTICLE
    >>> weight_shapes(ARTICLE)["weights/hidden_1.kernel.npy"]
    (784, 300)
    """
    convolutions = len(recipe.conv_filters)
    shapes: dict[str, tuple[int, ...]] = {}
    for place, layer in enumerate(recipe.network.layers):
        kernel: tuple[int, ...] = (layer.inputs, layer.units)
        if place < convolutions:
            name = f"conv_{place + 1}"
            kernel = (CONV_KERNEL, CONV_KERNEL, layer.inputs // CONV_KERNEL**2, layer.units)
        elif place < convolutions + len(recipe.hidden_units):
            name = f"hidden_{place - convolutions + 1}"
        else:
            name = "digit"
        shapes[f"weights/{name}.kernel.npy"] = kernel
        shapes[f"weights/{name}.bias.npy"] = (layer.units,)
    return shapes


def pack_bundle(run: Run, history: tuple[Epoch, ...], model: "keras.Model") -> bytes:
    """Return a run as a bundle, for `read_bundle`.

    Parameters
    ----------
    run : Run
    history : tuple of Epoch
    model : keras.Model
        Of the run, as `core.store.runs.RunStore.load_model` returns it.
    """
    card = {
        "format": FORMAT,
        "version": VERSION,
        "name": run.name,
        "note": run.note,
        "created": run.created,
        "state": run.state,
        "recipe": json.loads(run.recipe.to_json()),
        "history": [asdict(epoch) for epoch in history],
        "train_accuracy": run.train_accuracy,
        "test_accuracy": run.test_accuracy,
        "versions": dict(run.versions),
        # Without the mixture: it names a class, whose code is not for everybody.
        "fine_tuning": json.loads(replace(run.fine_tuning, mixture=None).to_json())
        if run.fine_tuning
        else None,
        "operation": json.loads(run.operation.to_json()) if run.operation else None,
        "rate_changes": [asdict(change) for change in run.rate_changes],
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        _add(archive, CARD, json.dumps(card, indent=1).encode())
        for name, array in zip(weight_shapes(run.recipe), _arrays(model), strict=True):
            buffer = io.BytesIO()
            np.save(buffer, array, allow_pickle=False)
            _add(archive, name, buffer.getvalue())
    return content.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # Without the time of day, the same run is the same file.
    archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)


def _arrays(model: "keras.Model") -> Iterator[Array]:
    for layer in model.layers:
        for variable in layer.trainable_weights:
            yield np.ascontiguousarray(variable, dtype=np.float32)


def read_bundle(content: bytes) -> RunBundle:
    """Return the run in a bundle that may come from anybody; nothing in it is run or written.

    Raises
    ------
    RunError
        If it is not a whole bundle of a run that could be trained here.
    """
    if len(content) > MAX_BUNDLE_BYTES:
        raise RunError(f"A run bundle can have at most {MAX_BUNDLE_BYTES // 2**20} MB. This file is larger.")
    if not content.startswith(b"PK"):
        raise RunError("This is not a run bundle. Choose a .zip file that was saved with “Take it home”.")
    if content.count(_MEMBER) > _MAX_MEMBERS:
        raise _damaged()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
    ) as error:
        raise _damaged() from error
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RuntimeError,
        tokenize.TokenError,
    ) as error:
        # Of JSON, NumPy and an encrypted file, and what a recipe and an operation say of their values.
        raise RunError(f"This run bundle cannot be read: {_reason(error)}") from error


def _read(archive: zipfile.ZipFile) -> RunBundle:
    members = archive.infolist()
    names = [member.filename for member in members]
    if "config.json" in names and "model.weights.h5" in names:
        raise RunError(
            "This is a Keras model. Such a file can bring code with it, so only run bundles are taken: "
            "on the server where the network was trained, choose “Run bundle” under “Take it home”."
        )
    if CARD not in names:
        raise RunError("This zip is not a run bundle. Choose one that was saved with “Take it home”.")
    card = read_card(_content(archive, CARD, _MAX_CARD_BYTES), FORMAT, VERSION)
    recipe = card.pop("recipe")
    shapes = weight_shapes(recipe)
    if sorted(names) != sorted([CARD, *shapes]):
        raise RunError("The files in this run bundle are not those of its recipe: it was changed.")
    weights = {name: _array(archive, name, shape) for name, shape in shapes.items()}
    return RunBundle(recipe=recipe, weights=weights, **card)


def _content(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """Return a file of an archive, of which no more than this is unpacked."""
    if archive.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _damaged()  # The others unpack everything at once, whatever is asked for.
    with archive.open(name) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise RunError("A file in this run bundle is larger than it can be: it was changed.")
    return content


def _array(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> Array:
    content = _content(archive, name, _HEADER_BYTES + 4 * math.prod(shape))
    file = io.BytesIO(content)
    if np.lib.format.read_magic(file) != (1, 0):
        raise _damaged()
    found, fortran_order, dtype = np.lib.format.read_array_header_1_0(file, max_header_size=_HEADER_BYTES)
    if found != shape or fortran_order or dtype != np.dtype("<f4"):
        raise RunError("The weights in this run bundle do not have the shapes of its recipe: it was changed.")
    array = np.frombuffer(content, "<f4", offset=file.tell())
    if array.size != math.prod(shape):
        raise _damaged()
    if not np.isfinite(array).all():
        raise RunError("Some weights in this run bundle are not numbers (NaN), so it cannot predict.")
    return array.reshape(shape).astype(np.float32)


def _damaged() -> RunError:
    return RunError("This run bundle is damaged or cut short. Save it again where it comes from.")


def _reason(error: Exception) -> str:
    """Return what a recipe or another checked value says; of other errors nothing that helps."""
    said = type(error).__name__ in ("RecipeError", "OperationError", "CardError")
    return str(error) if said else "it is damaged, or was changed."


def network_of(bundle: RunBundle) -> "keras.Model":
    """Return the network of a bundle; it brings TensorFlow."""
    from core.model import build_model

    model = build_model(bundle.recipe)
    arrays = iter(bundle.weights.values())
    for layer in model.layers:
        if layer.trainable_weights:
            layer.set_weights([next(arrays) for _ in layer.trainable_weights])
    return model
