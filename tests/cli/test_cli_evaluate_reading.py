"""Which pictures were read worst, in the result, in its words and on its page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tenfold.cli.evaluate_reading import evaluate_reading, reading_text
from tenfold.data.page_labels import PageLabel
from tenfold.values import Box, Digit, Number, Reading

READ = {
    "a.png": ("12", "12"),
    "b.png": ("1234", "1239"),
    "c.png": ("5", "7"),
    "d.png": ("777", "7771111"),
    "e.png": ("9", "9"),
    "f.png": ("1234567890", "1234567899"),
    "g.png": ("4321", "4399"),
}
"""What is written on each picture, and what is read there."""

WORST_FIRST = ["d.png", "c.png", "g.png", "b.png", "f.png"]


class Reader:
    """Reads on a picture what is set down for its width."""

    card = SimpleNamespace(name="fake")

    def __init__(self, by_width: Mapping[int, str]) -> None:
        self._by_width = by_width

    def read(self, page: np.ndarray, *, polarity: str) -> Reading:
        text = self._by_width[page.shape[1]]
        box = Box(2, 2, 8, 8)
        digits = tuple(
            Digit(int(letter), int(letter), 0.9, np.zeros(10, np.float32), box) for letter in text
        )
        return Reading(((Number(text, digits, box, 0.5),),))


def evaluated(
    folder: Path, pictures: Mapping[str, tuple[str, str]], report: Path | None = None
) -> dict[str, Any]:
    labels, by_width = [], {}
    for width, (name, (label, text)) in enumerate(pictures.items(), start=20):
        Image.fromarray(np.full((10, width), 200, np.uint8)).save(folder / name)
        labels.append(PageLabel(name, folder / name, label))
        by_width[width] = text
    reader: Any = Reader(by_width)
    return evaluate_reading(reader, labels, "drawn", report)


def test_pictures_read_worst_come_first_and_those_read_well_not_at_all(tmp_path: Path) -> None:
    result = evaluated(tmp_path, READ)
    assert result["worst"] == [
        {"file": name, "label": READ[name][0], "read": READ[name][1]} for name in WORST_FIRST
    ]
    named = re.findall(r"^  (\w\.png): (\d+), read (\d+)$", reading_text(result), re.MULTILINE)
    assert named == [(name, *READ[name]) for name in WORST_FIRST]


def test_the_page_shows_them_in_the_same_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "report").mkdir()
    evaluated(tmp_path, READ, tmp_path / "report")
    assert "the page with all figures" in capsys.readouterr().err
    page = (tmp_path / "report" / "reading.html").read_text(encoding="utf-8")
    assert re.findall(r"<code>(\w\.png)</code>", page) == WORST_FIRST


def test_of_many_the_worst_are_listed(tmp_path: Path) -> None:
    """Each has one digit wrong, of ever more: the first are the worst."""
    labels = {
        f"{count:02}.png": ("1" * count, "1" * (count - 1) + "7") for count in range(16, 0, -1)
    }
    result = evaluated(tmp_path, labels)
    assert [one["file"] for one in result["worst"]] == [f"{count:02}.png" for count in range(1, 11)]
