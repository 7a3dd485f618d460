"""What ``tenfold read`` prints: numbers, tables and forms, for people and programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click

from tenfold.cli.output import emit, note

__all__ = ["show_fields", "show_numbers", "show_table"]

_AS_CSV = ("csv", "excel")
_NUMBER_COLUMNS = ("file", "line", "number", "confidence", "top", "left", "bottom", "right")


def show_numbers(rows: Iterable[dict[str, Any]], output: str, alone: bool) -> None:
    """Print what was read: for one picture as text, its lines as they stand on it."""
    if output in _AS_CSV:
        emit(_number_rows(rows), output, (*_NUMBER_COLUMNS, "error"))
    elif output != "text":
        emit(rows, output, ())
    elif alone:
        for row in rows:
            _show_alone(row)
    else:
        _show_several(rows)


def show_table(rows: Iterable[dict[str, Any]], output: str, *, alone: bool, columns: int) -> None:
    """Print tables: for one picture as text, a line for each row."""
    if output in _AS_CSV:
        names = [str(place) for place in range(1, columns + 1)]
        emit(_table_rows(rows, names), output, ("file", "row", *names, "error"))
    elif output != "text":
        emit(rows, output, ())
    elif alone:
        for row in rows:
            cells = [[cell or "_" for cell in line] for line in row["rows"]]
            width = max((len(cell) for line in cells for cell in line), default=1)
            for line in cells:
                click.echo(" ".join(cell.rjust(width) for cell in line))
    else:
        _show_several(rows)


def show_fields(
    rows: Iterable[dict[str, Any]], output: str, *, alone: bool, fields: Sequence[str]
) -> None:
    """Print forms: for one picture as text, a line for each field."""
    if output in ("json", "jsonl"):
        emit(rows, output, ())
    elif output == "text" and alone:
        for row in rows:
            found = [
                {"field": name, "text": one["text"].replace("\n", " ") or "-"}
                for name, one in row["fields"].items()
            ]
            if found:
                emit(found, output, ("field", "text"))
    else:
        columns = ("file", *fields, "error") if output in _AS_CSV else ("file", *fields)
        emit((_field_row(row, fields) for row in rows), output, columns)


def _show_several(rows: Iterable[dict[str, Any]]) -> None:
    if shown := [row for row in rows if row["text"] is not None]:
        table = [{**row, "numbers": row["text"].replace("\n", " | ") or "-"} for row in shown]
        emit(table, "text", ("file", "numbers"))


def _show_alone(row: Mapping[str, Any]) -> None:
    if row["text"]:
        click.echo(row["text"])
    elif row["error"] is None:
        note(f"{row['file']}: no number was found on it")


def _number_rows(rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give a row for each number, and one for each picture without any."""
    for row in rows:
        if not row["numbers"]:
            yield {**dict.fromkeys(_NUMBER_COLUMNS), "file": row["file"], "error": row["error"]}
        for number in row["numbers"]:
            found = (row["file"], number["line"], number["text"], number["confidence"])
            columns = zip(_NUMBER_COLUMNS, (*found, *number["box"]), strict=True)
            yield {**dict(columns), "error": row["error"]}


def _table_rows(rows: Iterable[dict[str, Any]], names: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Give a row for each row of each table, and one for each picture without a table."""
    for row in rows:
        if not row["rows"]:
            yield {"file": row["file"], "error": row["error"]}
        for place, cells in enumerate(row["rows"], start=1):
            found = dict(zip(names, cells, strict=True))
            yield {"file": row["file"], "row": place, **found, "error": row["error"]}


def _field_row(row: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    texts = {name: row["fields"].get(name, {}).get("text") for name in fields}
    return {
        "file": row["file"],
        **{name: None if text is None else text.replace("\n", " ") for name, text in texts.items()},
        "error": row["error"],
    }
