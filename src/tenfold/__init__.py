"""tenfold reads handwritten digits, and is the laboratory its models come from.

>>> import tenfold
>>> mnist = tenfold.load_mnist()
>>> mnist.train.images.shape, mnist.test.images.shape
((60000, 28, 28), (10000, 28, 28))
>>> tenfold.classify(mnist.test.images[:3], model="runs/dense-128-dropout")  # doctest: +SKIP
[Digit(7, confidence=0.9998), Digit(2, confidence=0.9996), Digit(1, confidence=0.9989)]
"""

from __future__ import annotations

from tenfold.data import MNIST, load_labelled, load_mnist
from tenfold.errors import (
    DataError,
    InputError,
    MissingExtraError,
    ModelError,
    OutputError,
    RecipeError,
    RunError,
    TenfoldError,
)
from tenfold.reader import Reader, classify
from tenfold.values import Box, Digit, Rejection, Split

__version__ = "0.1.0"

__all__ = [
    "MNIST",
    "Box",
    "DataError",
    "Digit",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "OutputError",
    "Reader",
    "RecipeError",
    "Rejection",
    "RunError",
    "Split",
    "TenfoldError",
    "classify",
    "load_labelled",
    "load_mnist",
]
