"""What belongs to one visitor."""

import contextlib
import hashlib
import re
import secrets
import urllib.parse
from collections.abc import Sequence

import streamlit as st

from core.recipe import Recipe
from core.store.database import StoreError
from core.store.drawings import DrawingStore
from core.store.run import Run, RunError
from core.store.runs import RunStore
from ui import chrome, resources

OWNER_ADDRESS = "me"
WATCHED_ADDRESS = "run"
NICKNAME = "nickname"
MAX_NICKNAME = 20
# Visitors whose settings the server remembers: several schools.
MAX_DRAFTS = 1000
_OWNER = "owner"
_OWNER_IN_ADDRESS = "owner_in_address"
_OWNER_FORM = re.compile("[0-9a-f]{16}")


def owner() -> str:
    """An anonymous id of this visitor, the same in all tabs and after a refresh.

    It is the one in the address, if the visitor came by a personal link; else it comes
    from the cookie that Streamlit gives each browser against forged requests. Only where
    that is missing, too, a new id goes into the address. Otherwise it is kept out of it:
    sharing a link to a run must not share the control of it.
    """
    state = st.session_state
    if _OWNER not in state:
        named = st.query_params.get(OWNER_ADDRESS, "")
        by_link = named if _OWNER_FORM.fullmatch(named) else None
        state[_OWNER] = by_link or browser_id() or secrets.token_hex(8)
        state[_OWNER_IN_ADDRESS] = state[_OWNER] != browser_id()
    if state[_OWNER_IN_ADDRESS]:
        st.query_params[OWNER_ADDRESS] = state[_OWNER]
    return str(state[_OWNER])


def has_cookie() -> bool:
    """Whether this visitor's browser keeps a cookie, by which they are the same visitor again."""
    return browser_id() is not None


def drawing_store() -> DrawingStore:
    """Return the saved drawings of this visitor."""
    return DrawingStore(resources.store().database, owner())


def nickname_field(store: RunStore) -> None:
    """Let the visitor say what they want to be called; at first it is what they were called last."""
    if NICKNAME not in st.session_state:
        last: Sequence[Run] = ()
        with contextlib.suppress(StoreError):
            last = store.runs(owner(), limit=1)
        st.session_state[NICKNAME] = last[0].nickname if last else ""
    # Without max_chars: the browser would drop what is too long without a word.
    said = st.text_input(
        "Your nickname",
        key=NICKNAME,
        placeholder="Optional, shown with your runs",
        help="Everyone on this server sees it. Do not use your real name.",
        persist_state="session",
    )
    if len(_in_one_line(said)) > MAX_NICKNAME:
        st.warning(
            f"A nickname has at most {MAX_NICKNAME} characters. "
            f"Yours is shortened to “{chrome.plain(nickname())}”.",
            icon=":material/content_cut:",
        )


def nickname() -> str:
    """What this visitor wants to be called; may be empty."""
    return _in_one_line(st.session_state.get(NICKNAME))[:MAX_NICKNAME].rstrip()


def _in_one_line(text: object) -> str:
    return " ".join(str(text or "").split())


def remember_recipe(recipe: Recipe) -> None:
    """Remember what this visitor has in the form, for `last_recipe`."""
    drafts = resources.drafts()
    drafts[owner()] = recipe
    drafts.move_to_end(owner())
    while len(drafts) > MAX_DRAFTS:
        drafts.popitem(last=False)


def last_recipe() -> Recipe | None:
    """Return what this visitor had in the form last, so that a refresh keeps it.

    After the server has been restarted, it is the recipe of their newest run.
    """
    draft = resources.drafts().get(owner())
    if draft is None:
        with contextlib.suppress(StoreError):
            runs = resources.store().runs(owner(), limit=1)
            draft = next((run.recipe for run in runs if not run.fine_tuning), None)
    return draft


def browser_id() -> str | None:
    """A digest of what stays the same in the cookie: ``2|mask|token XOR mask|time``."""
    parts = st.context.cookies.get("_streamlit_xsrf", "").strip('"').split("|")
    try:
        _, mask, masked, _ = parts
        key = bytes.fromhex(mask)
        token = bytes(byte ^ key[place % len(key)] for place, byte in enumerate(bytes.fromhex(masked)))
    except (ValueError, ZeroDivisionError):
        return None
    return hashlib.sha256(token).hexdigest()[:16]


def watch(run_id: str) -> None:
    """Remember which run this visitor looks at.

    So it stays on the page when it has ended, and when they leave and come back. After a
    refresh the page finds their newest run. Into the address it goes only if another run is
    there: each change of the address is one more press of the Back button.
    """
    st.session_state[WATCHED_ADDRESS] = run_id
    if st.query_params.get(WATCHED_ADDRESS, run_id) != run_id:
        st.query_params[WATCHED_ADDRESS] = run_id


def forget() -> None:
    """Look at no run any more, because it is gone."""
    st.session_state.pop(WATCHED_ADDRESS, None)
    st.query_params.pop(WATCHED_ADDRESS, None)


def shared_address(run_id: str) -> str:
    """The address at which everybody sees a run."""
    return f"{_server()}/train?{WATCHED_ADDRESS}={run_id}"


def personal_address() -> str:
    """The address at which any browser is this visitor's."""
    return f"{_server()}/runs?{OWNER_ADDRESS}={owner()}"


def _server() -> str:
    """Where the app is: the page's address without the page."""
    page = urllib.parse.urlsplit(str(st.context.url or ""))
    return urllib.parse.urlunsplit((page.scheme, page.netloc, page.path.rpartition("/")[0], "", ""))


def watched_run(store: RunStore) -> Run | None:
    """The run to show: the one in the address, the visitor's last one, or one in training.

    If the address names a run that is gone, the page says so before it shows another one.
    """
    asked = st.query_params.get(WATCHED_ADDRESS) or st.session_state.get(WATCHED_ADDRESS)
    run: Run | None = None
    if asked:
        try:
            run = store.get(asked)
        except RunError as error:
            st.warning(str(error), icon=":material/search_off:")
            forget()
    if run is None:
        run = next(iter(store.runs(owner(), limit=1) or store.active()), None)
    if run:
        watch(run.id)
    return run
