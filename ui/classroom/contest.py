"""The contest of a class: the leaderboard on the open half of the test set, and the sealed half."""

from collections.abc import Sequence

import streamlit as st

from core.classroom.classroom import Classroom
from core.classroom.contest import Entry, Score, Standing, entries, leaderboard, read_entry_answers
from core.data import load_mnist
from core.store.database import StoreError
from ui import chrome, resources, spreadsheets, test_part
from ui.classroom.act import act, desk
from ui.classroom.fool import fool
from ui.words import percent

_POLL_SECONDS = 5.0


def contest(classroom: Classroom, teaches: bool) -> None:
    """Show how the contest of a class stands, and let its teacher direct it. Raises `StoreError`."""
    st.header("Whose network is best?", anchor=False)
    if classroom.sealed_at is None:
        _not_begun(classroom.code, teaches)
    else:
        _begun(classroom, teaches)
    st.header("Fool the network", anchor=False)
    fool(classroom, teaches)


def _not_begun(code: str, teaches: bool) -> None:
    st.markdown(
        "If you try many networks and keep the one with the highest test accuracy, it is partly lucky: the "
        "test images helped to choose it. To see how lucky, your class seals half of the 10,000 test images. "
        "The leaderboard counts the **open half**; at the end the sealed one is opened, once."
    )
    if not teaches:
        st.markdown("Your teacher has not started the contest yet.")
        return
    st.markdown(
        "From then on everybody in this class, you included, sees accuracies on the open half only, on every "
        "page and in every file. Networks that are trained from then on take part."
    )
    st.button(
        chrome.on_primary("Seal half of the test set"),
        type="primary",
        icon=":material/lock:",
        key="class_seal",
        on_click=_seal,
        args=(code,),
    )


def _seal(code: str) -> None:
    act(desk(code).seal)
    test_part.sealed_for.clear()


def _begun(classroom: Classroom, teaches: bool) -> None:
    st.fragment(_leaderboard, run_every=_POLL_SECONDS if classroom.is_sealed else None)(
        classroom.code, classroom.is_sealed
    )
    if classroom.is_sealed:
        st.markdown(test_part.WHY)
        if teaches:
            _offer_to_open(classroom.code)


def _offer_to_open(code: str) -> None:
    with st.popover("Open the sealed half", icon=":material/lock_open:", key="class_unseal_ask"):
        st.markdown(
            "Everybody sees both halves from then on, on all pages. **It can be done only once in this "
            "class**, so do it when nobody wants to train any more. Networks that are trained later do not "
            "take part."
        )
        st.button(
            chrome.on_primary("Open it now"),
            type="primary",
            key="class_unseal",
            on_click=_unseal,
            args=(code,),
        )


def _unseal(code: str) -> None:
    act(desk(code).unseal)
    test_part.sealed_for.clear()


def _leaderboard(code: str, sealed: bool) -> None:
    try:
        found = standings(code, not sealed)
    except StoreError as error:
        st.warning(str(error), icon=":material/database_off:")
        return
    if not found:
        st.info(
            "No network takes part yet. Train one on *Train*: the best one of each student counts.",
            icon=":material/leaderboard:",
        )
        return
    st.dataframe(
        _table(found),
        hide_index=True,
        key="class_leaderboard",
        alt="The best network of each student with its accuracy, interval, and McNemar's test",
    )
    st.markdown(
        "The best network of each student counts, if it was trained from random weights. **Within chance**: "
        "McNemar's test, corrected for the number of networks, finds no significant difference from the "
        "first (p ≥ 0.05), so the two are equally good as far as these images can tell."
    )
    if not sealed:
        _opened(found)


def _table(found: Sequence[Standing]) -> dict[str, list[object]]:
    """Return the leaderboard as columns: the half that was opened last comes first."""
    table: dict[str, list[object]] = {
        "Rank": [(one.sealed or one.open).rank for one in found],
        "Student": [spreadsheets.shown(one.entry.name) for one in found],
    }
    if found[0].sealed:
        sealed = [one.sealed for one in found if one.sealed]
        table |= {
            "Sealed half": [percent(score.accuracy.proportion, 2) for score in sealed],
            "95% interval": [interval(score) for score in sealed],
            "Against the first": list(map(against_first, sealed)),
            "Open half": [percent(one.open.accuracy.proportion, 2) for one in found],
            "Open rank": [one.open.rank for one in found],
            "Luck (points)": [f"{100 * (one.luck or 0.0):+.2f}".replace("-", "−") for one in found],
        }
    else:
        table |= {
            "Open half": [percent(one.open.accuracy.proportion, 2) for one in found],
            "95% interval": [interval(one.open) for one in found],
            "Against the first": [against_first(one.open) for one in found],
        }
    return table | {
        "Runs": [one.entry.tried for one in found],
        "Network": [f"Run {one.entry.number}: {one.entry.settings}" for one in found],
    }


