"""The page about the data: what it says, and the statistics it returns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pages import Reader, read_page
from PIL import Image

from tenfold.data import MNIST
from tenfold.errors import OutputError
from tenfold.report.explore import explore
from tenfold.report.statistics import split_statistics, statistics
from tenfold.values import Split

HEADINGS = [
    "Summary statistics",
    "Shapes of images and labels",
    "A sheet of digits",
    "Ten digits with their labels",
    "Four digits side by side",
    "Single digits",
    "Class distribution",
    "Density of pixel intensity",
    "Scaling to [0, 1]",
    "One-hot encoding",
    "What published texts get wrong",
    "The same in Python",
]


def test_the_page_has_every_section_and_figure(mnist: MNIST, tmp_path: Path) -> None:
    found = explore(mnist, tmp_path)
    page = read_page(tmp_path / "explore.html")
    assert page.headings[0] == "MNIST, explored"
    assert [heading for heading in HEADINGS if heading not in page.headings] == []
    names = {path.stem for path in (tmp_path / "figures").iterdir()}
    assert names == {
        "sheet",
        "ten-digits",
        "four-digits",
        "single-digit-0",
        "single-digit-1",
        "single-digit-2",
        "class-distribution",
        "intensity-density",
    }
    for path in (tmp_path / "figures").iterdir():
        with Image.open(path) as picture:
            picture.verify()
    assert found == statistics(mnist)


@pytest.fixture(scope="module")
def explored(tmp_path_factory: pytest.TempPathFactory, mnist: MNIST) -> Reader:
    folder = tmp_path_factory.mktemp("explored")
    explore(mnist, folder)
    return read_page(folder / "explore.html")


@pytest.mark.parametrize(
    "words",
    [
        "(60, 28, 28)",
        "(60, 784)",
        "A sample has 784 features, and there are 10 classes",
        "Features per sample: 28 784: an image has 28 rows of 28 pixels.",
        "Classes: 2 10: the digits 0 to 9.",
        "[0, 288]",
    ],
)
def test_the_page_says(words: str, explored: Reader) -> None:
    assert words in explored.text


def test_statistics_are_those_of_numpy(mnist: MNIST) -> None:
    found = statistics(mnist)["train"]
    pixels = mnist.train.images.astype(float)
    assert found["mean"] == pytest.approx(pixels.mean())
    assert found["std"] == pytest.approx(pixels.std())
    assert found["zero_share"] == pytest.approx((pixels == 0).mean())
    assert (found["minimum"], found["maximum"]) == (pixels.min(), pixels.max())
    assert (found["samples"], found["features"], found["classes"]) == (60, 784, 10)
    assert found["shape"] == [60, 28, 28]
    assert found["flat_shape"] == [60, 784]
    assert found["class_counts"] == [6] * 10


def test_statistics_of_a_split_without_images() -> None:
    found = split_statistics(Split(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8)))
    assert (found["samples"], found["classes"], found["mean"], found["std"]) == (0, 0, 0.0, 0.0)


def test_a_folder_that_cannot_be_written_is_named(mnist: MNIST, tmp_path: Path) -> None:
    (tmp_path / "figures").write_text("a file where the folder must be")
    with pytest.raises(OutputError, match="figures"):
        explore(mnist, tmp_path)
    assert not (tmp_path / "explore.html").exists()
