"""The training labels that a run itself disputes, ranked by loss, and how many were made wrong on purpose."""

import numpy as np
import pandas as pd
import streamlit as st

from core.plots import figures
from core.sampling import SelectionError
from core.store.run import Run
from ui import pictures, resources
from ui.evaluate import cached, widgets
from ui.evaluate.cached import DisputedLabels

_SHOWN = 18
_COLUMNS = 6


def show(run: Run) -> None:
    """Offer the ranking, which takes a network over all its training images."""
    st.header("Training labels that this run disputes", anchor=False)
    if run.fine_tuning and run.fine_tuning.from_scratch:
        st.markdown(
            "This model was trained for a class, on chosen images. Their labels cannot be ranked here."
        )
        return
    if run.fine_tuning:
        st.markdown(
            "This model was fine-tuned on drawings, too. Choose the model that it started from to rank the "
            "labels that it learned from."
        )
        return
    st.markdown(
        "Most labels are correct, and a network learns what most of them say. Where a label is wrong, it "
        "often predicts something else, and the **loss** of that image is large. So the images with the "
        "largest loss are where to look for label errors."
    )
    if not st.toggle("Rank the training labels by loss", key="evaluate_rank_labels", persist_state="session"):
        return
    try:
        disputed = cached.disputed_labels(run.id)
    except SelectionError as error:
        st.warning(str(error), icon=":material/person_off:")
        return
    _planted(run, disputed)
    _images(run, disputed)


def _planted(run: Run, disputed: DisputedLabels) -> None:
    if disputed.planted and not disputed.found:
        st.caption("There are too few training images to count the labels that are wrong on purpose.")
        return
    if not disputed.found:
        st.caption(
            "Want to know how well this works? Train with a share of wrong labels (*Data* on Train). Then "
            "this page counts how many of them are in the list."
        )
        return
    with st.grid(3, min_column_width=200, key="evaluate_planted"):
        for one in disputed.found:
            st.metric(
                f"Wrong on purpose in the first {one.first:,}",
                f"{one.planted:,} ({one.share:.0%})",
                delta=f"By chance about {one.by_chance:.0f}",
                delta_color="off",
                delta_arrow="off",
                help=f"Labels made wrong on purpose among the {one.first:,} images with the largest loss. "
                "By chance: in a random order.",
            )
    chance = disputed.found[0].by_chance / disputed.found[0].first
    st.markdown(
        f"{disputed.planted:,} of the {disputed.images:,} training labels were made wrong on purpose. In a "
        f"random order, {chance:.1%} of any part of the list would be wrong. The more epochs, the more wrong "
        "labels a large network memorizes, and the fewer it disputes."
    )
    widgets.save(
        "planted_labels",
        run,
        pd.DataFrame(
            [
                {"first": one.first, "planted": one.planted, "share": one.share, "by_chance": one.by_chance}
                for one in disputed.found
            ]
        ),
    )


def _images(run: Run, disputed: DisputedLabels) -> None:
    top = disputed.table
    shown = top.head(_SHOWN)
    images = resources.mnist().train_images[shown["index"].to_numpy()]
    captions = [
        f"label {label}\npredicted {prediction}" + ("\nplanted" if planted else "")
        for label, prediction, planted in zip(
            shown["label"], shown["prediction"], shown["planted"], strict=True
        )
    ]
    st.markdown(f"The {len(shown)} training images with the largest loss. **Who is right?**")
    with st.container(key="evaluate_disputed"):
        pictures.gallery(images, captions, alt="The training images with the largest loss")
    st.caption(
        ("Planted: the label was made wrong on purpose. " if disputed.found else "")
        + f"The CSV file has the first {len(top):,}, by their index in MNIST's training set. Loss: −ln of "
        "the probability that the network gives to the label."
    )
    picture = widgets.of_figure(figures.digit_grid, images, captions, columns=_COLUMNS)
    widgets.save("training_labels", run, top.assign(loss=np.round(top["loss"], 4)), picture)
