"""A matplotlib figure as PNG bytes or as inline SVG."""

from __future__ import annotations

import io
import re

from tenfold.report.style import Figure, rc_context, styled

__all__ = ["to_png", "to_svg"]

_IDENTIFIER = re.compile(r'\b(id="|href="#|url\(#)')
_NOT_DRAWN = re.compile(r"<metadata>.*?</metadata>|<!--.*?-->", re.DOTALL)
_SIZE = re.compile(r' (?:width|height)="[\d.]+pt"')
# Verdana has the widths of DejaVu Sans, for machines that lack it.
_FAMILIES = (("'DejaVu Sans Mono'", "monospace"), ("'DejaVu Sans'", "Verdana, sans-serif"))


def to_png(figure: Figure, dots_per_inch: int = 160) -> bytes:
    """Return the figure as a PNG file's bytes."""
    buffer = io.BytesIO()
    with styled():
        figure.savefig(buffer, format="png", dpi=dots_per_inch, metadata={"Software": None})
    return buffer.getvalue()


def to_svg(figure: Figure, name: str, *, live_text: bool = False) -> str:
    """Return the figure as an ``<svg>`` element for an HTML page, without width and height.

    Args:
        figure: What to draw.
        name: Prefix of every identifier, letters, digits and hyphens. A page holds many figures,
            and in one page an identifier must not occur twice.
        live_text: Leave letters to the browser's fonts instead of drawing their shapes: a third
            quicker, but not the same on every machine.
    """
    buffer = io.StringIO()
    with styled(), rc_context({"svg.fonttype": "none" if live_text else "path"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None})
    svg = buffer.getvalue()
    svg = _NOT_DRAWN.sub("", svg[svg.index("<svg") :])
    if live_text:
        for family, others in _FAMILIES:
            svg = svg.replace(family, f"{family}, {others}")
    head, body = svg.split(">", 1)
    return _IDENTIFIER.sub(rf"\g<1>{name}-", _SIZE.sub("", head) + ">" + body).strip()
