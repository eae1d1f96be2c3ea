"""What belongs to one visitor."""

import contextlib
import re
import secrets
import urllib.parse
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from core.recipe import Recipe
from core.store import owners
from core.store.database import StoreError
from core.store.drawings import DrawingStore
from core.store.owners import link_browser, linked_owner
from core.store.run import Run, RunError
from core.store.runs import RunStore
from ui import chrome, resources
from ui.cookie import browser_id

OWNER_ADDRESS = "me"
WATCHED_ADDRESS = "run"
NICKNAME = "nickname"
MAX_NICKNAME = 20
# Visitors of whom the server remembers something: several schools.
MAX_REMEMBERED = 1000
T = TypeVar("T")
_OWNER = "owner"
_CAME_BY_ADDRESS = "owner_by_address"
_PERSON = "owner_in_all_tabs"
_OWNER_FORM = re.compile(rf"(?:.*[?&]{OWNER_ADDRESS}=)?([0-9a-f]{{16}})(?:[&#].*)?")


def owner() -> str:
    """An anonymous id of this visitor, the same in all tabs and after a refresh.

    It comes from the cookie that Streamlit gives each browser against forged requests, or is
    the one that the visitor has chosen for this browser by a personal link. Only where the
    browser keeps no cookie it is in the address: sharing a link to a run must not share the
    control of it.
    """
    state = st.session_state
    browser = browser_id()
    if _OWNER not in state:
        if browser is None:
            named = owner_in(st.query_params.get(OWNER_ADDRESS, ""))
            state[_CAME_BY_ADDRESS] = named is not None
            state[_OWNER] = named or secrets.token_hex(8)
        else:
            try:
                state[_OWNER] = linked_owner(resources.whole_store().database, browser) or browser
            except StoreError:
                return browser  # Not kept: the next run of the page asks the store again.
            state[_PERSON] = resources.people().get(browser)
    _follow_other_tabs(browser)
    if browser is None and st.query_params.get(OWNER_ADDRESS) != state[_OWNER]:
        st.query_params[OWNER_ADDRESS] = state[_OWNER]
    return str(state[_OWNER])


@dataclass(frozen=True, eq=False)
class Person:
    """Who the visitor of a browser has said they are, for its other tabs.

    Attributes
    ----------
    owner : str
    nickname : str or None
        None if they start afresh: what a tab has kept of them counts no more.
    """

    owner: str
    nickname: str | None


def _follow_other_tabs(browser: str | None) -> None:
    """Be whom the visitor has become in another tab of this browser."""
    person = resources.people().get(browser or "")
    if person is not None and person is not st.session_state.get(_PERSON):
        _be(person)


def _tell_other_tabs(owner: str, nickname: str | None = None) -> None:
    """Be somebody from now on, or be called otherwise, in all tabs of this browser."""
    person, browser = Person(owner, nickname), browser_id()
    _be(person)
    if browser is not None:
        _remember(resources.people(), browser, person)


def _be(person: Person) -> None:
    state = st.session_state
    if person.nickname is None or person.owner != state.get(_OWNER):
        for name in (NICKNAME, WATCHED_ADDRESS, _CAME_BY_ADDRESS):
            state.pop(name, None)
    if person.nickname is not None:
        state[NICKNAME] = person.nickname
    state[_OWNER], state[_PERSON] = person.owner, person


def has_cookie() -> bool:
    """Whether this visitor's browser keeps a cookie, by which they are the same visitor again."""
    return browser_id() is not None


def came_by_address() -> bool:
    """Whether a visitor without a cookie is who the address says."""
    return bool(st.session_state.get(_CAME_BY_ADDRESS))


def asked_owner() -> str | None:
    """Return whom the address asks a visitor with a cookie to become, if it is somebody else."""
    if OWNER_ADDRESS not in st.query_params:
        return None
    other = owner_in(st.query_params[OWNER_ADDRESS])
    if other is None or other == owner():
        st.query_params.pop(OWNER_ADDRESS)
        return None
    return other


def owner_in(link: str) -> str | None:
    """Return whose personal link this is, or None; the id alone counts as one, too."""
    found = _OWNER_FORM.fullmatch(link.strip())
    return found.group(1) if found else None


def become(owner: str) -> None:
    """Make this visitor that owner, and this browser theirs at every visit. Raises `StoreError`."""
    browser = browser_id()
    if browser is not None:
        link_browser(resources.whole_store().database, browser, owner)
    _start_as(owner)


def stay() -> None:
    """Take a personal link out of the address; without a cookie the visitor starts as somebody new."""
    if has_cookie():
        st.query_params.pop(OWNER_ADDRESS, None)
    else:
        _start_as(secrets.token_hex(8))


def is_linked() -> bool:
    """Whether this browser belongs to its visitor by a personal link."""
    return browser_id() not in (None, owner())


def unlink() -> None:
    """Let this browser be an owner of its own again. Raises `StoreError`."""
    if (browser := browser_id()) is not None:
        become(browser)


def _start_as(owner: str) -> None:
    _tell_other_tabs(owner)
    st.query_params.pop(OWNER_ADDRESS, None)


def drawing_store() -> DrawingStore:
    """Return the saved drawings of this visitor."""
    return DrawingStore(resources.whole_store().database, owner())


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


def change_nickname(said: str) -> None:
    """Be called otherwise from now on, in all runs; an empty nickname takes it off.

    Raises
    ------
    RunError
        If it is too long.
    StoreError
    """
    chosen = _in_one_line(said)
    if len(chosen) > MAX_NICKNAME:
        raise RunError(f"A nickname can have at most {MAX_NICKNAME} characters.")
    owners.change_nickname(resources.whole_store().database, owner(), chosen)
    _tell_other_tabs(owner(), chosen)


def _in_one_line(text: object) -> str:
    return " ".join(str(text or "").split())


def remember_recipe(recipe: Recipe) -> None:
    """Remember what this visitor has in the form, for `last_recipe`."""
    _remember(resources.drafts(), owner(), recipe)


def _remember(things: OrderedDict[str, T], name: str, thing: T) -> None:
    """Keep something as the newest, and no more than `MAX_REMEMBERED`."""
    things[name] = thing
    things.move_to_end(name)
    while len(things) > MAX_REMEMBERED:
        things.popitem(last=False)


def last_recipe() -> Recipe | None:
    """Return what this visitor had in the form last, so that a refresh keeps it.

    After the server has been restarted, it is the recipe of their newest run.
    """
    draft = resources.drafts().get(owner())
    if draft is None:
        with contextlib.suppress(StoreError):
            runs = resources.store().runs(owner(), limit=1)
            draft = next((run.recipe for run in runs if not (run.fine_tuning or run.operation)), None)
    return draft


def forget_all() -> None:
    """Forget what this server remembers of the visitor beside the store: all of it was deleted."""
    resources.drafts().pop(owner(), None)
    # Whom a personal link named is gone, too: this browser is an owner of its own again.
    _start_as(browser_id() or owner())


def shared_address(run_id: str) -> str:
    """The address at which everybody sees a run."""
    return f"{server_address()}/train?{WATCHED_ADDRESS}={run_id}"


def personal_address() -> str:
    """The address at which any browser is this visitor's."""
    return f"{server_address()}/runs?{OWNER_ADDRESS}={owner()}"


def server_address() -> str:
    """Where the app is: the page's address without the page."""
    page = urllib.parse.urlsplit(str(st.context.url or ""))
    return urllib.parse.urlunsplit((page.scheme, page.netloc, page.path.rpartition("/")[0], "", ""))
