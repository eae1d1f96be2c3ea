"""Who a visitor is: asked before a personal link makes them somebody else."""

import streamlit as st

from core.store.database import StoreError
from ui import chrome, resources, session


def ask() -> None:
    """Ask a visitor whose address is a personal link whether they want to be its owner.

    Where the browser keeps no cookie, the address alone says who they are: then say so.
    """
    if not session.has_cookie():
        _say_what_the_address_is()
    elif (other := session.asked_owner()) is not None:
        _ask(other)


def _ask(other: str) -> None:
    with st.container(border=True, key="identity"):
        st.markdown(
            f"**This is a personal link{_description(other)}.** If you use it, this browser belongs to the "
            "same person from now on: it can change their runs and see their drawings, and what you train "
            "and draw here becomes theirs. Use it only if it is your own, from another device."
        )
        with st.container(horizontal=True):
            st.button(
                "Use this link",
                icon=":material/devices:",
                key="identity_use",
                on_click=_use,
                args=(other,),
            )
            st.button(
                chrome.on_primary("Stay as I am"),
                type="primary",
                key="identity_stay",
                on_click=session.stay,
            )


def _description(owner: str) -> str:
    """Return what tells somebody whether a link is theirs."""
    try:
        runs = resources.store().runs(owner)
    except StoreError:
        return ""
    if not runs:
        return ", and nothing was trained with it yet"
    count = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
    name = f"“{chrome.plain(runs[0].nickname)}” with " if runs[0].nickname else ""
    return f" of {name}{count}"


def _use(owner: str) -> None:
    try:
        session.become(owner)
    except StoreError as error:
        st.toast(str(error), icon=":material/database_off:")


def stop_using_the_link() -> None:
    """Let this browser be an owner of its own again."""
    try:
        session.unlink()
    except StoreError as error:
        st.toast(str(error), icon=":material/database_off:")


def _say_what_the_address_is() -> None:
    owner = session.owner()
    whose = f": this is a personal link{_description(owner)}" if session.came_by_address() else ""
    with st.container(horizontal=True, vertical_alignment="center", key="identity"):
        st.markdown(
            "This server cannot recognize your browser, because it keeps no cookie. So **the address of this "
            f"page says who you are{whose}**. Bookmark it to find your runs again, and do not share it.",
            width="stretch",
        )
        if session.came_by_address():
            st.button(
                "This is not my link",
                key="identity_stay",
                on_click=session.stay,
                help="Starts without it, with no runs of your own.",
            )
        link_field()


def link_field() -> None:
    """Let a visitor paste the personal link that another device of theirs shows."""
    with st.popover("I have a personal link", icon=":material/key:", type="tertiary", key="identity_have"):
        pasted = st.text_input(
            "Your personal link",
            key="identity_link",
            help="*Runs* shows it on the device where you have trained or drawn.",
        )
        if st.button("Use this link", key="identity_paste") and pasted:
            owner = session.owner_in(pasted)
            if owner is None:
                st.warning("This is not a personal link. It ends with “me=” and 16 letters and digits.")
            else:
                _use(owner)
                st.rerun()
