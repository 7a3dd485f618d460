"""Sections about the data in numbers: statistics, shapes, scaling and labels."""

from __future__ import annotations

from tenfold.data import MNIST
from tenfold.report.blocks import Block, Code, Note, Section, Table, Words
from tenfold.report.gallery import Gallery
from tenfold.report.statistics import statistics
from tenfold.report.words import count, percent, shape

__all__ = ["how_to_load", "one_hot", "scaling", "shapes", "summary"]


def summary(mnist: MNIST, gallery: Gallery) -> Section:
    """Summary statistics of both sets, and what a published text printed instead."""
    del gallery
    found = statistics(mnist)
    train, test = found["train"], found["test"]
    rows = [
        ["Samples", count(train["samples"]), count(test["samples"])],
        ["Features a sample", count(train["features"]), count(test["features"])],
        ["Classes", count(train["classes"]), count(test["classes"])],
        ["Shape of the images", *(shape(one["shape"]) for one in (train, test))],
        ["Shape flattened", *(shape(one["flat_shape"]) for one in (train, test))],
        ["Type", train["dtype"], test["dtype"]],
        ["Range", *(f"{one['minimum']} to {one['maximum']}" for one in (train, test))],
        ["Mean pixel, 0 to 255", f"{train['mean']:.2f}", f"{test['mean']:.2f}"],
        ["Standard deviation", f"{train['std']:.2f}", f"{test['std']:.2f}"],
        ["Mean pixel, scaled to [0, 1]", f"{train['mean'] / 255:.4f}", f"{test['mean'] / 255:.4f}"],
        ["Pixels that are 0", percent(train["zero_share"]), percent(test["zero_share"])],
    ]
    blocks: list[Block] = [
        Words(
            "A *sample* is one image. Its *features* are the numbers that describe it: 28 × 28 = "
            "784 pixels. The *classes* are the answers there are: the ten digits."
        ),
        Table("Training and test set in figures.", ["", "Training", "Test"], rows),
        Note(
            "Set right",
            "A published text prints “features per sample: 28” and “classes: 2”. "
            "The first counts the rows of an image instead of its pixels. A sample has 784 "
            "features, and there are 10 classes, one a digit.",
        ),
    ]
    return Section("Summary statistics", blocks)


def shapes(mnist: MNIST, gallery: Gallery) -> Section:
    """Shapes of images and labels, as they come and flattened."""
    del gallery
    rows = []
    for name, split in (("Training", mnist.train), ("Test", mnist.test)):
        flat = split.images.reshape(len(split), -1)
        rows.append(
            [f"{name} images", shape(split.images.shape), shape(flat.shape), "uint8, 0–255"]
        )
        rows.append([f"{name} labels", shape(split.labels.shape), "–", "uint8, 0–9"])
    return Section(
        "Shapes of images and labels",
        [
            Words(
                "An image is a grid of 28 rows and 28 columns, one whole number a pixel: 0 for "
                "background, 255 for full ink. All images together are one array of three axes: "
                "image, row, column. The labels are one array of one axis, the true digit of each."
            ),
            Table(
                "The four arrays. Flattened, the 28 rows of an image stand one after the other.",
                ["Array", "Shape", "Flattened", "Type and range"],
                rows,
                text_columns=(1, 2, 3),
            ),
            Words(
                "A dense layer takes a vector, not a grid, so each image is flattened to 28 × 28 = "
                "784 numbers. Nothing is lost, but the layer no longer knows which pixels are "
                "neighbours. A convolution keeps the grid."
            ),
        ],
    )


def scaling(mnist: MNIST, gallery: Gallery) -> Section:
    """Scaling to [0, 1], shown on one row of pixels."""
    del gallery
    row = mnist.train.images[0, 14]
    start = max(0, min(int((row > 0).argmax()) - 1, 20))
    raw = row[start : start + 8]
    scaled = raw.astype("float32") / 255
    return Section(
        "Scaling to [0, 1]",
        [
            Words(
                "Every pixel is divided by 255, so that inputs lie between 0 and 1. The first "
                "steps of training then have a sensible size: with inputs up to 255 the sums in "
                "the first layer, and the steps with them, would be hundreds of times larger."
            ),
            Table(
                f"Eight pixels of the first training image: row 14 from column {start} on.",
                ["", *[str(start + place) for place in range(8)]],
                [
                    ["Raw, uint8", *[str(int(pixel)) for pixel in raw]],
                    ["Divided by 255, float32", *[f"{pixel:.3f}" for pixel in scaled]],
                ],
            ),
            Words(
                "It is done once. Divided by 255 a second time, all pixels would lie below 0.004, "
                "and the network would see hardly anything."
            ),
        ],
    )


def one_hot(mnist: MNIST, gallery: Gallery) -> Section:
    """Labels as rows of nine zeros and a one."""
    del gallery
    labels = [int(label) for label in mnist.train.labels[:3]]
    rows = [
        [str(label), *["1" if place == label else "0" for place in range(10)]] for label in labels
    ]
    n = len(mnist.train)
    return Section(
        "One-hot encoding",
        [
            Words(
                "The network has ten outputs, one a digit. The label is written in the same form: "
                "ten numbers, a 1 at the place of the digit and 0 elsewhere. The digits have no "
                "order here; a 3 is not nearer to a 4 than to an 8."
            ),
            Table(
                "The labels of the first three training images, one-hot.",
                ["Label", *[str(digit) for digit in range(10)]],
                rows,
            ),
            Words(
                f"Labels of shape `{shape((n,))}` become `{shape((n, 10))}`. *Categorical* "
                "cross-entropy takes labels in this form; *sparse* categorical cross-entropy takes "
                "the digits themselves. Both are the same loss, the negative logarithm of the "
                "probability given to the true digit."
            ),
        ],
    )


def how_to_load() -> Code:
    """The lines by which a reader gets the same arrays."""
    return Code(
        "import tenfold\n\n"
        "mnist = tenfold.load_mnist()\n"
        "mnist.train.images.shape                    # (60000, 28, 28)\n"
        "mnist.train.images.reshape(-1, 784) / 255   # (60000, 784), 0 to 1"
    )
