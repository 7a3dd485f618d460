"""``tenfold read``: the numbers on each picture, whatever becomes of the others."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tenfold.cli import run

Capture = pytest.CaptureFixture[str]


def paper(*lines: str) -> np.ndarray:
    """Lines of digits on paper, dark on bright, some 90 pixels high."""
    page = np.full((160 * len(lines) + 40, 1200), 230, np.uint8)
    for row, line in enumerate(lines):
        for column, letter in enumerate(line):
            at = (40 + 110 * column, 130 + 160 * row)
            cv2.putText(page, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 4, 40, 9, cv2.LINE_AA)
    return page


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "pages" / "page.png"
    path.parent.mkdir()
    Image.fromarray(paper("407   13", "2608")).save(path)
    return path


def test_one_picture_prints_its_lines(page: Path, capsys: Capture) -> None:
    assert run(["read", str(page)]) == 0
    assert capsys.readouterr() == ("407 13\n2608\n", "")


def test_several_pictures_are_a_row_each(page: Path, capsys: Capture) -> None:
    Image.fromarray(paper("9")).save(page.with_name("z.png"))
    assert run(["read", str(page.parent)]) == 0
    out, err = capsys.readouterr()
    assert [line.split(maxsplit=1)[1].strip() for line in out.splitlines()[2:]] == [
        "407 13 | 2608",
        "9",
    ]
    assert err == ""


def test_json_has_every_number_with_its_box(page: Path, capsys: Capture) -> None:
    assert run(["read", str(page), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["file"], found["text"], found["error"]) == (str(page), "407 13\n2608", None)
    rows = [(number["line"], number["text"]) for number in found["numbers"]]
    assert rows == [(1, "407"), (1, "13"), (2, "2608")]
    top, left, bottom, right = found["numbers"][0]["box"]
    assert 30 <= top < bottom <= 140
    assert 40 <= left < right <= 370
    assert [digit["value"] for digit in found["numbers"][2]["digits"]] == [2, 6, 0, 8]
    assert 0.9 < found["numbers"][0]["confidence"] <= 1


def test_csv_has_a_line_a_number(page: Path, capsys: Capture) -> None:
    Image.fromarray(np.full((60, 60), 230, np.uint8)).save(page.with_name("z.png"))
    assert run(["read", str(page.parent), "--csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["line"], row["number"]) for row in rows] == [
        ("1", "407"),
        ("1", "13"),
        ("2", "2608"),
        ("", ""),
    ]
    assert rows[3]["file"] == str(page.with_name("z.png"))
    assert int(rows[0]["top"]) < int(rows[0]["bottom"])


def test_a_blank_picture_is_told_of_and_is_no_failure(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "blank.png"
    Image.fromarray(np.full((60, 60), 230, np.uint8)).save(path)
    assert run(["read", str(path)]) == 0
    assert capsys.readouterr() == ("", f"{path}: no number was found on it\n")


def test_a_bad_picture_never_stops_the_rest(page: Path, capsys: Capture) -> None:
    bad = page.with_name("bad.png")
    bad.write_bytes(b"no picture")
    assert run(["read", str(bad), str(page), "--jsonl"]) == 1
    out, err = capsys.readouterr()
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["text"] for row in rows] == [None, "407 13\n2608"]
    assert rows[0]["error"].startswith(f"{bad}: must be one of")
    assert err.splitlines()[0].startswith(f"failed: {bad}: must be one of")
    assert err.splitlines()[1] == "failed: 1 of 2"


def test_standard_input(page: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(page.read_bytes())))
    assert run(["read", "-"]) == 0
    assert capsys.readouterr().out == "407 13\n2608\n"


def test_an_accuracy_costs_answers(page: Path, capsys: Capture) -> None:
    assert run(["read", str(page), "--threshold", "1"]) == 0
    out, err = capsys.readouterr()
    assert "?" in out
    assert err.startswith("base answers ")


def colours(path: Path) -> set[str]:
    """Whether there is green and red on a picture."""
    with Image.open(path) as image:
        assert image.format == "PNG"
        pixels = np.asarray(image).reshape(-1, 3).astype(int)
    green = (pixels[:, 1] > pixels[:, 0] + 60).any()
    red = (pixels[:, 0] > pixels[:, 1] + 60).any()
    return {name for name, there in (("green", green), ("red", red)) if there}


@pytest.mark.parametrize(
    ("options", "expected"), [([], {"green"}), (["--threshold", "1"], {"red"})], ids=str
)
def test_what_was_read_is_drawn_in(options: list[str], expected: set[str], page: Path) -> None:
    seen = page.parent.parent / "seen.png"
    assert run(["read", str(page), "--annotate", str(seen), *options]) == 0
    assert colours(seen) >= expected
    with Image.open(seen) as drawn, Image.open(page) as picture:
        assert drawn.size == picture.size


def test_several_pictures_are_drawn_into_a_folder(page: Path, capsys: Capture) -> None:
    Image.fromarray(paper("9")).save(page.with_name("z.png"))
    folder = page.parent.parent / "seen"
    command = ["read", str(page.parent), "--annotate", str(folder)]
    assert run(command) == 0
    assert sorted(path.name for path in folder.iterdir()) == ["page.png", "z.png"]
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    capsys.readouterr()
    assert run(command) == 1
    assert "is there already; add --force" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert run([*command, "--force"]) == 0


def test_several_pictures_are_not_drawn_into_one_file(page: Path, capsys: Capture) -> None:
    Image.fromarray(paper("9")).save(page.with_name("z.png"))
    assert run(["read", str(page.parent), "--annotate", str(page.with_name("seen.png"))]) == 2
    assert (
        "must end in .png for one picture, and be a folder for several" in capsys.readouterr().err
    )
