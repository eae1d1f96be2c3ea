"""Saying a result to those who do not see it."""

import streamlit as st

# Screen readers read out what changes inside a region that has been there before. A metric is
# no such region, and a message box (st.info, st.success) would show its words a second time.
_region = st.components.v2.component(
    "announcement",
    html='<p role="status"></p>',
    css="p { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }",
    js="""
    export default function ({ data, parentElement }) {
        const region = parentElement.querySelector("[role=status]")
        if (region.textContent !== data.text) region.textContent = data.text
    }
    """,
)


def announce(text: str, key: str) -> None:
    """Let screen readers say a text when it has changed; nothing is shown.

    Call it in every run of the page, with an empty text if there is nothing to say.
    """
    _region(key=key, data={"text": text}, height="content")