def interval(score: Score) -> str:
    """Return the 95% interval of an accuracy."""
    return f"{percent(score.accuracy.low)} – {percent(score.accuracy.high)}"


def against_first(score: Score) -> str:
    """Return whether an entry is behind the first by more than chance."""
    if score.p_value is None:
        return "First"
    return "Behind" if score.behind else "Within chance"


def _opened(found: Sequence[Standing]) -> None:
    with st.container(key="class_opened"):
        st.info("  \n".join(opened_lines(found)), icon=":material/lock_open:")
        st.markdown(
            "**Why only once?** The sealed images could tell luck from skill because nobody had chosen with "
            "them. Now that their results are known, the next network would be chosen with them, too. To "
            "find out again, one needs new images."
        )


def opened_lines(found: Sequence[Standing]) -> list[str]:
    """Return who is first on the sealed half, whether that is chance, and who was lucky on the open one."""
    first, *rest = found
    if first.sealed is None:
        return []
    name = chrome.plain(first.entry.name)
    lines = [f"**{name}** is first on the sealed half with {percent(first.sealed.accuracy.proportion, 2)}."]
    if rest and rest[0].sealed:
        second = rest[0].sealed
        p_value = second.p_value or 0.0
        said = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
        verdict = "more than chance" if second.behind else "within chance"
        lines.append(
            f"The next one, **{chrome.plain(rest[0].entry.name)}**, has "
            f"{percent(second.accuracy.proportion, 2)}: the lead is {verdict} (McNemar's test, {said})."
        )
    return [*lines, *_lucky(found)]


def short_lines(found: Sequence[Standing]) -> list[str]:
    """Return the same for a board: whether the lead is chance, and who was luckiest."""
    first, *rest = found
    if first.sealed is None:
        return []
    lines = []
    if rest and rest[0].sealed:
        verdict = "more than chance" if rest[0].sealed.behind else "within chance"
        lines.append(f"**{chrome.plain(first.entry.name)}** leads, {verdict}.")
    luckiest = max(found, key=lambda one: one.luck or 0.0)
    if luckiest.luck and luckiest.luck > 0:
        name = chrome.plain(luckiest.entry.name)
        lines.append(f"Luckiest on the open half: **{name}**, +{100 * luckiest.luck:.2f} points.")
    return lines


def _lucky(found: Sequence[Standing]) -> list[str]:
    """Return who did better on the open half than on the sealed one, and how the first there came out."""
    leader = min(found, key=lambda one: one.open.rank)
    luckiest = max(found, key=lambda one: one.luck or 0.0)
    lines = []
    if leader.sealed and leader.sealed.rank > 1:
        lines.append(
            f"**{chrome.plain(leader.entry.name)}** was first on the open half, and is number "
            f"{leader.sealed.rank} on the sealed one."
        )
    if luckiest.luck and luckiest.luck > 0:
        lines.append(
            f"Luckiest on the open half: **{chrome.plain(luckiest.entry.name)}**, "
            f"{100 * luckiest.luck:.2f} percentage points better there, the best of "
            f"{luckiest.entry.tried} {'run' if luckiest.entry.tried == 1 else 'runs'}."
        )
    return lines


def standings(code: str, opened: bool) -> tuple[Standing, ...]:
    """Return the leaderboard of a class: one look at the store in two seconds for all who watch."""
    return _standings(_entries(code), opened)


@st.cache_resource(ttl=2.0, max_entries=20, show_spinner=False)
def _entries(code: str) -> tuple[Entry, ...]:
    return entries(resources.whole_store().database, code)


@st.cache_resource(
    max_entries=20,
    show_spinner=False,
    hash_funcs={Entry: lambda entry: (entry.run_id, entry.name, entry.tried)},
)
def _standings(found: tuple[Entry, ...], opened: bool) -> tuple[Standing, ...]:
    answers = read_entry_answers(resources.whole_store().database, found)
    return leaderboard(found, answers, load_mnist(), opened)
