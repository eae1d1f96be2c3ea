"""Navigation and the frame that every page has.

At the first visit of a server the heading of Home shall be on the screen at once. So whatever
brings NumPy or the run store is imported after it: they take half a second.
"""

import contextlib
import re
import threading
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.jobs import process_memory
from ui import expiry, open_files, outgoing, server_log

_NAME = "Digit Lab"
_ROOT = Path(__file__).resolve().parent.parent
_PAGES = (
    ("0_home.py", "Home", ":material/home:", "What Digit Lab is, and where to start."),
    ("1_explore.py", "Explore", ":material/grid_view:", "Look at the handwritten digits."),
    ("2_train.py", "Train", ":material/model_training:", "Train a network and watch it learn."),
    (
        "3_evaluate.py",
        "Evaluate",
        ":material/fact_check:",
        "Test accuracy, confusion matrix, wrong predictions.",
    ),
    ("4_predict.py", "Predict", ":material/draw:", "Draw a digit; the network predicts it."),
    ("8_inside.py", "Inside", ":material/hub:", "Every number between the pixels and the prediction."),
    ("6_teach.py", "Fine-tune", ":material/school:", "Train a model further on your own handwriting."),
    ("9_class.py", "Class", ":material/groups:", "Pool your drawings with a class."),
    ("5_runs.py", "Runs", ":material/list_alt:", "Compare all training runs, and manage yours."),
)

# Of a lesson beside the page. With a wider one the navigation, on a screen of 1280 pixels, has no room for
# its last entry, and what stands for it is cut off.
_PANEL_WIDTH = 272

# The page that this visitor is on, and how many pages they have come to.
_PAGE, _VISIT = "page", "page_visit"

# Whether this server has run st.navigation yet.
_navigation_was_built = threading.Event()


def navigation() -> Any:
    """Set the layout, show the navigation, and return the chosen page."""
    open_files.raise_limit()
    outgoing.ask_nobody()
    expiry.expect_expiry()
    server_log.limit_lines()
    process_memory.limit_arenas()
    _read_ahead()
    st.set_page_config(
        page_icon=_ROOT / "ui" / "favicon.png", layout="wide", initial_sidebar_state=_PANEL_WIDTH
    )
    pages = [
        st.Page(_ROOT / "pages" / file, title=title, icon=icon, help=about, default=file == "0_home.py")
        for file, title, icon, about in _PAGES
    ]
    # Not in the navigation: for whoever has the key, see `core.jobs.teacher_key`.
    operator = st.Page(_ROOT / "pages" / "7_operator.py", title="Operator", visibility="hidden")
    # For the projector; the page Class links to it.
    board = st.Page(_ROOT / "pages" / "10_board.py", title="Board", visibility="hidden")
    page = st.navigation([*pages, operator, board], position="top")
    _navigation_was_built.set()
    return page


@st.cache_resource(show_spinner=False)
def _read_ahead() -> threading.Thread:
    """Read MNIST beside the first page's imports: unpacking and checking leave Python free."""
    thread = threading.Thread(target=_try_to_read, name="digit-lab-data", daemon=True)
    thread.start()
    return thread


def _try_to_read() -> None:
    from core.data import DataError, load_mnist

    with contextlib.suppress(DataError):  # The page that needs the data tells.
        load_mnist()


