"""The test images that runs read differently."""

from collections.abc import Mapping

import streamlit as st

from core.analysis.disagreement import disagreements
from core.evaluation import Evaluation
from core.store.run import Run
from ui import pictures
from ui.compare.evaluations import evaluations
from ui.test_part import mnist_set

_PAGE = 18
_ALL = "all"


def show(runs: Mapping[str, Run]) -> None:
    """Show the images on which the runs disagree, with what each of them reads."""
    found = evaluations(runs)
    if not found:
        return
    letters = list(found)
    chosen = st.segmented_control(
        "Images",
        [_ALL, *letters],
        default=_ALL,
        required=True,
        format_func=lambda choice: "All" if choice == _ALL else f"Only {choice} is correct",
        key="compare_correct",
        wrap=True,
        label_visibility="collapsed",
    )
    labels = found[letters[0]].labels
    alone = letters.index(chosen) if chosen in letters else None
    indices = disagreements([found[letter].predictions for letter in letters], labels, alone)
    with st.container(key="compare_count"):
        st.markdown(_count(len(indices), len(labels), chosen))
    if not len(indices):
        return
    pages = -(-len(indices) // _PAGE)
    page = st.pagination(pages, key=f"compare_page_{chosen}") if pages > 1 else 1
    shown = indices[(page - 1) * _PAGE : page * _PAGE]
    captions = [_caption(int(index), found) for index in shown]
    pictures.gallery(
        mnist_set().images[shown],
        captions,
        alt="Test images with their true label and what each run reads: "
        + "; ".join(caption.replace("\n", ", ") for caption in captions),
    )


def _count(count: int, total: int, chosen: str) -> str:
    if chosen != _ALL:
        return f"Test images that only **{chosen}** reads correctly: **{count:,}** of {total:,}."
    return f"Test images on which the runs disagree: **{count:,}** of {total:,}."


def _caption(index: int, found: Mapping[str, Evaluation]) -> str:
    label = next(iter(found.values())).labels[index]
    answers = [f"{letter} {one.predictions[index]}" for letter, one in found.items()]
    lines = [" · ".join(answers[start : start + 3]) for start in range(0, len(answers), 3)]
    return "\n".join([f"true {label}", *lines])
