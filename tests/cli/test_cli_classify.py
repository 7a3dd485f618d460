"""``tenfold classify``: a row for each picture, whatever becomes of the others."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import huge
import tenfold
from tenfold.cli import run
from tenfold.data import MNIST

Capture = pytest.CaptureFixture[str]


def labels(mnist: MNIST) -> list[int]:
    return [int(label) for label in mnist.test.labels[:3]]


def test_a_folder_as_json(finished: Path, pictures: Path, mnist: MNIST, capsys: Capture) -> None:
    assert run(["classify", str(pictures), "--model", str(finished), "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    rows = json.loads(out)
    assert [row["path"] for row in rows] == [str(path) for path in sorted(pictures.iterdir())]
    assert [row["value"] for row in rows] == labels(mnist)
    for row in rows:
        assert set(row) == {
            *("path", "value", "guess", "confidence", "probabilities", "rejected", "error")
        }
        assert len(row["probabilities"]) == 10
        assert abs(sum(row["probabilities"]) - 1) < 1e-5
        assert row["confidence"] == max(row["probabilities"])


def test_each_form_has_the_same_rows(
    finished: Path, pictures: Path, mnist: MNIST, capsys: Capture
) -> None:
    command = ["classify", str(pictures), "--model", str(finished / "model")]
    answers = {}
    for form in ("", "--json", "--jsonl", "--csv"):
        assert run([*command, *form.split()]) == 0
        answers[form] = capsys.readouterr().out
    assert [row["value"] for row in json.loads(answers["--json"])] == labels(mnist)
    lines = answers["--jsonl"].splitlines()
    assert [json.loads(line) for line in lines] == json.loads(answers["--json"])
    rows = list(csv.DictReader(io.StringIO(answers["--csv"])))
    assert list(rows[0]) == ["path", "value", "confidence", "guess", "rejected", "error"]
    assert [int(row["value"]) for row in rows] == labels(mnist)
    table = answers[""].splitlines()
    assert [int(line.split()[1]) for line in table[2:]] == labels(mnist)


@pytest.mark.parametrize("form", ["--jsonl", "--csv"])
def test_rows_come_as_pictures_are_read(
    form: str,
    finished: Path,
    pictures: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was read before an interrupt has been printed."""
    read = tenfold.Reader.classify
    counted = iter(range(100))

    def interrupted(self: tenfold.Reader, *args: Any, **named: Any) -> Any:
        if next(counted) == 2:
            raise KeyboardInterrupt
        return read(self, *args, **named)

    monkeypatch.setattr(tenfold.Reader, "classify", interrupted)
    assert run(["classify", str(pictures), "--model", str(finished), form]) == 130
    assert len(capsys.readouterr().out.splitlines()) == (2 if form == "--jsonl" else 3)


