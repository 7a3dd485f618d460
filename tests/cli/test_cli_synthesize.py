"""``tenfold synthesize``, and ``tenfold evaluate --read`` of what it drew."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tenfold.cli import run
from tenfold.synthesis.typefaces import draw_typed

Capture = pytest.CaptureFixture[str]
KINDS = ("amount", "lines", "boxes", "mixed", "letters")


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Typed digits as a labelled set of the user's own."""
    path = tmp_path_factory.mktemp("digits") / "digits.npz"
    typed = draw_typed(200, seed=4)
    np.savez(
        path, x_train=typed.images, y_train=typed.labels, x_test=typed.images, y_test=typed.labels
    )
    return str(path)


@pytest.fixture
def pages(digits: str, tmp_path: Path, capsys: Capture) -> Path:
    folder = tmp_path / "pages"
    kinds = [word for kind in KINDS for word in ("--kind", kind)]
    drawn = ["synthesize", str(folder), "--digits", digits, "--count", "6", "--seed", "2"]
    assert run([*drawn, *kinds]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [str(folder / f"page-{place:05d}.jpg") for place in range(6)]
    assert "labels.csv" in err
    return folder


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "labels.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_the_same_seed_draws_the_same_files(digits: str, pages: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    kinds = [word for kind in KINDS for word in ("--kind", kind)]
    drawn = ["synthesize", str(again), "--digits", digits, "--count", "6", "--seed", "2"]
    assert run([*drawn, *kinds]) == 0
    for path in pages.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("options", "kinds", "touching"),
    [
        (["--kind", "amount"], {"amount"}, {"0", "1"}),
        (["--kind", "amount", "--kind", "lines", "--touching"], {"amount", "lines"}, {"1"}),
        (["--apart"], {"amount", "lines", "boxes", "table"}, {"0"}),
    ],
)
def test_kinds_and_touching(
    digits: str, tmp_path: Path, options: list[str], kinds: set[str], touching: set[str]
) -> None:
    folder = tmp_path / "some"
    assert run(["synthesize", str(folder), "--digits", digits, "--count", "4", *options]) == 0
    assert {row["kind"] for row in rows(folder)} == kinds
    assert {row["touching"] for row in rows(folder)} == touching


def test_a_folder_in_use_is_left_alone(digits: str, pages: Path, capsys: Capture) -> None:
    before = {path.name: path.read_bytes() for path in pages.iterdir()}
    assert run(["synthesize", str(pages), "--digits", digits]) == 1
    assert "--force" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in pages.iterdir()} == before


def test_without_the_extra_it_is_told(
    digits: str, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(sys.modules):
        if name.startswith("tenfold.synthesis"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "HersheyFonts", None)
    assert run(["synthesize", str(tmp_path / "x"), "--digits", digits]) == 1
    assert "tenfold[synthesis]" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_what_was_drawn_is_evaluated(pages: Path, tmp_path: Path, capsys: Capture) -> None:
    report = tmp_path / "report"
    assert run(["evaluate", "base", "--read", str(pages), "--json", "--report", str(report)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["pictures"] == 6
    assert set(result["kinds"]) == {row["kind"] for row in rows(pages)}
    wanted = sum(
        len(row["text"].replace("|", " ").replace("_", " ").split()) for row in rows(pages)
    )
    assert result["numbers"] == wanted
    assert 0 <= result["numbers_right"] <= wanted
    parts = result["digits"]
    assert sum(part["pictures"] for part in parts.values()) == 6
    assert parts["touching"]["pictures"] == sum(int(row["touching"]) for row in rows(pages))
    assert 0 <= result["answered"] <= result["numbers_read"]
    assert sum(one["count"] for one in result["calibration"]["bins"]) == result["answered"]
    page = (report / "reading.html").read_text(encoding="utf-8")
    assert "exact" in page
    for one in result["worst"]:
        assert one["file"] in page
    assert run(["evaluate", "base", "--read", str(pages)]) == 0
    out = capsys.readouterr().out
    for shown in ("6 pictures", "expected calibration error", "apart", "touching"):
        assert shown in out


def test_a_broken_picture_counts_as_read_wrongly(pages: Path, capsys: Capture) -> None:
    (pages / "page-00000.jpg").write_bytes(b"no picture")
    assert run(["evaluate", "base", "--read", str(pages), "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["failed"] == 1
    assert json.loads(out)["pictures"] == 6
    assert "page-00000.jpg" in err


@pytest.mark.parametrize(
    "options", [["--data", "mnist"], ["--split", "train"], ["--outputs", "x.csv"], ["--keep"]]
)
def test_options_that_make_no_sense_are_refused(
    pages: Path, options: list[str], capsys: Capture
) -> None:
    assert run(["evaluate", "base", "--read", str(pages), *options]) == 2
    assert f"has no {options[0]}" in capsys.readouterr().err


def test_a_table_is_read_and_scored_as_one(tmp_path: Path, capsys: Capture) -> None:
    page = np.full((300, 520), 230, np.uint8)
    for row in (40, 240):
        cv2.line(page, (60, row), (460, row), 60, 3)
    for column in (60, 260, 460):
        cv2.line(page, (column, 40), (column, 240), 60, 3)
    cv2.putText(page, "7", (120, 180), cv2.FONT_HERSHEY_SIMPLEX, 3, 40, 8)
    Image.fromarray(page).save(tmp_path / "table.png")
    listing = "file,text,grid,kind\ntable.png,7 _,1x2,table\n"
    (tmp_path / "labels.csv").write_text(listing, encoding="utf-8")
    assert run(["evaluate", "base", "--read", str(tmp_path), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert (result["exact"], result["numbers"], result["numbers_right"]) == (1, 1, 1)
    assert result["worst"] == []
