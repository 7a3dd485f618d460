"""What the commands that read pictures have in common: options, files and folders, rows."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar

import click

from tenfold.cli.answers import answer_options
from tenfold.cli.output import note, unexpected, warn, watched
from tenfold.cli.paths import MODEL
from tenfold.errors import UNREADABLE, InputError, TenfoldError
from tenfold.images import SUFFIXES, page_names, pictures_in
from tenfold.model.included import DEFAULT_MODEL
from tenfold.parallel import in_order

if TYPE_CHECKING:
    from tenfold.reader import Reader

__all__ = [
    "attempted",
    "exit_code",
    "named_picture",
    "open_reader",
    "picture_names",
    "picture_options",
    "picture_rows",
    "told_of",
]

_Result = TypeVar("_Result")
_Command = TypeVar("_Command", bound=Callable[..., Any])


def picture_options(command: _Command) -> _Command:
    """Add PICTURE..., ``--model``, ``--accuracy``, ``--threshold`` and ``--polarity`` to a command.

    It gets them as ``paths``, and by their names.
    """
    for option in (
        click.option(
            "--polarity",
            type=click.Choice(["auto", "dark_ink", "bright_ink"]),
            default="auto",
            show_default=True,
            help="Whether ink is dark or bright; auto tells it from what is broad.",
        ),
        answer_options,
        click.option(
            "--model",
            default=DEFAULT_MODEL,
            show_default=True,
            metavar="MODEL",
            type=MODEL,
            help="A model that comes with the package (tenfold models lists them), a model folder, "
            "or the run folder of a finished training.",
        ),
        click.argument("paths", nargs=-1, required=True, metavar="PICTURE..."),
    ):
        command = option(command)
    return command


def open_reader(
    model: str, accuracy: float | None, threshold: float | None, threads: int = 0
) -> Reader:
    """Return a reader, and tell the person what the accuracy or threshold asked for costs."""
    from tenfold.reader import Reader

    reader = Reader(model, accuracy=accuracy, threshold=threshold, threads=threads)
    if (accuracy, threshold) == (None, None) or reader.coverage is None:
        return reader
    own, chosen = reader.card.thresholds.get("unsure", 0.0), reader.thresholds["unsure"]
    less = f", below its own {own:.4f}: less is refused than without" if chosen < own else ""
    note(
        f"{reader.card.name} answers {100 * reader.coverage:.1f} % of digits like those it was "
        f"calibrated on, from confidence {chosen:.4f}{less}"
    )
    return reader


def picture_rows(
    names: Sequence[str],
    read: Callable[[str], Mapping[str, Any]],
    called: str,
    unread: Mapping[str, Any],
    counts: Counter[bool],
    output: str,
    workers: int = 1,
) -> Iterable[dict[str, Any]]:
    """Return a row for each picture as it is read; one that cannot be read never stops the rest.

    Args:
        names: Of the pictures.
        read: Returns the fields of a picture's row, "error" among them where not all went well.
        called: The field with its name.
        unread: The fields of a picture that cannot be read.
        counts: Of pictures that failed, and of others; they are counted as they are read.
        output: How rows are printed; where they come all at once, it is shown how far it is.
        workers: Threads that read.
    """

    def attempt(name: str) -> tuple[Mapping[str, Any], str | None]:
        fields, problem = attempted(partial(read, name), name)
        return (unread, problem) if fields is None else (fields, fields.get("error"))

    def rows() -> Iterator[dict[str, Any]]:
        found = in_order(attempt, names, workers)
        for name, (fields, problem) in zip(names, found, strict=True):
            if problem is not None:
                warn(problem)
            counts[problem is not None] += 1
            yield {called: name, **fields, "error": problem}

    if output in ("text", "json") and len(names) > 1:
        return watched(rows(), len(names), "pictures")
    return rows()


def attempted(read: Callable[[], _Result], name: str) -> tuple[_Result | None, str | None]:
    """Return what comes of reading a picture, or why nothing does: it never stops the others.

    Args:
        read: Reads it.
        name: The picture's.

    Raises:
        TenfoldError: Something is wrong that is so for every picture.
    """
    try:
        return read(), None
    except UNREADABLE as error:
        return None, str(error)
    except TenfoldError:
        raise
    except MemoryError:
        return None, f"{name}: memory ran out while it was read; scale it down"
    except Exception as error:  # a fault that one picture shows must not end the others
        if os.environ.get("TENFOLD_DEBUG"):
            raise
        return None, f"{name}: {unexpected(error)}"


@contextmanager
def told_of(name: str) -> Iterator[None]:
    """Begin what is found wrong with a picture in the block, once it is open, with its name."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{name}: {error}") from error


def exit_code(counts: Counter[bool]) -> int:
    """Return 1 where a picture failed, and tell how many did."""
    if counts[True]:
        note(f"failed: {counts[True]} of {counts.total()}")
    return 1 if counts[True] else 0


def named_picture(name: str) -> Any:
    """Return what a name stands for; a folder is left over only if no picture was found in it."""
    if name == "-":
        return _standard_input()
    if name and os.path.isdir(name):  # noqa: PTH112 - as in picture_names
        raise InputError(
            f"{name}: must hold pictures, but has none of {', '.join(sorted(SUFFIXES))}"
        )
    return name


def _standard_input() -> BinaryIO:
    """Return standard input, which some callers close."""
    if sys.stdin is None:
        raise InputError("-: standard input must hold a picture, but is closed")
    return sys.stdin.buffer


def picture_names(paths: tuple[str, ...]) -> list[str]:
    """Return the pictures named, and those in the folders named, each once; of PDFs the pages."""
    names: list[str] = []
    for name in paths:
        path = Path(name)
        if name in ("", "-") or not os.path.isdir(name):  # noqa: PTH112 - never raises
            names.append(name)
            continue
        names += [str(file) for file in pictures_in(path, note)] or [name]
    pages = [page for name in names for page in page_names(name)]
    return list(dict.fromkeys(pages))
