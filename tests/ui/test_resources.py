from unittest.mock import Mock

import keras
import tensorflow as tf

from ui.resources import keep_keras_session


def test_a_page_run_does_not_throw_away_what_is_compiled(monkeypatch):
    """Streamlit's own clean-up finds nothing to clear: no kernel has to be made anew."""
    from streamlit.runtime.scriptrunner.script_runner import _clean_problem_modules

    monkeypatch.setattr(keras.backend, "clear_session", keras.utils.clear_session)
    cleared = Mock(wraps=tf.compat.v1.reset_default_graph)
    monkeypatch.setattr(tf.compat.v1, "reset_default_graph", cleared)
    _clean_problem_modules()
    assert cleared.called, "Streamlit clears the session still; else this can go"
    cleared.reset_mock()
    keep_keras_session()
    _clean_problem_modules()
    assert not cleared.called
