"""The people who wrote the digits: one person's sheet, two people, two groups, digits per person."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from core import data
from core.analysis import exploration
from core.analysis.morphology import measure
from core.analysis.writers import EMPLOYEES, STUDENTS
from core.data import CLASSES, Dataset, Images, Labels, Writers, is_student
from core.plots import writer_charts
from ui import pictures, resources
from ui.words import WRITERS_MISSING

_VIEWS = ("One person", "Two people", "Two groups", "Digits per person")
_SHEET_SCALE = 2
# Of a digit most people wrote about ten.
_SIDE_BY_SIDE = 12


@dataclass(frozen=True, eq=False)
class GroupDigits:
    """How a group writes: its mean image of each class, and the mean thickness of its strokes."""

    averages: npt.NDArray[np.float32]
    thickness: float


def show(dataset: Dataset) -> None:
    """Show one of the views, or why there are none."""
    st.header("The people who wrote them", anchor=False)
    writers = dataset.train_writers
    if writers is None:
        st.info(WRITERS_MISSING, icon=":material/person_off:")
        return
    view = st.segmented_control(
        "About the people",
        _VIEWS,
        default=_VIEWS[0],
        required=True,
        key="explore_people",
        persist_state="session",
        label_visibility="collapsed",
    )
    if view == "One person":
        _sheet(dataset, _choose(writers, "Writer", "explore_writer", 0))
    elif view == "Two people":
        _side_by_side(dataset, writers)
    elif view == "Two groups":
        _groups()
    else:
        _per_person(writers)
    st.caption(
        "539 people wrote the training digits, 297 others the test digits. A writer is a number of NIST's "
        "forms, nobody's name; numbers from 2100 on are high-school students, the others employees of the "
        "Census Bureau."
    )


def _choose(writers: Writers, label: str, key: str, position: int) -> int:
    people = np.unique(writers).tolist()
    writer: int = st.selectbox(
        label, people, index=position, format_func=_name, key=key, persist_state="session", width=280
    )
    return writer


def _name(writer: int) -> str:
    kind = "high-school student" if writer >= data.FIRST_STUDENT else "Census employee"
    return f"Writer {writer} · {kind}"


def _sheet(dataset: Dataset, writer: int) -> None:
    own = np.flatnonzero(dataset.train_writers == writer)
    images, labels = dataset.train_images[own], dataset.train_labels[own]
    st.markdown(f"All {len(own)} training digits of one person, a row for each class from 0 to 9.")
    with st.container(key="explore_sheet"):
        st.image(
            pictures.enlarged(_rows(images, labels), _SHEET_SCALE),
            alt=f"The {len(own)} training digits of writer {writer}, a row for each class from 0 to 9",
        )


def _rows(images: Images, labels: Labels) -> Images:
    """Return the images in one picture, a row for each class; drawn as a figure it would take a second."""
    columns = int(exploration.class_counts(labels).max())
    sheet = np.zeros((CLASSES, columns, *images.shape[1:]), np.uint8)
    for digit in range(CLASSES):
        own = images[labels == digit]
        sheet[digit, : len(own)] = own
    return sheet.swapaxes(1, 2).reshape(CLASSES * data.IMAGE_SIZE, columns * data.IMAGE_SIZE)


def _side_by_side(dataset: Dataset, writers: Writers) -> None:
    people = np.unique(writers)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        digit = st.selectbox(
            "Digit", range(CLASSES), index=7, key="explore_people_digit", persist_state="session", width=90
        )
        chosen = (
            _choose(writers, "First person", "explore_first_writer", 0),
            _choose(writers, "Second person", "explore_second_writer", len(people) - 1),
        )
    for column, writer in zip(st.columns(2), chosen, strict=True):
        own = np.flatnonzero((writers == writer) & (dataset.train_labels == digit))
        with column:
            st.markdown(f"**{_name(writer)}**, images of the digit {digit}: {len(own)}")
            if len(own):
                shown = own[:_SIDE_BY_SIDE]
                pictures.gallery(
                    dataset.train_images[shown],
                    [str(digit)] * len(shown),
                    alt=f"Each {digit} of writer {writer}",
                )
            else:
                st.markdown("None of this person's are in MNIST. Choose another digit.")


@st.cache_resource(show_spinner="Measuring stroke thickness…")
def group_digits() -> dict[str, GroupDigits]:
    """Return how each group writes, measured on the test images: half of them are of each."""
    dataset = resources.mnist()
    if dataset.test_writers is None:
        return {}
    student = is_student(dataset.test_writers)
    thickness = measure(dataset.test_images).thickness
    return {
        name: GroupDigits(
            exploration.average_digits(dataset.test_images[mask], dataset.test_labels[mask]),
            float(thickness[mask].mean()),
        )
        for name, mask in ((EMPLOYEES, ~student), (STUDENTS, student))
    }


def _groups() -> None:
    with st.container(key="explore_groups"):
        st.markdown("The mean image of each class, of the 5,000 test digits of each group.")
    for name, group in group_digits().items():
        st.metric(
            f"{name}: stroke thickness",
            f"{group.thickness:.2f} pixels",
            help="Mean width of the stroke, twice the ink divided by the length of its outline.",
        )
        pictures.halves(group.averages, range(CLASSES), columns=5, alt=f"Mean images of the classes, {name}")
    st.caption("Pens, forms and scans differed, too, so a difference is not only one of handwriting.")


def _per_person(writers: Writers) -> None:
    counts = np.unique(writers, return_counts=True)[1]
    st.markdown(
        f"Most people wrote about {int(np.median(counts))} of the training digits, nobody more than "
        f"{counts.max()}. So a random validation split has the same people on both sides."
    )
    pictures.chart(
        writer_charts.digits_per_person,
        counts,
        key="explore_per_person",
        alt=f"Histogram of the training digits per person, from {counts.min()} to {counts.max()}",
    )
