"""Rows on stdout, as a table for people or as JSON, JSON lines or CSV for programs."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import wraps
from typing import Any, TypeVar, cast

import click

from tenfold.cli.excel import emit_for_excel
from tenfold.files import json_text

__all__ = [
    "emit",
    "json_option",
    "note",
    "percent",
    "printable",
    "row_formats",
    "table",
    "unexpected",
    "warn",
    "watched",
]

_Row = TypeVar("_Row")
_Command = TypeVar("_Command", bound=Callable[..., Any])

_ROW_FORMS = {
    "json": "Print one JSON document.",
    "jsonl": "Print one JSON object a line.",
    "csv": "Print comma-separated values with a header line.",
}


def row_formats(command: _Command) -> _Command:
    """Add ``--json``, ``--jsonl`` and ``--csv`` to a command that prints rows; one at a time.

    The command gets the argument ``output``, one of "text", "json", "jsonl" and "csv".
    """

    @wraps(command)
    def chosen(*arguments: Any, **options: Any) -> Any:
        forms = [form for form in _ROW_FORMS if options.pop(f"as_{form}")]
        if len(forms) > 1:
            given = " and ".join(f"--{form}" for form in forms)
            raise click.UsageError(f"{given} exclude each other: give one of them")
        return command(*arguments, output=forms[0] if forms else "text", **options)

    for form, text in reversed(_ROW_FORMS.items()):
        option = click.option(f"--{form}", f"as_{form}", is_flag=True, help=text)
        chosen = option(chosen)
    return cast(_Command, chosen)


def json_option(command: _Command) -> _Command:
    """Add ``--json`` to a command that prints one result; it gets the argument ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")(
        command
    )


def emit(rows: Iterable[Mapping[str, Any]], output: str, columns: Sequence[str]) -> None:
    """Print rows on stdout; JSON lines and CSV one by one, as they come.

    Args:
        rows: One mapping a row, of JSON-ready values; JSON shows them whole.
        output: "text", "json", "jsonl", "csv" or "excel".
        columns: Keys that the table and the CSV show, in order.
    """
    if output in ("csv", "excel") and sys.stdout.isatty():
        rows = map(_harmless, rows)  # in a file names stay as they are
    if output == "excel":
        emit_for_excel(rows, columns)
    elif output == "json":
        click.echo(json_text(list(rows), indent=2))
    elif output == "jsonl":
        for row in rows:
            click.echo(json_text(row))
    elif output == "csv":
        click.echo(_csv_line(columns))
        for row in rows:
            # A name with an escape sequence stays as it is, also where click would take it out.
            click.echo(_csv_line([row.get(column) for column in columns]), color=True)
    else:
        click.echo(table([[_cell(row.get(c)) for c in columns] for row in rows], columns))


def _harmless(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with what would steer a terminal written out."""
    return {
        key: printable(value) if isinstance(value, str) else value for key, value in row.items()
    }


def _csv_line(values: Sequence[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(values)  # what ends a line is quoted in it
    return buffer.getvalue().removesuffix("\r\n")


def table(rows: Sequence[Sequence[str]], headings: Sequence[str]) -> str:
    """Return an aligned table; columns whose cells are all numbers are set to the right."""
    cells = [[printable(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headings))]
    right = [all(_is_number(row[i]) for row in rows) and bool(rows) for i in range(len(headings))]
    lines = [
        "  ".join(
            cell.rjust(width) if aligned else cell.ljust(width)
            for cell, width, aligned in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in cells
    ]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)


def watched(rows: Iterable[_Row], count: int, what: str) -> Iterator[_Row]:
    """Give rows as they come, and show on stderr how many there have been, if a person looks."""
    if not sys.stderr or not sys.stderr.isatty():
        yield from rows
        return
    with click.progressbar(
        rows, count, label=what, file=sys.stderr, show_pos=True, show_percent=False
    ) as shown:
        yield from shown


def percent(share: float, digits: int = 2) -> str:
    """Return a share of 0 to 1 as a person reads it: "97.66 %"."""
    return f"{100 * share:.{digits}f} %"


def note(message: str, mark: str = "", colour: str = "") -> None:
    """Tell the person something on stderr, where it cannot mix with the data.

    Args:
        message: One line, with names of files and the like as they are: an end of a line within it
            is part of a name, and written out.
        mark: A word before it, such as "error:".
        colour: Of that word.
    """
    line = printable(message)
    if mark:
        line = f"{click.style(mark, fg=colour, bold=True)} {line}"
    with suppress(OSError, ValueError):  # a broken stderr is no reason to stop
        click.echo(line, err=True)


def warn(message: str) -> None:
    """Report on stderr that one input failed while the rest goes on."""
    note(message, "failed:", "yellow")


def unexpected(error: Exception) -> str:
    """Return the words for an error that nobody has thought of."""
    return (
        f"unexpected {type(error).__name__}: {error}; this is a fault of tenfold, "
        "TENFOLD_DEBUG=1 shows where"
    )


def printable(text: str) -> str:
    """Return a text with what would move or colour a terminal written out, as "\\x1b" is."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value)


def _is_number(cell: str) -> bool:
    figure = cell.removesuffix(" points").replace(",", "").replace(".", "")
    return figure.strip("-+% ±").isdigit() or cell in ("", "-", "·")
