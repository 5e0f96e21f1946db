"""Tables as HTML for notebooks: escaped, and readable on light and dark pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

# No colour of text or page is set, so that both are those of the notebook's theme; a bar is
# half transparent.
_PAGE = """\
<table style="border-collapse: collapse">
<caption style="text-align: left; font-weight: bold">{{ caption }}</caption>
<thead><tr>
{%- for name in columns %}<th style="text-align: left">{{ name }}</th>{% endfor -%}
</tr></thead>
<tbody>
{%- for row in rows %}
<tr>
{%- for cell in row %}
{%- if cell.share is defined -%}
<td style="text-align: left; background: linear-gradient(to right, rgba(0, 114, 178, 0.35) \
{{ "%.1f"|format(100 * cell.share) }}%, transparent 0)">{{ cell.text }}</td>
{%- else -%}
<td style="text-align: left">{{ cell }}</td>
{%- endif -%}
{% endfor -%}
</tr>
{%- endfor %}
</tbody></table>
{%- if note %}
<p style="opacity: 0.8">{{ note }}</p>
{%- endif %}
"""


class Bar(NamedTuple):
    """A cell with a bar behind its text; ``share`` of its width, in [0, 1]."""

    text: str
    share: float


def html_table(
    caption: str, columns: Sequence[str], rows: Iterable[Sequence[str | Bar]], note: str = ""
) -> str:
    """A table as HTML, with every text escaped.

    >>> "&lt;b&gt;" in html_table("<b>", ["name"], [["ana"]])
    True
    """
    page: str = _template().render(caption=caption, columns=columns, rows=rows, note=note)
    return page


@cache
def _template() -> Any:
    from jinja2 import Environment

    return Environment(autoescape=True).from_string(_PAGE)
