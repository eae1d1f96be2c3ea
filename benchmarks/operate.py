"""How long Inside takes for Operate, Why and Map, and what it sends to the browser.

    python -m benchmarks.operate

Medians of 20: first of the processor time of the calculations on one core, whatever else runs, then
of a click or key in a browser until the page has its answer. The maps of the bundled networks are
made beforehand; that of another network is made once, in a thread.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Page, WebSocket, sync_playwright
from threadpoolctl import threadpool_limits

from benchmarks.server import Server
from core.data import load_mnist, sample_indices
from core.inspection.attribution import favorite_inputs, integrated_gradients, occlusion
from core.inspection.layer_map import POINTS, SEED, layer_values, pca, tsne
from core.inspection.network import Network, read_network
from core.inspection.operate import operate, read, sample_size
from core.inspection.operation import Operation
from core.model import build_model
from core.recipe import Recipe
from core.store.runs import RunStore
from tests.browser.actions import element, wait_until_drawn, wait_until_idle
from tests.browser.conftest import BROWSER_FLAGS, find_browser

TIMES = 20
# The most units and the most filters that a recipe can have.
LARGEST = {
    "4 × 1,024 units": Recipe(hidden_units=(1024,) * 4, train_size=1000),
    "3 × 64 filters": Recipe(conv_filters=(64,) * 3, train_size=1000, batch_size=100),
}
CHANGED = Operation(prune=0.5, bits=8, noise=0.2, drop=0.2)


def median(call: Callable[[], object], times: int = TIMES) -> float:
    """Return the median processor time of a call in milliseconds, the first one left out."""
    call()
    taken = []
    for _ in range(times):
        start = time.process_time()
        call()
        taken.append(1000 * (time.process_time() - start))
    return statistics.median(taken)


def calculations() -> None:
    """Print what each part takes without a page."""
    dataset, store = load_mnist(), RunStore()
    bundled = ("article", "relu", "convolutional", "drawings")
    networks = {name: read_network(store.load_model(name)) for name in bundled}
    networks |= {name: read_network(build_model(recipe)) for name, recipe in LARGEST.items()}
    image, mean = dataset.test_images[8], dataset.train_images.mean(axis=0)
    for name, network in networks.items():
        count = sample_size(network, len(dataset.test_labels))
        images, labels = dataset.test_images[:count], dataset.test_labels[:count]
        parts = {
            f"operate, and read {count:,} images": lambda: read(operate(network, CHANGED), images, labels),  # noqa: B023
            "integrated gradients of two digits": lambda: [
                integrated_gradients(network, image, digit)  # noqa: B023
                for digit in (5, 6)
            ],
            "occlusion": lambda: occlusion(network, image),  # noqa: B023
            "favorite inputs": lambda: favorite_inputs(network, mean),  # noqa: B023
        }
        for part, call in parts.items():
            print(f"{name:16} {part:40} {median(call, TIMES if name in bundled else 5):7.0f} ms", flush=True)
    maps(networks["convolutional"])


def maps(network: Network) -> None:
    """Print what the map of a convolution takes."""
    dataset = load_mnist()
    images = dataset.test_images[sample_indices(dataset.test_labels, POINTS, SEED)]
    values = layer_values(network, "conv_1", images)
    taken = median(lambda: layer_values(network, "conv_1", images), 3)
    print(f"values of conv_1 for {POINTS:,} images: {taken:.0f} ms")
    print(f"PCA of them: {median(lambda: pca(values), 3):.0f} ms")
    start = time.process_time()
    tsne(values)
    print(f"t-SNE of them: {time.process_time() - start:.1f} s")


def answer(page: Page, act: Callable[[], None]) -> float:
    """Return how long the page takes to answer, in milliseconds."""
    start = time.perf_counter()
    act()
    page.wait_for_timeout(50)  # Before that the page does not know yet that it has to run.
    wait_until_idle(page)
    return 1000 * (time.perf_counter() - start)


def main() -> None:
    """Measure everything."""
    with threadpool_limits(1):
        calculations()
    with tempfile.TemporaryDirectory(prefix="digit-lab-") as name, sync_playwright() as playwright:
        server = Server(Path(name) / "log.txt")
        browser = playwright.chromium.launch(executable_path=find_browser(playwright), args=BROWSER_FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        received: list[int] = []

        def listen(socket: WebSocket) -> None:
            socket.on("framereceived", lambda frame: received.append(len(frame)))

        page.on("websocket", listen)
        for network in ("article", "convolutional"):
            for view, act in ACTIONS.items():
                page.goto(f"{server.url}/inside?model={network}&inside_view={view}", wait_until="commit")
                page.locator(".st-key-inside_overview").wait_for()
                wait_until_drawn(page)
                received.clear()
                taken = [answer(page, partial(act, page, turn)) for turn in range(TIMES)]
                print(
                    f"{network:16} {view:10} {statistics.median(taken):5.0f} ms, at most {max(taken):5.0f}; "
                    f"largest message {max(received) / 1000:.0f} kB",
                    flush=True,
                )
        browser.close()
        server.stop()


def _prune(page: Page, turn: int) -> None:  # noqa: ARG001
    element(page, "inside_prune").get_by_role("slider").press("ArrowRight")


def _next_error(page: Page, turn: int) -> None:  # noqa: ARG001
    page.get_by_role("button", name="Next error").click()


def _other_layer(page: Page, turn: int) -> None:
    page.locator(".st-key-inside_stage").get_by_text(("digit", "pixels")[turn % 2], exact=True).click()


ACTIONS: dict[str, Callable[[Page, int], None]] = {
    "Operate": _prune,
    "Why": _next_error,
    "Map": _other_layer,
}


if __name__ == "__main__":
    main()
