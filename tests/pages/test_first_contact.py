"""The notebook of the first contact holds no output: `tests/docs/test_site.py` runs it, for its page of the site."""

from pathlib import Path

import nbformat

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebooks" / "first-contact.ipynb"


def notebook():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_the_notebook_holds_no_output_and_names_no_machine():
    nb = notebook()
    nbformat.validate(nb)
    code = [c for c in nb.cells if c.cell_type == "code"]
    assert all(not c.outputs and c.execution_count is None for c in code)
    assert set(nb.metadata) == {"kernelspec", "language_info"}
    assert nb.metadata.kernelspec.name == "python3"
