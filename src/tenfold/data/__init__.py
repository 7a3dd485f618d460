"""MNIST and any other labelled digits, as arrays: fetched, verified, and read without trust."""

from __future__ import annotations

from tenfold.data.cache import cache_root, mnist_folder, problems, sets_folder
from tenfold.data.labelled import load_labelled
from tenfold.data.mnist import MNIST, fetch_mnist, import_mnist, load_mnist
from tenfold.data.page_labels import PageLabel, load_page_labels
from tenfold.data.sets import BUILT_IN, import_labelled, set_names

__all__ = [
    "BUILT_IN",
    "MNIST",
    "PageLabel",
    "cache_root",
    "fetch_mnist",
    "import_labelled",
    "import_mnist",
    "load_labelled",
    "load_mnist",
    "load_page_labels",
    "mnist_folder",
    "problems",
    "set_names",
    "sets_folder",
]
