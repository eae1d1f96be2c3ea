"""A recipe in the address of Train."""

import streamlit as st

from core.recipe_address import PARTS, recipe_from_parts
from ui import recipe_form


def take_recipe() -> None:
    """Fill the form with the settings of a link, once, and say it if one of them cannot be.

    Then the address no longer has them: a refresh keeps what the visitor has changed since.
    """
    asked = {name: st.query_params[name] for name in st.query_params if name in PARTS}
    if not asked:
        return
    recipe, wrong = recipe_from_parts(asked)
    if wrong:
        st.warning(
            f"The link has settings that are not possible: {', '.join(sorted(wrong))}. "
            "You see the usual ones instead.",
            icon=":material/link_off:",
        )
    recipe_form.use(recipe)
    rest = {name: st.query_params.get_all(name) for name in st.query_params if name not in asked}
    st.query_params.from_dict(rest)
