"""Requests to other servers: there are none."""

from streamlit import net_util


def ask_nobody() -> None:
    """Let Streamlit not ask another server for this one's address.

    It did so for every page of a stranger that tried to connect to this one, and everybody waited for the
    answer. ``browser.serverAddress`` in ``.streamlit/config.toml`` keeps it from asking at the start.
    """
    net_util.get_external_ip = lambda: None
