"""CSV for Excel: nothing in it becomes a formula, or another number."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from tenfold.cli import run
from tenfold.cli.excel import emit_for_excel


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("number", "407", "407"),
        ("number", "0", "0"),
        ("number", "0042", '="0042"'),
        ("number", "00", '="00"'),
        ("number", "0.5", "0.5"),
        ("number", "00.5", '="00.5"'),
        ("number", "-5", "-5"),
        ("number", "-?5", '="-?5"'),
        ("number", "1?", "1?"),
        ("number", "12.50", "12.50"),
        ("number", "1.250,50", '="1.250,50"'),
        ("number", "123456789012345", "123456789012345"),
        ("number", "1234567890123456", '="1234567890123456"'),
        ("number", "407 13", "407 13"),
        ("number", "", ""),
        ("number", None, ""),
        ("number", 7, "7"),
        ("confidence", -0.25, "-0.25"),
        ("=sum", "0042", '="0042"'),
        ("file", "0042.png", "0042.png"),
        ("file", "=cmd|calc.png", "'=cmd|calc.png"),
        ("file", "+1.png", "'+1.png"),
        ("file", "-1.png", "'-1.png"),
        ("file", "@a.png", "'@a.png"),
        ("file", "\ta.png", "'\ta.png"),
        ("file", "z\udce9ro.png", "z\\udce9ro.png"),
        ("error", "=a.png: cannot be read", "'=a.png: cannot be read"),
        ("file", "é, 数.png", "é, 数.png"),
    ],
)
def test_cells(
    column: str, value: Any, expected: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    emit_for_excel([{column: value}], (column, "line"))
    out = capfdbinary.readouterr().out
    assert out.startswith(b"\xef\xbb\xbf")
    assert out.count(b"\r\n") == 2
    heading, row = csv.reader(io.StringIO(out.decode("utf-8-sig"), newline=""))
    assert heading == [column if column != "=sum" else "'=sum", "line"]
    assert row == [expected, ""]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    picture = np.full((200, 500), 230, np.uint8)
    for column, letter in enumerate("0042"):
        at = (40 + 110 * column, 140)
        cv2.putText(picture, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 4, 40, 9, cv2.LINE_AA)
    path = tmp_path / "page.png"
    Image.fromarray(picture).save(path)
    (tmp_path / "form.json").write_text('{"fields": {"sum": [0, 0, 200, 500]}}')
    return path


@pytest.mark.parametrize(
    ("options", "column"),
    [([], "number"), (["--csv"], "number"), (["--fields", "form.json"], "sum")],
    ids=["plain", "csv", "fields"],
)
def test_leading_zeros_stay(
    options: list[str],
    column: str,
    page: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.chdir(page.parent)
    assert run(["read", "page.png", "--excel", *options]) == 0
    (row,) = csv.DictReader(io.StringIO(capfdbinary.readouterr().out.decode("utf-8-sig")))
    assert (row["file"], row[column]) == ("page.png", '="0042"')


@pytest.mark.parametrize("other", ["--json", "--jsonl"])
def test_excel_is_csv(other: str, page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["read", str(page), "--excel", other]) == 2
    assert f"--excel is CSV and excludes {other}" in capsys.readouterr().err
