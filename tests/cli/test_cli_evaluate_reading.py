"""Which pictures were read worst, in the result, in its words and on its page."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from tenfold.cli import run
from tenfold.cli.evaluate_reading import evaluate_reading, reading_text
from tenfold.data.page_labels import PageLabel
from tenfold.errors import InputError
from tenfold.scores import without_signs
from tenfold.values import Box, Digit, Number, Reading

Capture = pytest.CaptureFixture[str]

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


ERRORS = {
    "no table": InputError("no table was found on the picture"),
    "no memory": MemoryError(),
    "no idea": KeyError("three"),
}
"""What comes instead of a reading."""


def number(text: str) -> Number:
    box = Box(2, 2, 8, 8)
    digits = tuple(
        Digit(int(letter), int(letter), 0.9, np.zeros(10, np.float32), box)
        for letter in text
        if letter.isdigit()
    )
    return Number(text, digits, box, 0.5)


class Reader:
    """Reads on a picture what is set down for its width."""

    card = SimpleNamespace(name="fake")

    def __init__(self, by_width: Mapping[int, str]) -> None:
        self._by_width = by_width

    def read(self, page: np.ndarray, *, polarity: str, decimal: bool) -> Reading:
        text = self._by_width[page.shape[1]]
        if text in ERRORS:
            raise ERRORS[text]
        words = text.split() if decimal else without_signs(text).split()
        return Reading((tuple(number(word) for word in words),)) if words else Reading()


READER: Any = Reader({})


def evaluated(
    folder: Path,
    pictures: Mapping[str, tuple[str, str]],
    report: Path | None = None,
    *,
    decimal: bool = False,
) -> dict[str, Any]:
    labels, by_width = [], {}
    for width, (name, (label, text)) in enumerate(pictures.items(), start=20):
        Image.fromarray(np.full((10, width), 200, np.uint8)).save(folder / name)
        labels.append(PageLabel(name, folder / name, label))
        by_width[width] = text
    reader: Any = Reader(by_width)
    return evaluate_reading(reader, labels, "drawn", report, decimal=decimal)


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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(None, "a.png: cannot be read", id="missing"),
        pytest.param(b"", "a.png: must be a picture, but is empty", id="empty"),
        pytest.param(b"no picture", "a.png: must be one of", id="no-picture"),
    ],
)
@pytest.mark.parametrize("label", ["", "12", ". -"])
def test_a_picture_that_cannot_be_read_is_not_read_exactly(
    label: str, content: bytes | None, words: str, tmp_path: Path, capsys: Capture
) -> None:
    """Nothing was read, but not because nothing is there."""
    if content is not None:
        (tmp_path / "a.png").write_bytes(content)
    result = evaluate_reading(
        READER, [PageLabel("a.png", tmp_path / "a.png", label)], "drawn", None
    )
    assert (result["failed"], result["exact"], result["exact_share"]["share"]) == (1, 0, 0)
    assert words in capsys.readouterr().err
    assert result["worst"] == [{"file": "a.png", "label": label, "read": None}]
    assert f"  a.png: {label or 'no number'}, not read" in reading_text(result)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("no table", "no table was found on the picture"),
        ("no memory", "memory ran out while it was read"),
        ("no idea", "unexpected KeyError: 'three'; this is a fault of tenfold"),
    ],
)
def test_a_picture_that_fails_is_named_and_never_stops_the_rest(
    problem: str, words: str, tmp_path: Path, capsys: Capture
) -> None:
    result = evaluated(tmp_path, {"a.png": ("12", problem), "b.png": ("34", "34")})
    assert (result["failed"], result["pictures"], result["exact"]) == (1, 2, 1)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"failed: {tmp_path / 'a.png'}: {words}")


@pytest.mark.parametrize(
    ("label", "text", "plain", "decimal"),
    [
        pytest.param("12.50", "12.50", True, True, id="a-point"),
        pytest.param("1.250,50 7", "1.250,50 7", True, True, id="points-and-commas"),
        pytest.param("12.50", "1250", True, False, id="a-point-not-read"),
        pytest.param("12.50", "125.0", True, False, id="a-point-elsewhere"),
        pytest.param("-3", "-3", True, True, id="a-minus"),
        pytest.param("-3", "3", True, False, id="a-minus-not-read"),
        pytest.param("12-34", "12 34", True, False, id="a-minus-between"),
        pytest.param("-", "", True, False, id="a-minus-alone"),
        pytest.param("12", "12", True, True, id="no-signs"),
        pytest.param("12.50", "12.60", False, False, id="wrong"),
    ],
)
def test_signs_are_compared_where_they_are_asked_for(
    label: str, text: str, plain: bool, decimal: bool, tmp_path: Path
) -> None:
    for asked, exact in ((False, plain), (True, decimal)):
        result = evaluated(tmp_path, {"a.png": (label, text)}, decimal=asked)
        assert (result["decimal"], result["exact"]) == (asked, exact)


@pytest.mark.parametrize(("options", "right"), [([], 1), (["--decimal"], 1)])
@pytest.mark.parametrize("label", ["26.8"])
def test_a_number_with_a_point_is_read_right_either_way(
    label: str, options: list[str], right: int, tmp_path: Path, capsys: Capture
) -> None:
    page = np.full((120, 400), 225, np.uint8)
    for column, letter in enumerate(label):
        at = (40 + 75 * column, 90)
        cv2.putText(page, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 2.7, 40, 6, cv2.LINE_AA)
    Image.fromarray(page).save(tmp_path / "a.png")
    (tmp_path / "labels.csv").write_text(f"file,text\na.png,{label}\n")
    assert run(["evaluate", "base", "--read", str(tmp_path), "--json", *options]) == 0
    assert json.loads(capsys.readouterr().out)["numbers_right"] == right


def test_decimal_is_for_reading_alone(capsys: Capture) -> None:
    assert run(["evaluate", "base", "--decimal"]) == 2
    assert "give --read too" in capsys.readouterr().err


def test_numbers_of_one_picture_widen_their_interval(tmp_path: Path) -> None:
    """Eight pictures of ten numbers, read right or wrong together, tell no more than eight."""
    read = (" ".join("1" * 10), " ".join("2" * 10))
    pages = {f"{place}.png": (read[0], read[place % 2]) for place in range(8)}
    low, high = evaluated(tmp_path, pages)["numbers_right_share"]["interval"]
    assert (low, high) == pytest.approx((0.5 - 0.370, 0.5 + 0.370), abs=1e-3)


@pytest.mark.parametrize("pages", [{"a.png": ("1 2", "1 3")}, {"a.png": ("1", "1")}])
def test_of_one_picture_the_interval_is_wilsons(
    pages: dict[str, tuple[str, str]], tmp_path: Path
) -> None:
    share = evaluated(tmp_path, pages)["numbers_right_share"]
    low, high = share["interval"]
    assert 0 < low < share["share"] <= high <= 1


def test_a_page_without_its_extra_fails_before_anything_is_read(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "labels.csv").write_text("file,text\na.png,1\n")
    monkeypatch.setitem(sys.modules, "jinja2", None)
    report = tmp_path / "report"
    assert run(["evaluate", "base", "--read", str(tmp_path), "--report", str(report)]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: drawing figures needs the 'report' extra")
    assert not report.exists()
