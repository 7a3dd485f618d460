"""The one message for a missing ``report`` extra."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tenfold.errors import MissingExtraError

__all__ = ["report_extra"]


@contextmanager
def report_extra() -> Iterator[None]:
    """Turn a failed import of matplotlib or Jinja into the error that names the pip line.

    Raises:
        MissingExtraError: An import inside the block failed.
    """
    try:
        yield
    except ImportError as error:
        raise MissingExtraError("report", "drawing figures", error) from error
