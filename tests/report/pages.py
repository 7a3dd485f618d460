"""What every page must be, checked on its HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

_VOID = {"meta", "img", "br", "hr", "link", "input"}


class Reader(HTMLParser):
    """Collects headings, text, pictures and what is loaded; checks that tags close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.headings: list[str] = []
        self.identifiers: list[str] = []
        self.unnamed_pictures: list[str] = []
        self.loaded: list[str] = []
        self.tags: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        self.tags.add(tag)
        if tag not in _VOID:
            self.stack.append(tag)
        if values.get("id"):
            self.identifiers.append(str(values["id"]))
        if tag == "img" and not values.get("alt"):
            self.unnamed_pictures.append("img")
        if values.get("role") == "img" and not values.get("aria-label"):
            self.unnamed_pictures.append("svg")
        for name in ("src", "href", "xlink:href", "data"):
            if values.get(name):
                self.loaded.append(str(values[name]))
        if tag in ("h1", "h2", "h3"):
            self.headings.append("")

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attributes)
        if tag not in _VOID:
            self.stack.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.stack, f"</{tag}> closes nothing"
        assert self.stack.pop() == tag, f"</{tag}> closes another"

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] == "style":
            return
        self.text += data
        if self.stack and self.stack[-1] in ("h1", "h2", "h3"):
            self.headings[-1] += data


def read_page(path: Path) -> Reader:
    """Read a page and check what holds for all of them."""
    html = path.read_text(encoding="utf-8")
    reader = Reader()
    reader.feed(html)
    assert html.startswith("<!DOCTYPE html>")
    assert '<html lang="en">' in html
    assert reader.stack == []
    assert reader.unnamed_pictures == []
    assert "script" not in reader.tags
    assert "link" not in reader.tags
    assert len(reader.identifiers) == len(set(reader.identifiers)), "an identifier occurs twice"
    outside = [value for value in reader.loaded if re.match(r"(https?:)?//", value)]
    assert outside == []
    assert "url(http" not in html
    assert "@import" not in html
    assert html.count("<table>") == html.count("<caption")
    assert html.count("<svg") <= html.count('role="img"')
    targets = [value[1:] for value in reader.loaded if value.startswith("#")]
    assert set(targets) <= set(reader.identifiers)
    reader.text = " ".join(reader.text.replace("\u00a0", " ").split())
    return reader
