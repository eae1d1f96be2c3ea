"""A recipe in the address of Train."""

import streamlit as st

from core.lessons.recipe_address import PARTS, recipe_from_parts
from ui import recipe_form
from ui.address_bar import into_address
from ui.lessons.choice import LESSON

# The settings of a link that are in the form already.
_TAKEN = "recipe_taken"


def take_recipe() -> None:
    """Fill the form with the settings of a link, once, and say it if one of them cannot be.

    Then the address no longer has them: a refresh keeps what the visitor has changed since.
    """
    asked = {name: st.query_params[name] for name in st.query_params if name in PARTS}
    before, st.session_state[_TAKEN] = st.session_state.get(_TAKEN), asked
    if not asked or asked == before:
        return
    recipe, wrong = recipe_from_parts(asked)
    if wrong:
        st.warning(
            f"The link has settings that are not possible: {', '.join(sorted(wrong))}. "
            "You see the default values instead.",
            icon=":material/link_off:",
        )
    recipe_form.use(recipe)
    if LESSON in st.query_params:
        # Streamlit lets nobody replace an address that a widget is bound to.
        for name in asked:
            # Of all settings: two links in a row may have one in common.
            into_address(name, "", before=str(asked))
        return
    st.session_state[_TAKEN] = {}
    rest = {name: st.query_params.get_all(name) for name in st.query_params if name not in asked}
    st.query_params.from_dict(rest)
