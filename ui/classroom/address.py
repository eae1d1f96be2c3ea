"""The addresses of a class: for students, for its board, and for its teachers."""

import socket
import urllib.parse
from dataclasses import dataclass

import streamlit as st

from ui import session

ROOM, TEACHER = "room", "teacher"
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}


@dataclass(frozen=True)
class Address:
    """Where students find a class.

    Attributes
    ----------
    url : str
    note : str
        What the teacher must know of it; empty if nothing.
    """

    url: str
    note: str


def students_address(code: str) -> Address:
    """Return the address that students open: on this machine, its address in the local network."""
    return _reachable(f"/class?{ROOM}={code}")


def board_address(code: str) -> str:
    """Return the address of the board of a class, without the navigation."""
    return f"{session.server_address()}/board?{ROOM}={code}&embed=true"


def teacher_address(token: str) -> str:
    """Return the personal link of a teacher."""
    return _reachable(f"/class?{TEACHER}={token}").url


def _reachable(path: str) -> Address:
    server = urllib.parse.urlsplit(session.server_address())
    if server.hostname not in _THIS_MACHINE:
        return Address(f"{session.server_address()}{path}", "")
    port = f":{server.port}" if server.port else ""
    bound = str(st.get_option("server.address") or "")
    here = _local_network_address()
    if here is None or bound in _THIS_MACHINE - {"0.0.0.0"}:
        return Address(
            f"{session.server_address()}{path}",
            "Only this computer can open this address. Connect it to the network of your students, and "
            "start the server with `streamlit run streamlit_app.py --server.address 0.0.0.0`.",
        )
    return Address(
        f"{server.scheme}://{here}{port}{server.path}{path}",
        "This is the address of this computer in the local network. If a student cannot open it, use the "
        f"same Wi-Fi, and allow port {server.port or 80} in the firewall of this computer.",
    )


def _local_network_address() -> str | None:
    """Return this machine's address in its network, or None; nothing is sent to find it out."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            # A datagram socket only chooses a route; the address is one reserved for documentation.
            probe.connect(("192.0.2.1", 9))
            found = str(probe.getsockname()[0])
    except OSError:
        return None
    return None if found.startswith(("127.", "0.")) else found
