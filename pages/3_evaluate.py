"""Evaluate: how well a network reads images it has never seen, and what it confuses."""

import pandas as pd
import streamlit as st

from core import figures
from core.data import CLASS_NAMES
from core.evaluation import EvaluationError
from core.records import RunError
from ui import chrome, pictures, resources
from ui.run_picker import pick

MISTAKES_SHOWN = 18


def csv_button(label: str, content: str, name: str) -> None:
    st.download_button(
        label,
        content,
        f"{name}-{run.id}.csv",
        "text/csv",
        key=f"download_{name.replace('-', '_')}",
        icon=":material/table:",
        on_click="ignore",
    )


chrome.begin(
    "Evaluate a network",
    "The network reads the 10,000 test images, which it has never seen, "
    "and each answer is compared with the truth.",
    "A network can learn its training images by heart. Only new images show whether it can read.",
)
dataset = resources.mnist()
run = pick("evaluate_model", default="article")
st.caption(run.recipe.settings)
try:
    evaluation = resources.test_evaluation(run.id)
except (RunError, EvaluationError) as error:
    st.error(str(error), icon=":material/error:")
    st.stop()

test, train, wrong = st.columns(3)
with test.container(key="test_accuracy"):
    st.metric("Test images, read right", f"{evaluation.accuracy:.2%}", border=True)
if run.train_accuracy is not None:
    train.metric("Images it learned from, read right", f"{run.train_accuracy:.2%}", border=True)
wrong.metric("Mistakes among the test images", f"{len(evaluation.mistakes):,}", border=True)
if evaluation.worst_pair:
    digit, answer, count = evaluation.worst_pair
    st.markdown(
        f"The most frequent mistake: **{CLASS_NAMES[digit]}** is read as **{CLASS_NAMES[answer]}**, "
        f"{count} times."
    )

st.subheader("Which digits are taken for which?", anchor=False)
shares = st.segmented_control(
    "Show",
    [False, True],
    default=False,
    required=True,
    format_func=lambda shares: "Shares in per cent" if shares else "Counts",
    key="evaluate_shares",
)
matrix, reading = st.columns([3, 2])
with matrix:
    pictures.show(
        figures.confusion_matrix,
        evaluation.confusion_matrix,
        shares=shares,
        alt=f"Confusion matrix: {evaluation.accuracy:.1%} of the answers are on the diagonal",
        width=720,
    )
with reading:
    st.markdown(
        "**How to read it.** Take a row: all test images of one digit. Its numbers say what the network "
        "took them for. In the blue frames are the right answers. Everything else is a mistake: the "
        "stronger the orange, the more frequent. This table is called a **confusion matrix**."
    )
    st.download_button(
        "Matrix as PNG",
        lambda: pictures.png(
            figures.confusion_matrix, evaluation.confusion_matrix, shares=shares, style=figures.LIGHT
        ),
        f"confusion-matrix-{run.id}.png",
        "image/png",
        key="download_matrix_png",
        icon=":material/image:",
        on_click="ignore",
    )
    csv_button("Counts as CSV", evaluation.confusion_csv(), "confusion-matrix")

st.subheader("Digit by digit", anchor=False)
st.markdown(
    "**Precision**: of the images read as this digit, how many are it. **Recall**: of the images of this "
    "digit, how many are found. **F1** is the harmonic mean of both."
)
scores = pd.DataFrame(evaluation.digit_scores)
st.dataframe(
    pd.DataFrame(
        {
            "Digit": [f"{digit} · {CLASS_NAMES[digit]}" for digit in scores["digit"]],
            "Precision": scores["precision"] * 100,
            "Recall": scores["recall"] * 100,
            "F1": scores["f1"] * 100,
            "Images": scores["support"],
        }
    ),
    hide_index=True,
    key="evaluate_digit_scores",
    column_config={
        name: st.column_config.NumberColumn(format="%.1f %%") for name in ("Precision", "Recall", "F1")
    },
    alt="Precision, recall and F1 of each digit",
)
csv_button("Scores as CSV", evaluation.scores_csv(), "digit-scores")

st.subheader("The mistakes, most confident first", anchor=False)
mistakes = evaluation.mistakes
if len(mistakes) == 0:
    st.success("Not a single mistake.", icon=":material/celebration:")
else:
    page = st.pagination(-(-len(mistakes) // MISTAKES_SHOWN), key=f"evaluate_mistakes_page_{run.id}")
    shown = mistakes[(page - 1) * MISTAKES_SHOWN : page * MISTAKES_SHOWN]
    answers = zip(
        evaluation.predictions[shown], evaluation.labels[shown], evaluation.confidences[shown], strict=True
    )
    pictures.gallery(
        dataset.test_images[shown],
        [f"reads {answer}, is {digit}\n{confidence:.0%} sure" for answer, digit, confidence in answers],
        alt="Test images that the network reads wrong, each with its answer, the truth and its confidence",
    )
csv_button("All mistakes as CSV", evaluation.mistakes_csv(), "mistakes")

chrome.end(
    "evaluate",
    [
        "Look at the surest mistakes. Would you have read them right? Is the label always right?",
        "Compare the article network with the convolutional one. Which confusions are gone, which stay?",
        "Which digit has a high precision and a low recall? What does the network do with it?",
    ],
)
