"""Sections about the data in pictures: digits, classes and pixel intensities."""

from __future__ import annotations

from tenfold.data import MNIST
from tenfold.report import figures
from tenfold.report.blocks import Row, Section, Words
from tenfold.report.gallery import Gallery
from tenfold.report.statistics import image_statistics, statistics
from tenfold.report.words import count, percent

__all__ = [
    "class_distribution",
    "four_digits",
    "intensity_density",
    "sheet",
    "single_digits",
    "ten_digits",
]


def sheet(mnist: MNIST, gallery: Gallery) -> Section:
    """A 5 × 5 sheet of digits."""
    return Section(
        "A sheet of digits",
        [
            Words(
                "The first 25 training images, row by row. The digits were written by hand, "
                "scanned, scaled into a box of 20 × 20 pixels and centred in 28 × 28 by their "
                "centre of mass. That is why few digits touch the edge."
            ),
            gallery.picture(
                "sheet",
                figures.digit_sheet(mnist.train.images),
                alt="A 5 by 5 sheet of the first 25 handwritten training digits, white on black. "
                + _read_out(mnist, 25),
                caption="The first 25 training images.",
                form="png",
            ),
        ],
    )


def four_digits(mnist: MNIST, gallery: Gallery) -> Section:
    """Four digits side by side in the binary colour map."""
    return Section(
        "Four digits side by side",
        [
            Words(
                "The first four training images, drawn with the colour map `binary`: 0 is white "
                "and 255 black, like ink on paper. The numbers are the same as in a drawing of "
                "white on black; only the colours differ."
            ),
            gallery.picture(
                "four-digits",
                figures.four_digits(mnist.train.images),
                alt="Four handwritten training digits side by side, black on white. "
                + _read_out(mnist, 4),
                caption="The first four training images in the colour map `binary`.",
                form="png",
            ),
        ],
    )


def ten_digits(mnist: MNIST, gallery: Gallery) -> Section:
    """Ten digits with their labels."""
    return Section(
        "Ten digits with their labels",
        [
            Words(
                "The first ten training images, each with its label below. The label is what the "
                "network is taught to answer."
            ),
            gallery.picture(
                "ten-digits",
                figures.ten_digits(mnist.train.images, mnist.train.labels),
                alt="Ten handwritten training digits in two rows. " + _read_out(mnist, 10),
                caption="The first ten training images and their labels.",
                form="png",
            ),
        ],
    )


def single_digits(mnist: MNIST, gallery: Gallery) -> Section:
    """Single digits in grey."""
    pictures = [
        gallery.picture(
            f"single-digit-{index}",
            figures.single_digit(mnist.train.images[index], int(mnist.train.labels[index])),
            alt=f"Training image {index}, a handwritten {mnist.train.labels[index]}, in grey.",
            caption=f"Training image {index}: the label is {mnist.train.labels[index]}.",
            form="png",
        )
        for index in range(min(3, len(mnist.train)))
    ]
    return Section(
        "Single digits",
        [
            Words(
                "Seen large, an image is what the network gets: 28 × 28 squares of grey. The "
                "numbers at the sides count rows and columns from 0 to 27."
            ),
            Row(pictures),
        ],
    )


def class_distribution(mnist: MNIST, gallery: Gallery) -> Section:
    """Bar chart of the class distribution."""
    found = statistics(mnist)
    train, test = found["train"]["class_counts"], found["test"]["class_counts"]
    most, least = max(range(10), key=train.__getitem__), min(range(10), key=train.__getitem__)
    total = max(sum(train), 1)
    return Section(
        "Class distribution",
        [
            Words(
                f"The ten digits are about equally frequent. The most frequent in the training "
                f"images is {most} ({count(train[most])}, {percent(train[most] / total)}), the "
                f"rarest {least} ({count(train[least])}, {percent(train[least] / total)}). "
                "Someone who always answered the most frequent digit would be right that often and "
                "no more, so accuracy is a fair measure here. With one class a hundred times rarer "
                "than another it would not be."
            ),
            gallery.picture(
                "class-distribution",
                figures.class_distribution(mnist.train.labels, mnist.test.labels),
                alt="Two bar charts of the number of images a digit. Training, 0 to 9: "
                + ", ".join(count(one) for one in train)
                + ". Test: "
                + ", ".join(count(one) for one in test)
                + ".",
                caption="Images a digit, in the training and the test set.",
                scrolls=True,
            ),
        ],
    )


def intensity_density(mnist: MNIST, gallery: Gallery) -> Section:
    """Density of the pixel intensities of an image."""
    image = mnist.train.images[0]
    found = image_statistics(image)
    return Section(
        "Density of pixel intensity",
        [
            Words(
                "How often does each intensity occur in an image? The bars show the density: the "
                "share of the pixels in a bar, divided by the bar's width of 8 intensities, so "
                "that all bars together cover an area of 1."
            ),
            Words(
                f"In this image {count(found['zero_pixels'])} of 784 pixels "
                f"({percent(found['zero_share'], 1)}) are exactly 0, paper without ink. On an "
                "ordinary axis that one bar would hide all others, so the axis is logarithmic: "
                "each line upwards is ten times the one below. Most of the ink is at the right "
                "end, near 255; what lies between are the soft edges of the strokes."
            ),
            gallery.picture(
                "intensity-density",
                figures.intensity_density(image),
                alt=f"Left, a handwritten {mnist.train.labels[0]}. Right, the density of its pixel "
                f"intensities on a logarithmic axis: a high bar at 0 with "
                f"{percent(found['zero_share'], 1)} of the pixels, low bars between, and a second "
                "peak near 255.",
                caption="The first training image, and the density of its pixel intensities.",
                scrolls=True,
            ),
        ],
    )


def _read_out(mnist: MNIST, number: int) -> str:
    """Return the labels of the first images for those who do not see them."""
    labels = ", ".join(str(label) for label in mnist.train.labels[:number])
    return f"The labels are {labels}."
