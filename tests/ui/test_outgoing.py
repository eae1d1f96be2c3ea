"""No request leaves the server, whoever connects to it."""

import pytest
from streamlit import config, net_util
from streamlit.web import bootstrap
from streamlit.web.server.server_util import is_url_from_allowed_origins

from ui import outgoing


@pytest.fixture(autouse=True)
def internet(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    asked: list[object] = []
    monkeypatch.setattr(net_util, "_external_ip", None)
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, **_: asked.append(url))
    return asked


def test_a_strangers_page_is_refused_without_asking_another_server(internet: list[object]):
    outgoing.ask_nobody()
    assert not is_url_from_allowed_origins("http://evil.example")
    assert is_url_from_allowed_origins("http://localhost:8501")
    assert internet == []


def test_nobody_is_asked_at_the_start(internet: list[object], capsys: pytest.CaptureFixture[str]):
    monkey = pytest.MonkeyPatch()
    with monkey.context() as patch:
        patch.setattr(config, "get_option", _headless(config.get_option))
        bootstrap._print_url(is_running_hello=False)
    assert "http://localhost" in capsys.readouterr().out
    assert internet == []


def _headless(get_option):
    return lambda key: True if key == "server.headless" else get_option(key)
