"""The formats of the files that a run can be taken home as."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Format:
    """A kind of file.

    Attributes
    ----------
    ending : str
        Of its name.
    mime : str
    """

    ending: str
    mime: str


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "keras": Format(".keras", "application/octet-stream"),
        "tflite": Format(".tflite", "application/octet-stream"),
        "onnx": Format(".onnx", "application/octet-stream"),
        "html": Format(".html", "text/html"),
        "report": Format("-report.pdf", "application/pdf"),
        "report_html": Format("-report.html", "text/html"),
        "bundle": Format(".zip", "application/zip"),
        "script": Format(".py", "text/x-python"),
        "notebook": Format(".ipynb", "application/x-ipynb+json"),
    }
)
