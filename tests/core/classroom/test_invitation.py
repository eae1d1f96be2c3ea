"""The invitation to a class, as a picture."""

import re
from xml.etree import ElementTree

import pytest
import segno

from core.classroom.classroom import ClassroomError
from core.classroom.invitation import invitation


@pytest.mark.parametrize("host", ["192.168.1.20:8501", "a-school-with-a-rather-long-name.streamlit.app"])
def test_it_has_the_code_and_a_qr_code_of_the_address(host: str):
    address = f"http://{host}/class?room=BCFHJ"
    picture = invitation(address, "BCFHJ")
    texts = [element.text for element in ElementTree.fromstring(picture).iter() if element.text]
    assert texts[:2] == [host, "BCFHJ"]
    squares = {(int(x) - 4, int(y) - 4) for x, y in re.findall(r"M(\d+) (\d+)h1", picture)}
    matrix = segno.make(address, error="m", micro=False).matrix
    assert squares == {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}


def test_nothing_in_an_address_is_markup():
    ElementTree.fromstring(invitation("http://<b>&amp;/class?room=BCFHJ", "BCFHJ"))


def test_an_address_that_no_camera_reads_is_a_sentence():
    with pytest.raises(ClassroomError, match="Use the code"):
        invitation("http://" + "a" * 1000, "BCFHJ")
