"""``tenfold read`` of a part, a table, a form: options, and what they print."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tenfold.cli import run

Capture = pytest.CaptureFixture[str]
CELLS = (("4", "", "27"), ("", "13", "8"))


def ink(text: str, at: tuple[int, int], page: np.ndarray, size: float = 3) -> None:
    for place, letter in enumerate(text):
        where = (at[0] + round(26 * size) * place, at[1])
        cv2.putText(page, letter, where, cv2.FONT_HERSHEY_SIMPLEX, size, 40, round(2.4 * size), 16)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    page = np.full((560, 800), 230, np.uint8)
    for row in range(3):
        cv2.line(page, (70, 60 + 200 * row), (730, 60 + 200 * row), 60, 3)
    for column in range(4):
        cv2.line(page, (70 + 220 * column, 60), (70 + 220 * column, 460), 60, 3)
    for row, cells in enumerate(CELLS):
        for column, text in enumerate(cells):
            ink(text, (105 + 220 * column, 195 + 200 * row), page)
    path = tmp_path / "table.png"
    Image.fromarray(page).save(path)
    return path


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """A form's JSON; beside it the empty form, and a photo of it filled in, at an angle."""
    blank = np.full((600, 900), 235, np.uint8)
    for row, word in enumerate(("Number of the account", "Sum of all payments")):
        cv2.putText(blank, word, (40, 150 + 250 * row), cv2.FONT_HERSHEY_TRIPLEX, 0.9, 60, 2)
        cv2.rectangle(blank, (450, 80 + 250 * row), (850, 200 + 250 * row), 60, 2)
    cv2.putText(blank, "Bank transfer", (40, 60), cv2.FONT_HERSHEY_TRIPLEX, 1.2, 60, 2)
    filled = blank.copy()
    ink("4071", (490, 172), filled, 2.4)
    ink("286", (490, 422), filled, 2.4)
    change = np.array([[0.97, -0.05, 60], [0.06, 0.95, 30], [3e-5, 2e-5, 1]])
    photo = cv2.warpPerspective(filled, change, (1000, 700), borderValue=200)
    Image.fromarray(blank).save(tmp_path / "blank.png")
    (tmp_path / "photos").mkdir()
    Image.fromarray(photo).save(tmp_path / "photos" / "one.png")
    path = tmp_path / "form.json"
    fields = {"account": [80, 450, 200, 850], "sum": [330, 450, 450, 850]}
    path.write_text(json.dumps({"template": "blank.png", "fields": fields}), encoding="utf-8")
    return path


