"""MNIST from public HTTPS servers, through pooch's downloader."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tenfold.data.checksums import known_files
from tenfold.data.idx import unpack_idx
from tenfold.data.layouts import files_of_npz
from tenfold.data.npz import open_npz
from tenfold.data.talk import progress
from tenfold.errors import DataError

__all__ = ["MIRRORS", "Mirror", "NoAnswerError"]

_READ_SECONDS = 30.0
_CHUNK_BYTES = 2**16
# The compressed files have 9.9 MB at most and mnist.npz 11.5 MB; a server that decompresses on the
# way sends 47.0 MB.
_MAX_DOWNLOAD = 48_000_000


class NoAnswerError(DataError):
    """A source did not answer in time, which suggests that there is no network."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """A server with MNIST.

    Attributes:
        name: What messages call it.
        urls: Addresses of what is needed, by MNIST's file name; or of ``mnist.npz`` alone.
    """

    name: str
    urls: Mapping[str, str]

    def fetch(self, patience: float) -> dict[str, bytes]:
        """Return the four uncompressed files, not yet verified.

        Args:
            patience: Seconds that the server may take to answer at all.

        Raises:
            NoAnswerError: It did not.
            DataError: It cannot be reached, refuses, or sends something else.
        """
        _within(patience, lambda: _check_reachable(next(iter(self.urls.values())), patience))
        fetched = {name: _download(url, patience) for name, url in self.urls.items()}
        if "mnist.npz" in fetched:
            return _files_of(fetched["mnist.npz"])
        return {name: unpack_idx(content, name) for name, content in fetched.items()}


class _Capped(io.BytesIO):
    """A file in memory that refuses more than a download of MNIST can have."""

    def write(self, content: Any) -> int:
        if self.tell() + len(content) > _MAX_DOWNLOAD:
            raise DataError(f"sends more than {_MAX_DOWNLOAD:,} bytes")
        return super().write(content)


def _within(seconds: float, call: Callable[[], object]) -> None:
    """Run ``call``, but wait no longer than ``seconds``.

    A connection's own timeout counts for each address of a host, and not for the look-up of its
    name, so where packets are dropped it can take ten times as long.
    """
    outcome: list[BaseException | None] = []

    def run() -> None:
        try:
            call()
            outcome.append(None)
        except BaseException as error:  # noqa: BLE001  # handed to the caller below
            outcome.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if not outcome:
        raise NoAnswerError("did not answer in time")
    if outcome[0] is not None:
        raise outcome[0]


def _check_reachable(url: str, patience: float) -> None:
    from pooch import HTTPDownloader

    with _short_errors():
        if not HTTPDownloader(timeout=patience)(url, None, None, check_only=True):
            raise DataError("does not have the file any more")


def _download(url: str, patience: float) -> bytes:
    from pooch import HTTPDownloader

    content = _Capped()
    bar = progress(url.rsplit("/", 1)[-1], 0)
    downloader = HTTPDownloader(
        progressbar=bar, chunk_size=_CHUNK_BYTES, timeout=(patience, _READ_SECONDS)
    )
    try:
        with _short_errors():
            downloader(url, content, None)
    finally:
        bar.close()
    return content.getvalue()


@contextmanager
def _short_errors() -> Iterator[None]:
    """Turn the errors of requests into a `DataError` of a few words."""
    from requests import HTTPError, Timeout

    try:
        yield
    except Timeout as error:
        raise NoAnswerError("did not answer in time") from error
    except HTTPError as error:
        status = "an error" if error.response is None else error.response.status_code
        raise DataError(f"answered {status}") from error
    except OSError as error:  # the root of the errors of requests, and of files it needs
        raise DataError(f"cannot be reached ({_root_cause(error)})") from error


def _root_cause(error: BaseException) -> str:
    """Return the innermost of nested network errors as a few words."""
    while error.__context__ is not None:
        error = error.__context__
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _files_of(npz: bytes) -> dict[str, bytes]:
    return files_of_npz(open_npz(io.BytesIO(npz), "mnist.npz"))


def _gzipped(base: str) -> dict[str, str]:
    return {name: f"{base}{name}.gz" for name in known_files()}


MIRRORS = (
    # The addresses that torchvision 0.28 uses (torchvision/datasets/mnist.py, MNIST.mirrors).
    Mirror("PyTorch's mirror", _gzipped("https://ossci-datasets.s3.amazonaws.com/mnist/")),
    # The address that TensorFlow Datasets and flax use.
    Mirror("Google's mirror", _gzipped("https://storage.googleapis.com/cvdf-datasets/mnist/")),
    # The address that Keras uses (keras/src/datasets/mnist.py).
    Mirror(
        "Keras's mirror",
        {
            "mnist.npz": "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz",
        },
    ),
)
