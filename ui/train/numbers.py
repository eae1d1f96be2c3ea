"""The four numbers of a training."""

from collections.abc import Sequence

import streamlit as st

from core.history import Epoch
from core.store.run import Run
from ui import guess
from ui.test_part import test_words


def numbers(run: Run, history: Sequence[Epoch]) -> None:
    """Show the numbers of a training: the same four in the same places while it runs and afterwards."""
    last = history[-1] if history else None
    st.metric("Epochs finished", f"{len(history)} / {run.recipe.epochs}")
    planted = " Measured against the labels it learns from, of which some are wrong on purpose."
    planted = planted if run.recipe.label_noise else ""
    if run.train_accuracy is not None:
        st.metric(
            "Training accuracy",
            f"{run.train_accuracy:.2%}",
            help=f"Share of the training images that the finished network classifies correctly.{planted}",
        )
    else:
        st.metric(
            "Training accuracy",
            f"{last.accuracy:.1%}" if last else "–",
            help="Running average over the last epoch, while the weights were still changing. "
            f"Dropout and data augmentation make it lower than that of the finished network.{planted}",
        )
    validated = last is not None and last.val_accuracy is not None
    st.metric(
        "Validation accuracy",
        f"{last.val_accuracy:.1%}" if last and validated else "–",
        help="Share of the images of the validation split classified correctly after the last epoch. "
        "Without a validation split (see *Data* in the settings) there is none.",
    )
    st.metric(
        "Test accuracy",
        f"{run.test_accuracy:.2%}" if run.test_accuracy is not None else "–",
        delta=None if (guessed := guess.of(run)) is None else f"Your guess: {100 * guessed:g}%",
        delta_color="off",
        delta_arrow="off",
        help=f"Share of the {test_words()} classified correctly, measured once after the last epoch.",
    )