def test_a_table_is_read_cell_by_cell(table: Path, capsys: Capture) -> None:
    assert run(["read", str(table), "--grid", "2x3"]) == 0
    assert capsys.readouterr().out == " 4  _ 27\n _ 13  8\n"
    assert run(["read", str(table), "--grid", "2x3", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["rows"] == [list(cells) for cells in CELLS]
    assert [(one["row"], one["column"], one["text"]) for one in found["numbers"]] == [
        (1, 1, "4"), (1, 3, "27"), (2, 2, "13"), (2, 3, "8"),
    ]  # fmt: skip
    top, left, bottom, right = found["numbers"][2]["box"]
    assert 260 < top < bottom < 460
    assert 290 < left < right < 510


def test_a_table_as_csv_is_a_table(table: Path, capsys: Capture) -> None:
    Image.fromarray(np.full((90, 90), 230, np.uint8)).save(table.with_name("x.png"))
    assert run(["read", str(table.parent), "--grid", "2x3", "--csv"]) == 1
    out, err = capsys.readouterr()
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [[row["1"], row["2"], row["3"]] for row in rows[:2]] == [list(cells) for cells in CELLS]
    assert "no table was found" in rows[2]["error"]
    assert "no table was found" in err


def test_corners_may_be_given(table: Path, capsys: Capture) -> None:
    corners = "70,60 730,60 730,260 70,260"  # the first row alone
    assert run(["read", str(table), "--grid", "1x3", "--corners", corners]) == 0
    assert capsys.readouterr().out.split() == ["4", "_", "27"]


def test_a_region_is_read_alone(table: Path, capsys: Capture) -> None:
    assert run(["read", str(table), "--region", "265,295,455,505", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["text"] == "13"
    top, left, _, _ = found["numbers"][0]["box"]
    assert top > 265
    assert left > 295


def test_a_form_is_read_field_by_field(form: Path, capsys: Capture) -> None:
    photo = str(form.parent / "photos" / "one.png")
    assert run(["read", photo, "--fields", str(form)]) == 0
    assert [line.split() for line in capsys.readouterr().out.splitlines()[2:]] == [
        ["account", "4071"],
        ["sum", "286"],
    ]
    assert run(["read", photo, "--fields", str(form), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert {name: one["text"] for name, one in found["fields"].items()} == {
        "account": "4071",
        "sum": "286",
    }
    top, left, bottom, right = found["fields"]["account"]["numbers"][0]["box"]
    assert 120 < top < bottom < 290  # on the photo, not on the template
    assert 480 < left < right < 850


def test_forms_are_a_table(form: Path, capsys: Capture) -> None:
    Image.fromarray(np.full((90, 90), 230, np.uint8)).save(form.parent / "photos" / "x.png")
    assert run(["read", str(form.parent / "photos"), "--fields", str(form), "--csv"]) == 1
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["account"], row["sum"]) for row in rows] == [("4071", "286"), ("", "")]
    assert "does not show the form" in rows[1]["error"]


def test_what_was_read_in_a_table_is_drawn_in(table: Path, tmp_path: Path) -> None:
    out = tmp_path / "seen.png"
    assert run(["read", str(table), "--grid", "2x3", "--annotate", str(out)]) == 0
    with Image.open(out) as image:
        assert image.size == (800, 560)
        colours = np.asarray(image).reshape(-1, 3)
    assert (colours == (22, 128, 60)).all(1).sum() > 200


def test_the_steps_are_explained(table: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "steps.html"
    assert run(["read", str(table), "--explain", str(out)]) == 0
    page = out.read_text(encoding="utf-8")
    assert "27" in capsys.readouterr().out.split()
    for words in ("table.png", "Printed lines are taken off", "read as <code>27</code>"):
        assert words in page
    assert page.count("<svg") >= 5
    assert run(["read", str(table), "--explain", str(out)]) == 1
    assert "--force" in capsys.readouterr().err


def test_a_blank_page_is_explained(tmp_path: Path) -> None:
    Image.fromarray(np.full((90, 90), 230, np.uint8)).save(tmp_path / "blank.png")
    out = tmp_path / "steps"
    assert run(["read", str(tmp_path / "blank.png"), "--explain", str(out)]) == 0
    assert "Nothing on it is darker" in (out / "blank.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--explain", "x.html", "--grid", "2x2"], "exclude each other"),
        (["--grid", "9"], "ROWSxCOLUMNS"),
        (["--grid", "0x3"], "ROWSxCOLUMNS"),
        (["--region", "1,2,3"], "four whole numbers"),
        (["--corners", "1,2 3,4", "--grid", "2x2"], "four pairs"),
        (["--corners", "1,2 3,4 5,6 7,8"], "give --grid"),
        (["--grid", "2x2", "--fields", "pyproject.toml"], "exclude each other"),
        (["--region", "1,2,3,4", "--fields", "pyproject.toml"], "exclude each other"),
    ],
)
def test_wrong_options_are_told(
    table: Path, options: list[str], message: str, capsys: Capture
) -> None:
    assert run(["read", str(table), *options]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("region", ["0,0,9999,9", "5,5,5,9"])
def test_a_region_outside_is_told(table: Path, region: str, capsys: Capture) -> None:
    assert run(["read", str(table), "--region", region]) == 1
    assert "within the picture, which is 560 high and 800 wide" in capsys.readouterr().err
