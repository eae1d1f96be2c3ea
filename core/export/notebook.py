"""A recipe as a Jupyter notebook: the steps of its Keras script, with a sentence before each."""

import json
from collections.abc import Sequence
from typing import Any

from core.export.keras_script import heading, sections
from core.recipe import Recipe


def keras_notebook(recipe: Recipe, left_out: Sequence[str] = ()) -> str:
    """Return a notebook that trains the network of a recipe, as the text of an ``.ipynb`` file.

    It takes MNIST from Keras, so it runs wherever TensorFlow is installed.

    Parameters
    ----------
    recipe : Recipe
    left_out : sequence of str
        As for `core.export.keras_script.keras_script`.

    Notes
    -----
    Format: nbformat 4.5, https://nbformat.readthedocs.io/en/latest/format_description.html

    Examples
    --------
    >>> from core.recipe import ARTICLE
    >>> [cell["cell_type"] for cell in json.loads(keras_notebook(ARTICLE))["cells"]][:3]
    ['markdown', 'markdown', 'code']
    """
    cells = [_markdown(f"# {heading(recipe, left_out, at_home=True).rstrip()}")]
    for section in sections(recipe, at_home=True):
        cells += [_markdown(section.sentence), _code(section.code)]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python"},
        },
        "cells": cells,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "metadata": {},
        "execution_count": None,
        "outputs": [],
        "source": text.splitlines(keepends=True),
    }
