r"""Formulas as MathML, which browsers show without a script: LaTeX is translated by docutils when the site is built.

`\tag{3}` becomes the number beside a formula, as LaTeX sets it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils.nodes import SkipNode
from docutils.utils.math import MathError, latex2mathml
from sphinx.errors import SphinxError

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

TAG = re.compile(r"\\tag\{([^}]*)\}")
SAME = {r"\dots": r"\ldots"}  # commands that docutils does not know, and those that mean the same


def mathml(latex: str, block: bool) -> str:
    r"""Return a formula as a `<math>` element.

    >>> mathml(r"\mu_i", block=False).startswith("<math")
    True
    """
    for unknown, known in SAME.items():
        latex = re.sub(re.escape(unknown) + r"(?![a-zA-Z])", lambda _, known=known: known, latex)
    try:
        return latex2mathml.tex2mathml(latex, as_block=block)
    except MathError as e:
        raise SphinxError(f"The formula {latex.strip()!r} cannot be shown: {e}. Write it with other commands.") from e


def inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a sentence."""
    self.body.append(mathml(node.astext(), block=False))
    raise SkipNode


def display(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number at the right."""
    latex = node.astext()
    tag = TAG.search(latex)
    number = f'<span class="formula-number">({tag[1]})</span>' if tag else ""
    self.body.append(f'<div class="formula">{mathml(TAG.sub("", latex), block=True)}{number}</div>')
    raise SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer, which `html_math_renderer` names."""
    app.add_html_math_renderer("mathml", (inline, None), (display, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
