"""A visitor without a browser: a real Streamlit session over its websocket.

It does what the browser's part of Streamlit does: it sends widget values, reads what the
server draws, and runs fragments again by their clock.
"""

import socket
import sys
import threading
import time
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Subprotocol

# How often the clock of fragments is looked at. A shorter tick would cost the machine that
# is being measured.
TICK_SECONDS = 0.5


class Session:
    """One tab, open on a page of the app.

    Parameters
    ----------
    url : str
        Of the server, as ``http://127.0.0.1:8501``.
    page : str
        As in the address; empty for Home.
    query : str
        What follows the ``?`` in the address.
    cookie : str, optional
        Of a browser that has been here; a new browser's if there is none.

    Attributes
    ----------
    query : str
        As the page has changed it.
    cookie : str
        That each browser gets with its first page, and that tells it from others.
    metrics : dict of str
        The values of `st.metric` by their labels, as last drawn.
    errors : list of str
        Exceptions that were drawn on the page, and a connection that broke.
    """

    def __init__(self, url: str, page: str = "", query: str = "", cookie: str | None = None) -> None:
        self.cookie = cookie or f"_streamlit_xsrf={generate_xsrf_token_string()}"
        self.metrics: dict[str, str] = {}
        self.errors: list[str] = []
        self._page = page
        self.query = query
        self._page_hash = ""
        self._widgets: dict[str, str] = {}
        self._clocks: dict[str, tuple[float, float]] = {}
        self._finished = threading.Event()
        self._closing = threading.Event()
        address = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
        self._socket = connect(
            address,
            subprotocols=[Subprotocol("streamlit")],
            additional_headers={"Cookie": self.cookie},
            max_size=None,
            open_timeout=60,
        )
        self._thread = threading.Thread(target=self._listen, name="session", daemon=True)
        self._thread.start()
        self.rerun()

    def rerun(self, timeout: float = 120) -> float:
        """Run the page again and return how long it took, in seconds."""
        return self._run(timeout)

    def go(self, page: str, query: str = "") -> float:
        """Go to another page in the same tab, and return how long it took, in seconds."""
        self._page, self._page_hash, self.query = page, "", query
        self._widgets.clear()
        return self._run(120)

    def click(self, key: str, timeout: float = 120) -> float:
        """Click the button of this key and return how long the page took, in seconds."""
        return self._run(timeout, WidgetState(id=self._widgets[key], trigger_value=True))

    def has(self, key: str) -> bool:
        """Return whether the page has had the button of this key since it was opened."""
        return key in self._widgets

    def close(self) -> None:
        """Close the tab."""
        self._closing.set()
        self._socket.close()
        self._thread.join(10)

    def _run(self, timeout: float, *widgets: WidgetState) -> float:
        self._finished.clear()
        start = time.perf_counter()
        self._send(widgets=widgets)
        if not self._finished.wait(timeout):
            raise TimeoutError(f"The page {self._page!r} was not drawn within {timeout:g} s.")
        return time.perf_counter() - start

    def _send(self, fragment: str = "", widgets: tuple[WidgetState, ...] = ()) -> None:
        message = BackMsg()
        state = message.rerun_script
        # As a browser: the name of the page at first, then what the server calls it.
        state.page_name = "" if self._page_hash else self._page
        state.page_script_hash = self._page_hash
        state.query_string = self.query
        state.fragment_id = fragment
        state.is_auto_rerun = bool(fragment)
        state.widget_states.widgets.extend(widgets)
        self._socket.send(message.SerializeToString())
        if sys.platform == "linux":
            # Streamlit's server holds back a page until the receipt of its first message has come,
            # and Linux that receipt for 40 ms; a browser does not wait so long.
            self._socket.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def _listen(self) -> None:
        while not self._closing.is_set():
            now = time.monotonic()
            for fragment, (due, interval) in list(self._clocks.items()):
                if due <= now:
                    self._clocks[fragment] = (now + interval, interval)
                    self._send(fragment)
            try:
                data = self._socket.recv(timeout=TICK_SECONDS)
            except TimeoutError:
                continue
            except ConnectionClosed as error:
                if not self._closing.is_set():
                    self.errors.append(repr(error))
                    self._finished.set()
                return
            message = ForwardMsg()
            message.ParseFromString(data)
            self._read(message)

    def _read(self, message: Any) -> None:
        kind = message.WhichOneof("type")
        if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._read_element(message.delta.new_element)
        elif kind == "new_session" and not message.metadata.run.fragment_ids:
            # The whole page is drawn again: each fragment that still has a clock gets a new one.
            # A fragment that is interrupted by its own next run keeps its clock.
            self._clocks.clear()
        elif kind == "navigation":
            self._page_hash = message.navigation.page_script_hash
        elif kind == "auto_rerun":
            interval = message.auto_rerun.interval
            self._clocks[message.auto_rerun.fragment_id] = (time.monotonic() + interval, interval)
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._clocks.pop(fragment, None)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self._page_finished()

    def _page_finished(self) -> None:
        # The page that was left may still finish: the next one has not said its name then.
        if self._page_hash:
            self._finished.set()

    def _read_element(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind == "metric":
            self.metrics[element.metric.label] = element.metric.body
        elif kind == "button":
            self._widgets[element.button.id.rpartition("-")[2]] = element.button.id
        elif kind == "exception":
            self.errors.append(element.exception.message)
