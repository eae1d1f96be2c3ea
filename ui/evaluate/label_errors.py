"""Label errors: votes on those of the test set, the score without them, and what the run disputes."""

import numpy as np
import pandas as pd
import streamlit as st

from core.analysis import label_errors
from core.analysis.label_errors import LABEL_ISSUES, LabelIssue, Verdict
from core.data import CLASS_NAMES
from core.evaluation import Evaluation
from core.plots import figures
from core.store.run import Run
from core.test_sets.evaluation_sets import EvaluationSet
from ui import chrome, pictures, resources
from ui.evaluate import test_sets, training_labels, widgets
from ui.test_part import mnist_set
from ui.words import percent

_SHOWN = "evaluate_verdicts_shown"
_NEITHER = "neither"
_SCALE = 5
NO_BREAK = "\N{NO-BREAK SPACE}"
_VERDICTS = {
    Verdict.CORRECTABLE: "Most annotators saw a **{suggestion}**",
    Verdict.NEITHER: "Most annotators saw neither **{label}** nor **{suggestion}**",
    Verdict.NON_AGREEMENT: "The annotators did not agree",
}


def show(run: Run, test_set: EvaluationSet) -> None:
    """Show fifteen images to vote on, the published votes, and the score on corrected labels."""
    test_sets.stays(test_set, "Nobody has checked the labels of this test set.")
    seen = mnist_set()
    evaluation = resources.evaluation(run.id, seen)
    st.header("Label errors in the test set", anchor=False)
    st.markdown(
        "People labeled the test images, and people make mistakes. A study found 15 test images whose label "
        "fewer than 3 of 5 annotators agreed with. **What do you see?** One of the two digits is the label."
    )
    shown = st.session_state.get(_SHOWN, False)
    with st.form("evaluate_votes", border=False):
        with st.grid(5, min_column_width=155):
            for issue in LABEL_ISSUES:
                with st.container(border=True, height="stretch", key=f"dispute_{issue.index}"):
                    _card(issue, _prediction(evaluation, seen, issue), shown)
        st.form_submit_button(
            chrome.on_primary("Submit votes and compare"),
            type="primary",
            icon=":material/how_to_vote:",
            key="evaluate_vote",
            on_click=lambda: st.session_state.update({_SHOWN: True}),
        )
    if shown:
        _votes()
        _score(evaluation, seen)
    st.caption(f"Source: {label_errors.SOURCE}.")
    images = resources.mnist().test_images[[issue.index for issue in LABEL_ISSUES]]
    captions = [f"{issue.index}\nlabel {issue.label}" for issue in LABEL_ISSUES]
    picture = widgets.of_figure(figures.digit_grid, images, captions, columns=5)
    widgets.save("disputed_labels", run, pd.DataFrame(_rows()), picture)
    training_labels.show(run)


def _prediction(evaluation: Evaluation, seen: EvaluationSet, issue: LabelIssue) -> int | None:
    """Return what the network predicts for a disputed image; None if the visitor may not see it."""
    if seen.numbers is None:
        return int(evaluation.predictions[issue.index])
    (places,) = np.nonzero(seen.numbers == issue.index)
    return int(evaluation.predictions[places[0]]) if len(places) else None


def _card(issue: LabelIssue, prediction: int | None, shown: bool) -> None:
    image = resources.mnist().test_images[issue.index]
    st.image(pictures.enlarged(image, _SCALE), alt=f"Test image {issue.index}, whose label is disputed")
    # In the order of the digits, so that nothing gives away which of the two is the label.
    choices = [*sorted((issue.label, issue.suggestion)), _NEITHER]
    st.segmented_control(
        f"Your vote on image {issue.index}",
        choices,
        format_func=lambda choice: "Neither" if choice == _NEITHER else str(choice),
        key=f"vote_{issue.index}",
        label_visibility="collapsed",
        persist_state="session",
    )
    if shown:
        verdict = _VERDICTS[issue.verdict].format(label=issue.label, suggestion=issue.suggestion)
        votes = (
            f"{issue.label} × {issue.for_label}",
            f"{issue.suggestion} × {issue.for_suggestion}",
            f"neither × {issue.for_neither}",
        )
        lines = (
            f"MNIST says **{issue.label}**",
            verdict,
            # A line may break between two counts, but not within one.
            f"Votes: {', '.join(count.replace(' ', NO_BREAK) for count in votes)}",
            f"This network predicts **{prediction}**" if prediction is not None else "In the sealed half",
        )
        st.markdown("  \n".join(lines))


def _votes() -> None:
    votes = {issue: st.session_state.get(f"vote_{issue.index}") for issue in LABEL_ISSUES}
    given = {issue: vote for issue, vote in votes.items() if vote is not None}
    against = sum(vote != issue.label for issue, vote in given.items())
    agree = sum(
        vote == {Verdict.CORRECTABLE: issue.suggestion, Verdict.NEITHER: _NEITHER}.get(issue.verdict)
        for issue, vote in given.items()
    )
    decided = sum(issue.verdict is not Verdict.NON_AGREEMENT for issue in given)
    with st.container(key="evaluate_votes_result"):
        if given:
            st.markdown(
                f"You voted on {len(given)} of {len(LABEL_ISSUES)} images, and against MNIST's label on "
                f"{against} of them. Where most of the 5 annotators agreed, you voted as they did on "
                f"{agree} of {decided}."
            )
        else:
            st.markdown("You have not voted yet. The votes of the study are below each image.")


def _score(evaluation: Evaluation, seen: EvaluationSet) -> None:
    st.header("Test accuracy on original and corrected labels", anchor=False)
    score = label_errors.corrected_score(evaluation, seen.numbers)
    with st.container(horizontal=True, gap="medium"):
        st.metric("On original labels", percent(score.given_correct / score.given_images, 2), width="content")
        st.metric(
            "On corrected labels",
            percent(score.corrected_correct / score.corrected_images, 2),
            width="content",
        )
    with st.container(key="evaluate_corrected"):
        st.markdown(
            f"{score.changed} images have a new label, the digit that most annotators saw. This network "
            f"predicts the new label of {score.gained} of them, and the old label of {score.lost}. The "
            "annotators did not agree on a digit for the other "
            f"{score.given_images - score.corrected_images} images, so these are left out."
        )
    widgets.explain("corrected")


def _rows() -> list[dict[str, object]]:
    return [
        {
            "index": issue.index,
            "label": issue.label,
            "suggestion": issue.suggestion,
            "votes_label": issue.for_label,
            "votes_suggestion": issue.for_suggestion,
            "votes_neither": issue.for_neither,
            "verdict": issue.verdict.value,
            "label_name": CLASS_NAMES[issue.label],
        }
        for issue in LABEL_ISSUES
    ]
