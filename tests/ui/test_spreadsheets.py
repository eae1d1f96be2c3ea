"""Tables that spreadsheets open: text of visitors never runs as a formula."""

import io

import pandas as pd
import pytest

from core.recipe import Recipe
from core.store.run import Run, RunState
from ui.runs_table import _frame
from ui.spreadsheets import shown, to_csv

FORMULAS = ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1"]
STARTS = ("=", "+", "-", "@", "＝")


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text_and_stays_legible(text: str):
    table = pd.DataFrame({"model": [text, "Mine"], "error": [-0.5, 0.25], "count": [-1, 2]})
    # An apostrophe is how one marks text in a spreadsheet.
    again = pd.read_csv(io.StringIO(to_csv(table)))
    assert again["model"].tolist()[1] == "Mine"
    assert again["model"].tolist()[0].startswith("'")
    assert again["error"].tolist() == [-0.5, 0.25], "numbers stay numbers"
    assert again["count"].tolist() == [-1, 2]
    assert not shown(text).strip().startswith(STARTS)
    assert shown(text).replace("\u2060", "") == text.replace("\r", " ")


def test_other_text_stays_as_it_is():
    for text in ("Mine", "a-b", "1+1", "é=1"):
        assert shown(text) == text
        assert to_csv(pd.DataFrame({"model": [text]})) == f"model\r\n{text}\r\n"


def test_nothing_begins_a_new_cell_in_the_middle_of_a_text():
    assert to_csv(pd.DataFrame({"model": ["a\r=1"]})) == 'model\r\n"a\r=1"\r\n'
    assert "\r" not in shown("a\r=1")


def test_the_table_of_runs_holds_no_formula(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ui.session.owner", lambda: "ann")
    run = Run("r", "=1", Recipe(), RunState.FINISHED, 1, owner="bob", nickname="=1", note="@x")
    table = _frame([run], None)
    for column in ("Run", "Student", "Note", "Hyperparameters", "Differs in"):
        assert not table[column][0].startswith(STARTS)
