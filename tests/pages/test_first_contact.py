"""The notebook of the first contact: it runs as it stands, and holds no output."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

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


@pytest.mark.slow
def test_the_notebook_runs(tmp_path):
    nb = notebook()
    NotebookClient(nb, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    outputs = [out for c in nb.cells if c.cell_type == "code" for out in c.outputs]
    assert not [out for out in outputs if out.output_type == "error"]
    assert not [out for out in outputs if out.output_type == "stream" and out.name == "stderr"]
    text = "\n".join(str(out.get("text") or out.get("data", {}).get("text/plain", "")) for out in outputs)
    html = "".join(out.get("data", {}).get("text/html", "") for out in outputs)
    assert "Scenario korea-1951: " in text
    assert "best estimate: peace " in text
    assert "ceasefire fails within 90 days: " in text
    assert "difference" in text
    charts = [out["data"]["image/svg+xml"] for out in outputs if "image/svg+xml" in out.get("data", {})]
    assert len(charts) == 2
    assert not [shown for shown in (html, *charts) if "<script" in shown or "cdn." in shown]
