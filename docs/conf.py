"""The documentation site: `python -m sphinx -b html -W --keep-going docs build/site`, without a network.

Pages stand here in Markdown, the interface in `api/`.  What `extensions/` adds: formulas as MathML, citations in
brackets, the gallery of classic games.  No page asks for anything from elsewhere: fonts are the reader's own.
"""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "extensions"))

import interface
from pygments.lexers.special import TextLexer

import peacetalks

project = "peacetalks"
author = "The peacetalks authors"
copyright = author
version = release = peacetalks.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_design",
    "sphinx_copybutton",
    "sphinxcontrib.bibtex",
    "bracket_citations",
    "gallery",
    "interface",
    "mathml",
]
nitpicky = True  # a reference to what is not documented is an error
nitpick_ignore_regex = interface.ELSEWHERE + interface.IN_WORDS
highlight_language = "text"
default_role = "code"  # in docstrings a name between backticks is code
html_math_renderer = "mathml"
smartquotes = False  # two hyphens begin an option

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "force"  # a notebook holds no output; what the site shows comes from this run
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_output_stderr = "error"  # a notebook prints no warnings
nb_merge_streams = True

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
maximum_signature_line_length = 88
napoleon_google_docstring = False
napoleon_use_param = False
napoleon_use_rtype = False
napoleon_custom_sections = [("Attributes", "params_style")]

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"

copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

html_theme = "furo"
html_title = f"peacetalks {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_theme_options = {"top_of_page_buttons": []}
exclude_patterns = ["extensions"]


def setup(app):
    """Let tables stand as text: `csv` names no language that is coloured."""
    app.add_lexer("csv", TextLexer)
