"""The data, explained: statistics, figures, and one page for a learner."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tenfold.data import MNIST
from tenfold.report import sections_data as data
from tenfold.report import sections_pictures as pictures
from tenfold.report.blocks import Page, Section, Table, Words
from tenfold.report.gallery import Gallery
from tenfold.report.page import write_page
from tenfold.report.statistics import statistics
from tenfold.report.words import count, percent

__all__ = ["explore"]

_SECTIONS = (
    data.summary,
    data.shapes,
    pictures.sheet,
    pictures.ten_digits,
    pictures.four_digits,
    pictures.single_digits,
    pictures.class_distribution,
    pictures.intensity_density,
    data.scaling,
    data.one_hot,
)


def explore(mnist: MNIST, folder: Path) -> dict[str, Any]:
    """Write ``folder/explore.html`` and ``folder/figures/*.png``, and return the statistics.

    Args:
        mnist: Both splits, images (N, 28, 28) uint8 and labels (N,) uint8.
        folder: Where the page and the figures go; files of these names are replaced.

    Returns:
        The statistics of both splits, see `tenfold.report.statistics`, under "train" and "test".

    Raises:
        MissingExtraError: matplotlib or Jinja is not installed.
        OutputError: The folder cannot be written.
    """
    found = statistics(mnist)
    gallery = Gallery(folder / "figures")
    sections = [build(mnist, gallery) for build in _SECTIONS]
    train, test = found["train"], found["test"]
    page = Page(
        title="MNIST, explored",
        lede="Handwritten digits, each 28 × 28 pixels of grey with a label from 0 to 9: what is in "
        "the data, what the numbers mean, and how a network gets to see them.",
        facts=[
            ("Training images", count(train["samples"]), "to learn from"),
            ("Test images", count(test["samples"]), "to be measured on"),
            ("Features a sample", count(train["features"]), "28 × 28 pixels"),
            ("Classes", count(train["classes"]), "the digits 0 to 9"),
            ("Pixels that are 0", percent(train["zero_share"], 1), "of the training images"),
        ],
        sections=[*sections, _published_errors(), _again()],
        footer="Made by `tenfold explore`. The figures are beside this page, in `figures/`.",
    )
    write_page(folder / "explore.html", page)
    return found


def _published_errors() -> Section:
    """Statements about the data in published texts that are wrong, with what is right."""
    rows = [
        ["Features per sample: 28", "784: an image has 28 rows of 28 pixels."],
        ["Classes: 2", "10: the digits 0 to 9."],
        ["The training images are (6000, 28, 28)", "They are (60000, 28, 28)."],
        ["The pixels lie in [0, 288]", "They lie in [0, 255], one byte each."],
    ]
    return Section(
        "What published texts get wrong",
        [
            Words("These statements about MNIST can be read in published notebooks."),
            Table("Published and correct.", ["Published", "Correct"], rows, text_columns=(1,)),
        ],
    )


def _again() -> Section:
    return Section(
        "The same in Python",
        [Words("Everything on this page comes from four arrays."), data.how_to_load()],
    )
