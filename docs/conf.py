"""How Sphinx makes the site out of these pages and the docstrings: ``make docs``.

The source folder is the repository's root, so that a link of README.md or of a page works on a
forge and on the site alike.
"""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

project = "persona_env"
version = release = version_of("persona-env")
html_title = f"persona_env {release}"
html_show_copyright = False
html_show_sphinx = False

extensions = ["myst_parser", "sphinx.ext.autodoc", "site_pages"]
root_doc = "README"
include_patterns = ["*.md", "docs/**.md", "docs/**.rst", "agents/*/README.md", "examples/README.md"]
# Pruned, so that a build does not walk through environments and runs.
exclude_patterns = [
    path.name
    for path in ROOT.iterdir()
    if path.is_dir() and path.name not in ("docs", "agents", "examples")
]
nitpicky = True
# Names of other libraries, type variables and private names have no page here.
nitpick_ignore_regex = [("py:.*", r"(?!persona_env\.).*|.*\.([A-Z]|_\w+)")]

myst_heading_anchors = 4
# ref.python: a short name in a signature that two modules have.
suppress_warnings = ["myst.header", "ref.python"]

autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
python_use_unqualified_type_names = True
maximum_signature_line_length = 88
add_module_names = False
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_math_renderer = "mathml"
