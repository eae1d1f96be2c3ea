"""What a visitor does with a page."""

import math
import re
from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect

from benchmarks.server import Server
from core.store.run import Run
from core.store.runs import RunStore

Point = tuple[float, float]

# Points are in pixels of a canvas of this height; on the screen it may be larger.
CANVAS_HEIGHT = 280
ONE: list[Point] = [(140, 50), (140, 230)]
ZERO: list[Point] = [
    (140 + 60 * math.cos(t / 8 * math.pi), 140 + 90 * math.sin(t / 8 * math.pi)) for t in range(17)
]


def open_page(page: Page, path: str) -> None:
    page.goto(path, wait_until="commit")
    page.locator("h1").wait_for()
    wait_until_idle(page)


def follow_link(page: Page, address: str) -> None:
    """Go to a page as a visitor does who is here already: nothing is loaded again."""
    page.evaluate(_FOLLOW_LINK, address)


_FOLLOW_LINK = """address => {
    history.pushState(history.state, "", address)
    dispatchEvent(new PopStateEvent("popstate"))
}"""

_IS_IDLE = """() =>
    document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
"""


def wait_until_idle(page: Page) -> None:
    """Until the server has run the page to its end."""
    # Not `expect`, which looks again after up to a second: the browser looks at each frame.
    page.wait_for_function(_IS_IDLE)


# Each has a place on the page before it is drawn.
_IS_DRAWN = """() => {
    const all = selector => [...document.querySelectorAll(selector)]
    const onScreen = picture => picture.getBoundingClientRect().top < innerHeight
    return !document.querySelector("[data-testid=stSkeleton]")
        && all("[data-testid=stMain] img").filter(onScreen).every(picture => picture.complete)
        && all("[data-testid=stVegaLiteChart]").every(chart => chart.querySelector(".marks"))
        && all("[data-testid=stDataFrame]").every(table => table.querySelector("canvas"))
}"""


def wait_until_drawn(page: Page) -> None:
    """Until pictures, charts, tables and the canvas are there, not only the room for them."""
    wait_until_idle(page)
    if element(page, "predict_canvas").count():
        page.locator("canvas.upper-canvas").wait_for()
    page.wait_for_function(_IS_DRAWN)


def element(page: Page, key: str) -> Locator:
    """The element with this ``key``."""
    return page.locator(f".st-key-{key}")


def selected(page: Page, key: str) -> Locator:
    """The field of a selection box that holds what is chosen."""
    return element(page, key).get_by_role("combobox")


def click(page: Page, key: str) -> None:
    element(page, key).get_by_role("button").click()


def pad(page: Page) -> Locator:
    canvas = page.locator("canvas.upper-canvas")
    canvas.wait_for()
    canvas.scroll_into_view_if_needed()
    wait_until_idle(page)
    return canvas


def on_screen(page: Page, points: Sequence[Point]) -> list[Point]:
    """Where points of the canvas are on the screen."""
    box = pad(page).bounding_box()
    assert box
    scale = box["height"] / CANVAS_HEIGHT
    return [(box["x"] + scale * x, box["y"] + scale * y) for x, y in points]


def draw(page: Page, points: Sequence[Point]) -> None:
    """Draw one stroke with the mouse; a single point is a dot."""
    first, *rest = on_screen(page, points)
    page.mouse.move(*first)
    page.mouse.down()
    for x, y in rest:
        page.mouse.move(x, y, steps=4)
    page.mouse.up()


def draw_with_finger(page: Page, points: Sequence[Point]) -> None:
    """Draw one stroke on a touch screen."""
    points = on_screen(page, points)
    screen = page.context.new_cdp_session(page)

    def touch(kind: str, places: Sequence[Point]) -> None:
        fingers = [{"x": x, "y": y, "id": 1} for x, y in places]
        screen.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    touch("touchStart", [points[0]])
    for point in points[1:]:
        touch("touchMove", [point])
    touch("touchEnd", [])
    screen.detach()


def draw_with_stylus(page: Page, points: Sequence[Point]) -> None:
    """Draw one stroke with a pen on the screen."""
    points = on_screen(page, points)
    screen = page.context.new_cdp_session(page)

    def touch(kind: str, point: Point) -> None:
        place = {"x": point[0], "y": point[1]}
        pen = {"pointerType": "pen", "button": "left", "clickCount": 1, "force": 0.5}
        screen.send("Input.dispatchMouseEvent", {"type": kind, **place, **pen})

    touch("mousePressed", points[0])
    for point in points[1:]:
        touch("mouseMoved", point)
    touch("mouseReleased", points[-1])
    screen.detach()


def expect_reading(page: Page, digit: int) -> None:
    expect(element(page, "prediction")).to_contain_text(shown_prediction(digit))


def shown_prediction(number: int) -> re.Pattern[str]:
    """What the page shows if this is its prediction."""
    return re.compile(rf"Prediction\s*{number}(?!\d)")


def set_slider(page: Page, key: str, presses: str, times: int) -> None:
    """Move a slider with the arrow keys."""
    thumb = element(page, key).get_by_role("slider")
    for _ in range(times):
        thumb.press(presses)
    wait_until_idle(page)


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def runs_of(server: Server) -> tuple[Run, ...]:
    """Return all runs of a server, the one that was queued last first."""
    store = RunStore(server.store)
    runs = store.runs()
    store.database.close()
    return runs


def wait_for_epoch(page: Page, after: int) -> int:
    """Wait until more epochs than these are finished, and return how many."""
    done = page.wait_for_function(
        """after => {
            const shown = document.querySelector(".st-key-train_numbers")?.innerText ?? ""
            const done = parseInt((shown.match(/(\\d+) \\/ \\d+/) || [0, 0])[1])
            return done > after && done
        }""",
        arg=after,
        timeout=90_000,
    )
    return int(done.json_value())