def begin(title: str, what: str, why: str) -> DeltaGenerator:
    """Open a page: its title, and behind a button what happens in this step, and why.

    Streamlit runs a page in a folder called ``pages`` without streamlit_app.py if its
    address is the first thing that anybody asks of a new server. Then the page builds
    the navigation itself and runs again within it: its widgets have other identities
    there, and the first click on one of these would be lost.

    The first page of a server starts the queue: a run that was interrupted by the end of
    the server before goes on without anybody asking for it.

    Returns
    -------
    DeltaGenerator
        The row of the title, for what the whole page depends on, such as the model.
    """
    if not _navigation_was_built.is_set():
        navigation()
        st.rerun()
    if st.session_state.get(_PAGE) != title:
        st.session_state[_PAGE], st.session_state[_VISIT] = title, visit() + 1
    st.set_page_config(page_title=title if title == _NAME else f"{title} · {_NAME}")
    head = st.container(horizontal=True, vertical_alignment="center", key="page_head")
    # A phone has room for the lesson's button beside a short title.
    name = head.container(horizontal=True, vertical_alignment="center", width="content", gap="xsmall")
    with name:
        st.title(title, anchor=False, width="content")
        with st.popover("About", icon=":material/info:", type="tertiary"):
            st.markdown(what)
            st.markdown(why)
            from ui import projector

            projector.switch()

    from ui import identity, resources, test_part
    from ui.lessons import choice
    from ui.uploads import bound_uploads

    projector.style()
    bound_uploads()
    identity.ask()
    resources.queue()
    with name:
        test_part.notice()
    if choice.is_open():
        from ui.lessons import panel

        panel.show(name)
    return head.container(horizontal=True, vertical_alignment="center")


def visit() -> int:
    """Return a number that stays the same until this visitor comes to another page."""
    return int(st.session_state.get(_VISIT, 0))


def end(name: str, tries: list[str], following: str | None = None, code: str | None = None) -> None:
    """Close a page: what to try, the step as code on demand, and the way to the next page.

    Parameters
    ----------
    name : str
        Of the script in the folder ``examples`` that is this step as code.
    tries : list of str
    following : str, optional
        File of the next page.
    code : str, optional
        What is shown instead of the script.
    """
    st.header("Try this", anchor=False)
    st.markdown("\n".join(f"- {line}" for line in tries))
    if st.toggle("Show this step as code", key=f"show_code_{name}"):
        st.code(code, language="python") if code else show_example(name)
    if following:
        label = next(title for file, title, _, _ in _PAGES if file == following)
        page_link(following, f"Next: {label}")


def show_example(name: str) -> None:
    """Show the script of this name in the folder ``examples``."""
    # As in `navigation`, after the first heading.
    from core.data import DataError, read_text

    try:
        st.code(read_text(_ROOT / "examples" / f"{name}.py"), language="python")
    except DataError as error:
        st.warning(str(error), icon=":material/draft:")


def on_primary(label: str) -> str:
    """Return a label for a primary button that is legible in the light and in the dark theme.

    Streamlit writes white on the primary color in both, but in the dark theme that color must
    be light, because chosen pills and tabs are written in it. The theme therefore has violet,
    which nothing else uses, as the color of text on primary.
    """
    return f":violet[{label}]"


# In what Streamlit still makes links, icons, emoji, arrows and dashes of after Markdown was parsed, by
# looking for patterns in the text: the place in each where an invisible character breaks it.
_PATTERNS = re.compile(r"(?<=@)|(?<=:)(?=\S)|(?<=www)(?=\.)|(?<=[-<>~])(?=[-=>])", re.IGNORECASE)
_WORD_JOINER = "\u2060"
_DIRECTION_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
# A dash, a plus and a number with a period begin a list.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#|~$!&]|:(?=\S)|(?<!\S)[-+=]|(?<=\d)\.)")


def plain(text: str) -> str:
    """What a visitor wrote, for showing: nothing in it is Markdown, a link, an icon or a color.

    Nor does it turn around what is written after it.
    """
    text = _DIRECTION_CONTROLS.sub("", text)
    return _MARKDOWN.sub(r"\\\1", _PATTERNS.sub(_WORD_JOINER, text))


def file_of(page: str) -> str:
    """Return the file of a page by its name in the address."""
    return next(file for file, *_ in _PAGES if file.partition("_")[2] == f"{page}.py")


def page_link(file: str, label: str, help: str | None = None, **query: str) -> None:
    """A link to another page of the lab; without help it has the page's."""
    icon = next(icon for name, _, icon, _ in _PAGES if name == file)
    st.page_link(_ROOT / "pages" / file, label=label, icon=icon, help=help, query_params=query or None)
