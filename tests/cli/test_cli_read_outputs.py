"""What ``tenfold read`` writes beside its rows: where, over what never, and what if it cannot."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from disk import names
from tenfold import files
from tenfold.cli import run
from tenfold.cli.read_places import result_places
from tenfold.errors import OutputError

Capture = pytest.CaptureFixture[str]


def save(path: Path, text: str = "407") -> Path:
    page = np.full((120, 90 + 75 * len(text)), 225, np.uint8)
    for column, letter in enumerate(text):
        at = (40 + 75 * column, 90)
        cv2.putText(page, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 2.7, 40, 6, cv2.LINE_AA)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(page).save(path, "PNG")
    return path


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("given", "stems"),
    [
        pytest.param(["a.png", "b/c.jpg"], ["a", "c"], id="unlike"),
        pytest.param(["m/a.png", "n/a.png"], ["1-a", "2-a"], id="alike"),
        pytest.param(
            ["m/a.png", "n/a.png", "1-a.png"], ["1-1-a", "2-a", "1-a"], id="one-like-those"
        ),
        pytest.param(
            ["m/a.png", "n/a.png", "1-a.png", "1-1-a.png"],
            ["1-1-1-a", "2-a", "1-a", "1-1-a"],
            id="two-like-those",
        ),
        pytest.param(["a.png", "a.jpg"], ["1-a", "2-a"], id="two-forms"),
        pytest.param(["A.png", "m/a.png"], ["1-A", "2-a"], id="disks-without-capitals"),
        pytest.param(["2-a.png", "a.png", "m/A.png"], ["2-a", "2-2-a", "3-A"], id="all-of-it"),
        pytest.param(["-", "stdin.png"], ["1-stdin", "2-stdin"], id="standard-input"),
        pytest.param(
            ["s.pdf#page=1", "s.pdf#page=12"], ["s-page-1", "s-page-12"], id="pages-of-a-pdf"
        ),
        pytest.param(["s.pdf"], ["s"], id="a-pdf-of-one-page"),
        pytest.param(
            ["m/s.pdf#page=1", "n/s.pdf#page=1"], ["1-s-page-1", "2-s-page-1"], id="two-pdfs"
        ),
    ],
)
def test_no_two_results_have_one_place(given: list[str], stems: list[str], place: Path) -> None:
    found = result_places(place / "out", given, ".png", "--annotate", force=False)
    assert found == {n: place / "out" / f"{s}.png" for n, s in zip(given, stems, strict=True)}


def test_pictures_of_one_name_are_all_drawn(place: Path) -> None:
    for name in ("m1/scan.png", "m2/scan.png", "1-scan.png"):
        save(place / name)
    assert run(["read", "m1", "m2", "1-scan.png", "--annotate", "out"]) == 0
    assert names(place / "out") == ["1-1-scan.png", "1-scan.png", "2-scan.png"]


@pytest.mark.parametrize("name", ["dir.v2", "dir.png", "plain"])
def test_a_folder_that_is_there_is_one_whatever_it_is_called(name: str, place: Path) -> None:
    (place / name).mkdir()
    save(place / "a.png")
    assert run(["read", "a.png", "--annotate", name]) == 0
    assert names(place / name) == ["a.png"]


def link_to_file(place: Path) -> list[str]:
    (place / "link.png").symlink_to(place / "pages" / "a.png")
    return ["pages/a.png", "--annotate", "link.png"]


def link_to_folder(place: Path) -> list[str]:
    (place / "linked").symlink_to(place / "pages")
    return ["pages", "--annotate", "linked"]


def picture_is_link(place: Path) -> list[str]:
    (place / "link.png").symlink_to(place / "pages" / "a.png")
    return ["link.png", "--annotate", "pages/a.png"]


def hard_link(place: Path) -> list[str]:
    os.link(place / "pages" / "a.png", place / "same.png")
    return ["pages/a.png", "--annotate", "same.png"]


@pytest.mark.parametrize("force", [[], ["--force"]], ids=["plain", "forced"])
@pytest.mark.parametrize(
    "arguments",
    [
        lambda _: ["pages/a.png", "--annotate", "pages/a.png"],
        lambda _: ["pages/a.png", "--annotate", "pages/../pages/a.png"],
        lambda _: ["pages/a.png", "--annotate", "pages"],
        lambda _: ["pages", "--annotate", "pages"],
        lambda _: ["pages/a.png", "pages/b.png", "--annotate", "pages"],
        lambda _: ["pages/a.png", "other/a.png", "pages/1-a.png", "--annotate", "pages"],
        link_to_file,
        link_to_folder,
        picture_is_link,
        hard_link,
    ],
    ids=["itself", "roundabout", "its-folder", "folder", "two", "numbered", "link", "linked-folder",
         "picture-is-link", "hard-link"],
)  # fmt: skip
def test_a_picture_is_never_written_over(
    arguments: Callable[[Path], list[str]],
    force: list[str],
    place: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("pages/a.png", "pages/b.png", "pages/1-a.png", "pages/2-a.png", "other/a.png"):
        save(place / name)
    command = arguments(place)
    if "1-a.png" in " ".join(command):
        command[2] = "pages/2-a.png"
    before = {path: path.read_bytes() for path in place.rglob("*.png")}
    monkeypatch.setattr("tenfold.cli.read.named_picture", None)  # nothing is read
    assert run(["read", *command, *force]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "is a picture to be read, and would be replaced; give another place" in err
    assert {path: path.read_bytes() for path in place.rglob("*.png")} == before


@pytest.mark.parametrize("output", [[], ["--json"], ["--jsonl"], ["--csv"]], ids=str)
@pytest.mark.parametrize("option", ["--annotate", "--explain"])
@pytest.mark.parametrize("several", [False, True])
def test_what_cannot_be_written_loses_no_numbers(
    output: list[str],
    option: str,
    several: bool,
    place: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(path: Path, _: bytes) -> None:
        if path.stem == "a":
            raise OutputError(f"{path}: cannot be written (No space left on device)")

    save(place / "pages" / "a.png", "407")
    if several:
        save(place / "pages" / "b.png", "13")
    monkeypatch.setattr(files, "write_bytes", full)
    assert run(["read", "pages", option, "out", *output]) == 1
    out, err = capsys.readouterr()
    assert "407" in out
    assert ("13" in out) is several
    assert "failed: pages/a.png: out/a." in err
    assert f"failed: 1 of {1 + several}" in err
    if output == ["--csv"]:
        rows = list(csv.DictReader(io.StringIO(out)))
        assert ["No space left" in row["error"] for row in rows] == [True] + [False] * several
    if output == ["--json"]:
        assert "No space left" in json.loads(out)[0]["error"]


def test_numbers_are_kept_where_memory_is_too_small_to_draw_them(
    place: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_much(*_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr("tenfold.annotate.annotated_png", too_much)
    save(place / "a.png")
    assert run(["read", "a.png", "--annotate", "out.png"]) == 1
    out, err = capsys.readouterr()
    assert out == "407\n"
    assert err.startswith("failed: a.png: was read, but memory ran out while it was drawn")


def test_a_table_is_not_lost_either(place: Path, capsys: Capture) -> None:
    page = np.full((300, 500), 230, np.uint8)
    cv2.rectangle(page, (40, 40), (250, 260), 60, 3)
    cv2.rectangle(page, (250, 40), (460, 260), 60, 3)
    cv2.putText(page, "4", (110, 200), cv2.FONT_HERSHEY_SIMPLEX, 4, 40, 9, cv2.LINE_AA)
    Image.fromarray(page).save(place / "t.png")
    (place / "out.png").mkdir()
    command = ["read", "t.png", "--grid", "1x2", "--csv", "--annotate", "out.png"]
    (place / "out.png" / "t.png").mkdir()
    assert run([*command, "--force"]) == 1
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["1"], row["2"]) == ("4", "")
    assert row["error"].startswith("t.png: out.png/t.png: cannot be written")


def test_explaining_without_its_extra_fails_once(
    place: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(place / "a.png")
    save(place / "b.png")
    monkeypatch.setitem(sys.modules, "jinja2", None)
    assert run(["read", "a.png", "b.png", "--explain", "out"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert 'pip install "tenfold[report]"' in err
    assert not (place / "out").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every file name is text")
@pytest.mark.parametrize(
    "name", [b"z\xe9ro.png", b"new\nline.png", b"\x1b[31mred.png"], ids=["latin", "lines", "escape"]
)
@pytest.mark.parametrize(("option", "suffix"), [("--annotate", ".png"), ("--explain", ".html")])
def test_a_strange_name_is_drawn_and_explained(
    name: bytes, option: str, suffix: str, place: Path, capsys: Capture
) -> None:
    picture = save(place / "pages" / os.fsdecode(name))
    assert run(["read", str(picture), option, "out"]) == 0
    out, err = capsys.readouterr()
    assert out == "407\n"
    assert names(place / "out") == [os.fsdecode(name.removesuffix(b".png")) + suffix]
    assert len(err.splitlines()) == 1
    assert "\x1b" not in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--region", "0,0,999,9"], "region: must lie within"),
        (["--region", "0,0,999,9", "--explain", "out"], "region: must lie within"),
        (["--grid", "3x3"], "no table was found"),
        (["--fields", "form.json"], "form.json: field 'sum' must lie within the picture"),
        (["--fields", "lain.json"], "the picture does not show the form"),
    ],
)
def test_a_failure_begins_with_the_picture(
    options: list[str], words: str, place: Path, capsys: Capture
) -> None:
    Image.fromarray(np.full((90, 90), 230, np.uint8)).save(place / "a.png")
    save(place / "blank.png", "98765")
    box = [0, 0, 90, 90]
    (place / "form.json").write_text(json.dumps({"fields": {"one": box, "sum": [0, 0, 9000, 9]}}))
    (place / "lain.json").write_text(json.dumps({"template": "blank.png", "fields": {"one": box}}))
    assert run(["read", "a.png", "--jsonl", *options]) == 1
    out, err = capsys.readouterr()
    assert err.startswith(f"failed: a.png: {words}")
    assert json.loads(out)["error"].startswith(f"a.png: {words}")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "memory ran out while it was read; scale it down"),
        (IndexError("off"), "unexpected IndexError: off; this is a fault of tenfold"),
        (cv2.error("Insufficient memory"), "unexpected error: Insufficient memory"),
    ],
    ids=["memory", "index", "opencv"],
)
@pytest.mark.parametrize("command", ["read", "classify"])
def test_whatever_becomes_of_one_picture_the_rest_is_read(
    command: str,
    error: Exception,
    words: str,
    place: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tenfold import images

    decode = images._decode

    def failing(stream: io.BufferedReader, source: str, page: int = 1) -> np.ndarray:
        if source == "a.png":
            raise error
        return decode(stream, source, page)

    monkeypatch.setattr(images, "_decode", failing)
    monkeypatch.delenv("TENFOLD_DEBUG", raising=False)
    save(place / "a.png")
    save(place / "b.png", "7")
    assert run([command, "a.png", "b.png", "--jsonl"]) == 1
    out, err = capsys.readouterr()
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["error"] is None for row in rows] == [False, True]
    assert "7" in (str(rows[1].get("text")), str(rows[1].get("value")))
    assert err.splitlines()[0].startswith(f"failed: a.png: {words}")
