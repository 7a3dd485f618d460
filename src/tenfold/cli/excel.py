"""CSV that Excel opens with a double click, and shows as it is."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

__all__ = ["emit_for_excel"]

_MARK = "\ufeff"  # by which Excel knows UTF-8
_NAMES = frozenset({"file", "error"})  # columns of what others have named
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # https://owasp.org/www-community/attacks/CSV_Injection
_DIGITS = 15  # of a number; Excel makes zeros of those that follow
_NUMBER = re.compile(r"-?(0|[1-9]\d*)([.,]\d+)?")
_LIKE_A_NUMBER = re.compile(r"-?[\d.,]+")


def emit_for_excel(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print rows on stdout as CSV for Excel, one by one, as they come.

    Args:
        rows: One mapping a row.
        columns: Their keys, in order.
    """
    _print(_MARK, [_name(column) for column in columns])
    for row in rows:
        _print("", [_cell(row.get(column), column) for column in columns])


def _print(mark: str, values: Sequence[Any]) -> None:
    """Print a line in UTF-8, whatever the encoding of stdout is."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(values)
    click.echo((mark + buffer.getvalue()).encode("utf-8", "backslashreplace"), nl=False)


def _cell(value: Any, column: str) -> Any:
    if not isinstance(value, str):
        return value
    return _name(value) if column in _NAMES else _text(value)


def _name(text: str) -> str:
    """Return a name with an apostrophe before what would be taken for a formula, and be run."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _text(text: str) -> str:
    """Return what was read, as a formula that gives it where Excel would make it another."""
    digits = sum(letter.isdigit() for letter in text)
    if _NUMBER.fullmatch(text) and digits <= _DIGITS:
        return text
    if not text.startswith(_FORMULA) and not _LIKE_A_NUMBER.fullmatch(text):
        return text
    quoted = text.replace('"', '""')
    return f'="{quoted}"'
