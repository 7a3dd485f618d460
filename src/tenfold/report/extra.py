"""The one message for a missing ``report`` extra."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from tenfold.errors import MissingExtraError

__all__ = ["check_pages", "report_extra"]


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


def check_pages() -> None:
    """Refuse to begin on what ends in a page where pages cannot be written.

    Raises:
        MissingExtraError: Jinja is not installed.
    """
    with report_extra():
        import_module("jinja2")
