"""A page as one HTML file: no script, and nothing that is loaded from elsewhere."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tenfold.files import write_text
from tenfold.report.blocks import Page
from tenfold.report.extra import report_extra

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["render_page", "write_page"]

_CODE = re.compile(r"`([^`]+)`")
_PERCENT = re.compile(r"(\d) %")
_EMPHASIS = re.compile(r"(?<![\w*])\*([^*\s](?:[^*]*[^*\s])?)\*(?![\w*])")


def render_page(page: Page) -> str:
    """Return the page as an HTML document.

    Raises:
        MissingExtraError: Jinja is not installed.
    """
    return _environment().get_template("page.html.j2").render(page=page)


def write_page(path: Path, page: Page) -> Path:
    """Write the page to ``path`` in one step and return ``path``.

    Raises:
        MissingExtraError: Jinja is not installed.
        OutputError: The file cannot be written.
    """
    write_text(path, render_page(page))
    return path


@cache
def _environment() -> Environment:
    """Return the templates, compiled once a process: a live page is written every epoch."""
    with report_extra():
        from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("tenfold.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["inline"] = _inline
    environment.filters["prose"] = _prose
    environment.filters["anchor"] = _anchor
    return environment


def _inline(text: str) -> Markup:
    """Escape ``text``, then set what stands between backticks as code and asterisks as emphasis."""
    from markupsafe import Markup, escape

    escaped = str(escape(text))
    escaped = _CODE.sub(r"<code>\1</code>", escaped)
    escaped = _EMPHASIS.sub(r"<em>\1</em>", escaped)
    return Markup(escaped)  # noqa: S704 - escaped three lines above


def _prose(text: str) -> Markup:
    """Set ``text`` as `_inline` does, and keep figures and their percent signs on one line."""
    from markupsafe import Markup

    return Markup(_PERCENT.sub("\\1\u00a0%", _inline(text)))  # noqa: S704 - escaped by _inline


def _anchor(title: str) -> str:
    """Return a heading's name for links within the page."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "section"
