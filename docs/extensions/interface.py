"""What the pages of the interface need beside autodoc.

- Fields of a value are described by the comments beside them in the code: they become the section *Attributes*.
- Signatures name a type without its module: it becomes a link to the one that is documented by that name.  What Python
  and other packages define is not documented here, and no list of theirs is fetched: it stays text (`ELSEWHERE`).
- A property is described in a sentence: the part of it before a colon is no type.
"""

from __future__ import annotations

import ast
import inspect
import io
import textwrap
import tokenize
from dataclasses import is_dataclass
from typing import TYPE_CHECKING, Any

from sphinx.util.nodes import make_refnode

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

PACKAGES = "altair|collections|datetime|dt|fractions|numpy|np|pathlib|pl|polars|typing|xarray|xr"
ELSEWHERE = [("py:class", rf"(?:{PACKAGES})\..*"), ("py:class", "date|Path|found")]
ALIASES = (  # of types, which the text beside them explains
    "Array|ArrayLike|Change|Condition|Floats|Grid|Inputs|Label|Make|Method|Pay|PayMap|Progress|Relation|Returns|Size|SolvedPlay|"
    "Stage|Start|Value|Where"
)
IN_WORDS = [("py:class", rf"(?:.*\.)?(?:{ALIASES})")]
CLASSES = ("class", "exception")
BEFORE_NAPOLEON, AFTER_NAPOLEON = 400, 600
TAKEN = ":type: "
HEAD = ["", "Attributes", "----------"]


def fields(value: type) -> list[tuple[str, str, str]]:
    """Return (name, type, comment beside it) of the fields that a class writes down.

    >>> from peacetalks.equilibrium.simulate import Paths
    >>> fields(Paths)[-1][:2]
    ('seed', 'int')
    """
    source = textwrap.dedent(inspect.getsource(value))
    (tree,) = ast.parse(source).body
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = {t.start[0]: t.string.lstrip("# ") for t in tokens if t.type == tokenize.COMMENT}
    written = [x for x in tree.body if isinstance(x, ast.AnnAssign) and isinstance(x.target, ast.Name)]
    return [(x.target.id, ast.unparse(x.annotation), comments.get(x.end_lineno or 0, "")) for x in written]


def attributes(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Add the section *Attributes* to a value whose docstring has none."""
    if what != "class" or "Attributes" in lines or not (is_dataclass(obj) or hasattr(obj, "_fields")):
        return
    shown = [(f"{field} : {kind}", f"    {words}") for field, kind, words in fields(obj) if field[0] != "_"]
    lines += [line for part in (HEAD, *shown) for line in part] if shown else []


def sentence(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Put back what stands before the colon of a property's sentence, which Napoleon took for a type."""
    taken = [line for line in lines if line.startswith(TAKEN)]
    if what in ("property", "attribute", "data") and taken:
        lines[:] = [line for line in lines if line not in taken]
        lines[0] = f"{taken[0].removeprefix(TAKEN)}: {lines[0]}"


def documented(app: Sphinx, env: BuildEnvironment, node: pending_xref, text: nodes.Element) -> nodes.Element | None:
    """Return a link to the one documented class of this name, if there is one."""
    target = str(node.get("reftarget")).rpartition(".")[2]
    if node.get("refdomain") != "py" or target in ALIASES.split("|"):
        return None
    objects = env.domains.python_domain.objects.items()
    found = {o.node_id: (full, o) for full, o in objects if full.rpartition(".")[2] == target and o.objtype in CLASSES}
    if len(found) != 1:
        return None
    ((full, where),) = found.values()
    return make_refnode(app.builder, node["refdoc"], where.docname, where.node_id, text, full)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect."""
    app.connect("autodoc-process-docstring", attributes, priority=BEFORE_NAPOLEON)
    app.connect("autodoc-process-docstring", sentence, priority=AFTER_NAPOLEON)
    app.connect("missing-reference", documented)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
