"""Many pictures at a time: from threads, from an event loop, from a folder on the command line."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

import tenfold
from tenfold.cli import run
from tenfold.errors import InputError

TEXTS = ["407", "13", "2608", "95", "0", "7741", "38", "526"]


def paper(text: str) -> np.ndarray:
    """Digits on paper, dark on bright, some 60 pixels high."""
    page = np.full((120, 90 + 75 * len(text)), 225, np.uint8)
    for column, letter in enumerate(text):
        at = (40 + 75 * column, 90)
        cv2.putText(page, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 2.7, 40, 6, cv2.LINE_AA)
    return page


@pytest.fixture(scope="module")
def reader() -> tenfold.Reader:
    return tenfold.Reader(threads=1)


@pytest.fixture(scope="module")
def pages() -> list[np.ndarray]:
    return [paper(text) for text in TEXTS]


@pytest.mark.parametrize("workers", [None, 1, 3])
def test_readings_come_in_the_order_of_the_pictures(
    workers: int | None, reader: tenfold.Reader, pages: list[np.ndarray]
) -> None:
    found = list(reader.read_many(iter(pages), workers=workers))
    assert found == [reader.read(page) for page in pages]
    assert [reading.text for reading in found] == TEXTS


def test_what_read_takes_read_many_takes(reader: tenfold.Reader) -> None:
    page = 255 - paper("26.8")
    (found,) = reader.read_many([page], polarity="bright_ink", decimal=True)
    assert found.text == "26.8"


def test_an_event_loop_reads_several_at_a_time(
    reader: tenfold.Reader, pages: list[np.ndarray]
) -> None:
    async def all_of_them() -> list[tenfold.Reading]:
        return await asyncio.gather(*(asyncio.to_thread(reader.read, page) for page in pages))

    assert [reading.text for reading in asyncio.run(all_of_them())] == TEXTS


def test_a_bad_picture_comes_in_its_turn(reader: tenfold.Reader, pages: list[np.ndarray]) -> None:
    found = reader.read_many([pages[0], pages[1], b"no picture", pages[2]], workers=2)
    assert [next(found).text for _ in range(2)] == TEXTS[:2]
    with pytest.raises(InputError, match="no such picture"):
        next(found)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_bad_picture_may_come_as_its_error(
    workers: int, reader: tenfold.Reader, pages: list[np.ndarray]
) -> None:
    given = [b"no picture", pages[0], "none.png", pages[1]]
    found = list(reader.read_many(given, workers=workers, errors="return"))
    shown = [one.text if isinstance(one, tenfold.Reading) else type(one).__name__ for one in found]
    assert shown == ["InputError", TEXTS[0], "InputError", TEXTS[1]]
    assert "none.png: cannot be read" in str(found[2])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"errors": "ignore"}, "errors: must be raise or return, but is 'ignore'"),
        ({"errors": None}, "errors: must be raise or return"),
        ({"errors": "return", "polarity": "red"}, "polarity: must be auto"),
    ],
)
def test_what_is_wrong_with_all_is_raised(
    options: dict[str, Any], message: str, reader: tenfold.Reader, pages: list[np.ndarray]
) -> None:
    with pytest.raises(InputError, match=message):
        reader.read_many(pages, **options)


def test_what_a_reader_takes_the_module_takes(pages: list[np.ndarray]) -> None:
    page = 255 - paper("26.8")
    assert tenfold.read(page, decimal=True).text == "26.8"
    part = tenfold.read(page, region=(0, 0, 120, 100))
    assert part == tenfold.Reader().read(page, region=(0, 0, 120, 100))
    assert part.text == "2"


@pytest.mark.parametrize("workers", [0, -1, 1.5, "2"])
def test_there_are_a_worker_or_more(workers: object, reader: tenfold.Reader) -> None:
    with pytest.raises(InputError, match="workers"):
        reader.read_many([], workers=workers)  # type: ignore[arg-type]


@pytest.mark.parametrize("workers", ["1", "4"])
def test_a_folder_is_read_by_several_the_bad_ones_told_of(
    workers: str, tmp_path: Path, pages: list[np.ndarray], capsys: pytest.CaptureFixture[str]
) -> None:
    for number, page in enumerate(pages):
        Image.fromarray(page).save(tmp_path / f"{number}.png")
    for name in ("1x.png", "9.jpg"):
        (tmp_path / name).write_bytes(b"no picture")
    assert run(["read", str(tmp_path), "--workers", workers, "--json"]) == 1
    out, err = capsys.readouterr()
    rows = [json.loads(line) for line in out.splitlines()] if out[0] == "{" else json.loads(out)
    texts = [row["text"] for row in rows]
    assert texts == [*TEXTS[:2], None, *TEXTS[2:], None]
    assert err.count("must be one of") == 2
    assert "failed: 2 of 10" in err
