"""Accuracy by person in a class, each an anonymous dot."""

from typing import Any

import streamlit as st

from core.classroom.pooled import TRAINED_ON, UNSEEN, People, by_person
from ui import pictures, projector


def anonymous_dots(evaluation: Any, people: People, trained: bool) -> None:
    """Show the accuracy on each person's drawings; nobody can see whose they are.

    Parameters
    ----------
    evaluation : Evaluation
        Of a network on the drawings.
    people : ndarray of int64, shape (n,)
    trained : bool
        Whether it was trained on drawings of this class.
    """
    scores = by_person(evaluation, people, trained)
    st.markdown(
        "Each dot is a person of this class; nobody can see who. Within the gray band, chance alone "
        "would make people differ."
    )
    groups = [UNSEEN, TRAINED_ON] if trained else [UNSEEN]
    # Imported here because they bring Altair.
    from core.plots.theme import legible
    from core.plots.writer_charts import people as dots

    st.altair_chart(
        projector.sized_chart(legible(dots(scores, groups=groups, anonymous=True), pictures.style())),
        key="class_people",
        alt=f"Accuracy of {len(scores)} people",
    )
