"""Files that are damaged or missing: one sentence, and the page goes on with what it can."""

import sqlite3
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import make_url
from streamlit.testing.v1 import AppTest

from core.drawing import detector, neighbors
from core.recipe import Recipe
from core.store.drawings import DrawingStore
from tests.pages.actions import ONE, SEVEN, draw, sent
from tests.pages.conftest import words
from tests.stored import finished_run
from ui import resources

OWNER = "0123456789abcdef"
PAGE = 4096
DAMAGED = "The file of the run store is damaged."


@pytest.fixture
def damaged_run() -> str:
    """A run whose network the database cannot read any more, while all else is whole."""
    store = resources.store()
    network = b"N" * (20 * PAGE)
    run = finished_run(store, Recipe(), OWNER, network=network)
    with store.database.reading() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.database.close()
    path = Path(make_url(store.database.address).database or "")
    content = bytearray(path.read_bytes())
    overflow = b"N" * (PAGE - 4)
    pages = [at for at in range(0, len(content), PAGE) if content[at + 4 : at + PAGE] == overflow]
    assert pages
    for at in pages:
        content[at : at + 4] = b"\xff" * 4  # Where the value goes on.
    path.write_bytes(content)
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.DatabaseError):
        connection.execute("SELECT content FROM files WHERE kind = 'network'").fetchall()
    return run.id


@pytest.mark.parametrize("name", ["3_evaluate", "4_predict", "8_inside"])
def test_a_store_damaged_inside_a_network_is_a_sentence(open_page, damaged_run: str, name: str):
    app = open_page(name, model=damaged_run)
    assert not app.exception
    assert app.error[0].value.startswith(DAMAGED)
    app.selectbox[0].select("relu").run()
    assert not app.exception
    assert not app.error


def test_comparing_with_a_damaged_model_is_a_sentence(open_page, damaged_run: str):
    app = open_page("3_evaluate", model="softmax", view="Significance")
    app.selectbox(key="evaluate_other").select(damaged_run).run()
    assert not app.exception
    assert app.error[0].value.startswith(DAMAGED)


def test_fine_tuning_a_damaged_model_is_a_sentence(open_page, browser, damaged_run: str):
    browser(OWNER)
    book = DrawingStore(resources.store().database, OWNER)
    for number in range(10):
        image = np.zeros((28, 28), dtype=np.uint8)
        image[4:24, 10 + number // 2 : 12 + number] = 255
        book.save(image, number)
    app = open_page("6_teach", model=damaged_run)
    app.button(key="teach_start").click().run()
    assert not app.exception
    assert app.toast[0].value.startswith(DAMAGED)


@pytest.fixture
def missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the detector and the neighbors be gone, as on a server that was copied in part."""
    resources.neighbor_index.clear()
    resources.rejection_rates.clear()

    def fail_to_load(path: Path = tmp_path / "models" / "detector.npz") -> detector.Detector:
        return whole(path)

    whole = detector.load_detector.__wrapped__
    for module in ("core.drawing.number", "ui.predict.explanations"):
        monkeypatch.setattr(f"{module}.load_detector", fail_to_load)
    monkeypatch.setattr(detector, "load_detector", fail_to_load)
    index = neighbors.load_neighbor_index
    monkeypatch.setattr(neighbors, "load_neighbor_index", lambda: index(tmp_path / "data" / "neighbors.npz"))


@pytest.mark.usefixtures("missing")
def test_without_detector_and_neighbors_one_digit_is_still_read(open_page):
    app: AppTest = draw(open_page("4_predict", model="convolutional"), ONE)
    assert app.metric[0].value == "1"
    assert [warning.value for warning in app.warning] == [
        "The data file detector.npz is missing. Restore it from the repository: "
        "`git checkout -- models/detector.npz`."
    ]
    for way, file in {
        "Nearest neighbors": "data/neighbors.npz",
        "Out-of-distribution detector": "models/detector.npz",
    }.items():
        app.pills(key="predict_why").set_value(way).run()
        assert not app.exception
        assert file in app.warning[-1].value
    assert app.metric[0].value == "1"


@pytest.mark.usefixtures("missing")
def test_without_a_detector_a_number_is_a_sentence(open_page):
    app = open_page("4_predict", model="convolutional")
    app.segmented_control(key="predict_source").set_value("Several digits").run()
    app.session_state["predict_row_canvas_drawing"].receive(sent(ONE, SEVEN))
    app.run()
    assert not app.exception
    assert "models/detector.npz" in words(app)


def test_without_the_drawn_digits_handwriting_augmentation_is_a_sentence(
    open_page, monkeypatch, tmp_path: Path
):
    from core.augmentation import drawn_digits, handwriting

    def drawn_fields() -> np.ndarray:
        return drawn_digits.load_drawn_digits(tmp_path / "data" / "drawn_digits.npz")

    monkeypatch.setattr(handwriting, "drawn_fields", drawn_fields)
    app = open_page("1_explore")
    app.segmented_control(key="explore_closer").set_value("Data augmentation").run()
    app.number_input(key="explore_augmented").set_value(4711).run()
    app.segmented_control(key="explore_augmentation").set_value("Handwriting").run()
    assert not app.exception
    assert "`git checkout -- data/drawn_digits.npz`" in app.info[-1].value
