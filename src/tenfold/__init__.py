"""tenfold reads handwritten digits, and is the laboratory its models come from.

Read the one digit of a picture; what is blank, no digit or unsure is refused:

>>> import tenfold
>>> tenfold.classify("digit.png")  # doctest: +SKIP
[Digit(7, confidence=0.9998)]
>>> reader = tenfold.Reader("champion", accuracy=0.999)  # for many calls
>>> mnist = tenfold.load_mnist()
>>> mnist.train.images.shape, mnist.test.images.shape
((60000, 28, 28), (10000, 28, 28))
>>> [digit.value for digit in reader.classify(mnist.test.images[:3])]
[7, 2, 1]
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from tenfold.forms import Form, load_form
    from tenfold.reader import Reader, classify, read
    from tenfold.values import Box, Digit, Number, Reading, Rejection, Split, Table

__version__ = "0.1.0"

__all__ = [
    "MNIST",
    "Box",
    "DataError",
    "Digit",
    "Form",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "Number",
    "OutputError",
    "Reader",
    "Reading",
    "RecipeError",
    "Rejection",
    "RunError",
    "Split",
    "Table",
    "TenfoldError",
    "classify",
    "load_form",
    "load_labelled",
    "load_mnist",
    "read",
]

# All is loaded when it is asked for (PEP 562): a command that needs no NumPy starts without it, and
# can be interrupted from its first moment.
_HOMES = {
    "MNIST": "data",
    "load_labelled": "data",
    "load_mnist": "data",
    "Form": "forms",
    "load_form": "forms",
    "Reader": "reader",
    "classify": "reader",
    "read": "reader",
    "Box": "values",
    "Digit": "values",
    "Number": "values",
    "Reading": "values",
    "Rejection": "values",
    "Split": "values",
    "Table": "values",
}
_MODULES = ("data", "decide", "errors", "images", "model", "preprocess", "reader", "values")


if not TYPE_CHECKING:  # which would take any name for one that is there

    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            return importlib.import_module(f"{__name__}.{name}")
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module = importlib.import_module(f"{__name__}.{_HOMES.get(name, 'errors')}")
        return globals().setdefault(name, getattr(module, name))


def __dir__() -> list[str]:
    return [*__all__, *_MODULES]