def test_a_threshold_says_what_it_costs(
    finished: Path, pictures: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose = "tenfold.reader.choose_thresholds"
    monkeypatch.setattr(choose, lambda *_: ({"unsure": 0.75}, 0.9875))
    arguments = ["classify", str(pictures), "--model", str(finished)]
    assert run(arguments) == 0
    assert capsys.readouterr().err == ""
    assert run([*arguments, "--threshold", "0.75"]) == 0
    told = capsys.readouterr().err
    assert "answers 98.8 % of digits" in told
    assert "below its own" not in told


def test_an_accuracy_that_refuses_less_says_so(pictures: Path, capsys: Capture) -> None:
    """Whoever asks for an accuracy below what a model gives by itself expects more care."""
    own = tenfold.Reader().card.thresholds["unsure"]
    for accuracy, less in (("0.99", True), ("0.9995", False)):
        run(["classify", str(pictures), "--accuracy", accuracy])
        assert (f"below its own {own:.4f}: less is refused" in capsys.readouterr().err) is less


def test_standard_input(
    finished: Path,
    pictures: Path,
    mnist: MNIST,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    content = sorted(pictures.iterdir())[0].read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert run(["classify", "-", "--model", str(finished), "--jsonl"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["path"], row["value"]) == ("-", labels(mnist)[0])


def test_polarity_is_taken_as_said(finished: Path, pictures: Path, capsys: Capture) -> None:
    path = str(sorted(pictures.iterdir())[0])
    values = {}
    for polarity in ("auto", "bright_ink", "dark_ink"):
        run(["classify", path, "--model", str(finished), "--json", "--polarity", polarity])
        values[polarity] = json.loads(capsys.readouterr().out)[0]["probabilities"]
    assert values["auto"] == values["bright_ink"] != values["dark_ink"]


def test_a_blank_picture_is_refused_and_is_no_failure(
    finished: Path, tmp_path: Path, capsys: Capture
) -> None:
    Image.fromarray(np.full((60, 40), 250, np.uint8)).save(tmp_path / "blank.png")
    assert run(["classify", str(tmp_path / "blank.png"), "--model", str(finished), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["value"], row["rejected"], row["confidence"]) == (None, "blank", 0.0)


def bad_picture(folder: Path, kind: str) -> Path:
    path = folder / "bad.png"
    if kind == "empty":
        path.write_bytes(b"")
    elif kind == "text":
        path.write_text("seven")
    elif kind == "huge":
        path.write_bytes(huge.huge_png())
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "no-pictures":
        path = folder.with_name("no-pictures")
        path.mkdir()
    elif kind == "long":
        return folder / ("x" * 400)
    elif kind == "truncated":
        whole = next(folder.glob("0-*.png")).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    return path


@pytest.mark.parametrize("form", ["", "--json", "--csv"])
@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("missing", "cannot be read (No such file or directory)"),
        ("empty", "must be a picture, but is empty"),
        ("text", "must be one of PNG, JPEG, TIFF, WEBP, BMP, GIF, but is no such picture"),
        ("huge", "too many pixels"),
        ("pipe", "cannot be read (is no regular file)"),
        ("long", "cannot be read (File name too long)"),
        ("no-pictures", "must hold pictures, but has none of .bmp, .gif,"),
        ("truncated", "cannot be decoded, the file is damaged"),
    ],
)
def test_a_bad_picture_never_stops_the_rest(
    kind: str,
    reason: str,
    form: str,
    finished: Path,
    pictures: Path,
    mnist: MNIST,
    capsys: Capture,
) -> None:
    good = [str(path) for path in sorted(pictures.iterdir())]
    bad = str(bad_picture(pictures, kind))
    if kind == "huge":
        reason = "at most 50,000,000 are read; scale it down"
    assert run(["classify", good[0], bad, *good[1:], "--model", str(finished), *form.split()]) == 1
    out, err = capsys.readouterr()
    first, second = err.splitlines()
    assert first.startswith(f"failed: {bad}: ")
    assert reason in first
    assert second == "failed: 1 of 4"
    if form == "--json":
        rows = json.loads(out)
        assert [row["value"] for row in rows] == [labels(mnist)[0], None, *labels(mnist)[1:]]
        assert reason in rows[1]["error"]
    elif form == "--csv":
        rows = list(csv.DictReader(io.StringIO(out)))
        assert [row["path"] for row in rows] == [good[0], bad, *good[1:]]
        assert rows[1]["value"] == ""
    else:
        assert len(out.splitlines()) == 2 + 3


def test_a_row_that_failed_has_the_same_keys(
    finished: Path, pictures: Path, tmp_path: Path, capsys: Capture
) -> None:
    command = ["classify", str(pictures), str(tmp_path / "nix.png"), "--model", str(finished)]
    assert run([*command, "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert len({frozenset(row) for row in rows}) == 1
    assert rows[-1]["rejected"] is None
    assert "cannot be read" in rows[-1]["error"]
    assert run([*command, "--csv"]) == 1
    read = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert read[0]["error"] == ""
    assert "cannot be read" in read[-1]["error"]


def test_names_with_line_ends_and_escapes(
    finished: Path, pictures: Path, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "new\nline\x1b[31m.png"
    path.write_bytes(next(iter(sorted(pictures.iterdir()))).read_bytes())
    command = ["classify", str(path), "--model", str(finished)]
    assert run([*command, "--csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["path"] == str(path)
    assert run(command) == 0
    out = capsys.readouterr().out
    assert "new\\nline\\x1b[31m.png" in out
    assert len(out.splitlines()) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every file name is text")
def test_a_name_that_is_no_text(
    finished: Path, pictures: Path, tmp_path: Path, capsys: Capture
) -> None:
    """A Latin-1 name from an old disk, say: JSON gives it back, a table shows what it is."""
    path = tmp_path / os.fsdecode(b"z\xe9ro.png")
    path.write_bytes(next(iter(sorted(pictures.iterdir()))).read_bytes())
    command = ["classify", str(path), "--model", str(finished)]
    for form in ("--json", "--jsonl"):
        assert run([*command, form]) == 0
        read = json.loads(capsys.readouterr().out)
        (row,) = read if form == "--json" else [read]
        assert os.fsencode(row["path"]).endswith(b"/z\xe9ro.png")
    assert run(command) == 0
    assert "z\\udce9ro.png" in capsys.readouterr().out


def test_a_message_cannot_steer_the_terminal(
    finished: Path, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "\x1b]0;title\x07.png"
    path.write_bytes(b"no picture")
    assert run(["classify", str(path), "--model", str(finished)]) == 1
    captured = capsys.readouterr()
    assert "\\x1b]0;title\\x07.png: must be one of" in captured.err
    assert "\x1b]" not in captured.err
    assert "\x07" not in captured.err


def test_a_picture_named_twice_has_one_row(finished: Path, pictures: Path, capsys: Capture) -> None:
    first = sorted(pictures.iterdir())[0]
    assert run(["classify", str(pictures), str(first), "--model", str(finished), "--csv"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
