"""Labelled pages: the same from a seed, labelled as they are written, of every kind."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tenfold.data import load_page_labels
from tenfold.synthesis.folder import BOX_COLUMNS, LABEL_COLUMNS, write_pages
from tenfold.synthesis.pages import LabelledPage, draw_pages
from tenfold.synthesis.sheets import SHEET_KINDS
from tenfold.values import Split


@pytest.fixture(scope="module")
def pages(digits: Split) -> list[LabelledPage]:
    return list(draw_pages(digits, 24, seed=3))


def test_one_seed_draws_the_same_pages(digits: Split, pages: list[LabelledPage]) -> None:
    again = list(draw_pages(digits, 3, seed=3))
    for one, other in zip(pages, again, strict=False):
        assert np.array_equal(one.image, other.image)
        assert one.numbers == other.numbers
    (other,) = draw_pages(digits, 1, seed=4)
    assert not np.array_equal(other.image, pages[0].image)


def test_kinds_come_by_turns_apart_and_touching(pages: list[LabelledPage]) -> None:
    assert [page.kind for page in pages[:6]] == list(SHEET_KINDS)
    both = {(kind, touching) for kind in SHEET_KINDS for touching in (False, True)}
    assert {(page.kind, page.touching) for page in pages} == both - {("boxes", True)}


def test_numbers_lie_where_their_boxes_say(pages: list[LabelledPage]) -> None:
    for page in pages:
        assert page.image.dtype == np.uint8
        height, width, channels = page.image.shape
        assert channels == 3
        for number in page.numbers:
            top, left, bottom, right = number.box
            assert 0 <= top < bottom <= height
            assert 0 <= left < right <= width
            inside = page.image[top:bottom, left:right].min(2).astype(float)
            assert np.percentile(inside, 2) < np.median(inside) - 15  # ink is darker than paper


def test_labels_are_as_the_kind_says(pages: list[LabelledPage]) -> None:
    for page in pages:
        lines = page.text().split("|")
        if page.kind == "letters":
            assert lines == [""]
        elif page.kind == "amount":
            assert len(page.numbers) == 1
        elif page.kind == "table":
            assert page.grid is not None
            assert [len(line.split()) for line in lines] == [page.grid[1]] * page.grid[0]
        else:
            assert [word for line in lines for word in line.split()] == [
                number.text for number in page.numbers
            ]
        assert (page.grid is not None) == (page.kind == "table")


def test_pages_are_written_with_labels_and_boxes(pages: list[LabelledPage], tmp_path: Path) -> None:
    paths = list(write_pages(pages[:6], tmp_path))
    assert [path.name for path in paths] == [f"page-{place:05d}.jpg" for place in range(6)]
    labels = load_page_labels(tmp_path)
    for page, label in zip(pages, labels, strict=False):
        assert (label.text, label.grid, label.kind) == (page.text(), page.grid, page.kind)
        with Image.open(label.path) as image:
            assert image.size == page.image.shape[1::-1]
    for name, columns, count in (
        ("labels.csv", LABEL_COLUMNS, 6),
        ("boxes.csv", BOX_COLUMNS, sum(len(page.numbers) for page in pages[:6])),
    ):
        with (tmp_path / name).open(encoding="utf-8") as stream:
            rows = list(csv.reader(stream))
        assert tuple(rows[0]) == columns
        assert len(rows) == 1 + count
