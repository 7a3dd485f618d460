"""``tenfold read``: the numbers on pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.output import note, row_formats
from tenfold.cli.paths import FILE, PATH
from tenfold.cli.pictures import (
    exit_code,
    named_picture,
    open_reader,
    picture_names,
    picture_options,
    picture_rows,
    told_of,
)
from tenfold.cli.read_places import CORNERS, GRID, REGION, result_places
from tenfold.cli.read_rows import show_fields, show_numbers, show_table
from tenfold.errors import OutputError
from tenfold.parallel import usable_cores
from tenfold.preprocess import open_sheet
from tenfold.values import Number, Reading

if TYPE_CHECKING:
    from tenfold.explanation import Explanation
    from tenfold.reader import Reader

__all__ = ["read"]


@dataclass(frozen=True)
class _Way:
    """A way to read a page.

    Attributes:
        read: Returns a picture's row, and the numbers to draw in.
        unread: The row of a picture that cannot be read.
        show: Prints rows.
    """

    read: Callable[[Any], tuple[dict[str, Any], Iterable[Number]]]
    unread: Mapping[str, Any]
    show: Callable[[Iterable[dict[str, Any]], str, bool], None]


@click.command()
@picture_options
@click.option(
    "--region", type=REGION, help="Read a part of each picture: top,left,bottom,right in pixels."
)
@click.option(
    "--grid", type=GRID, help="Read a table cell by cell: ROWSxCOLUMNS, such as 9x9; _ is empty."
)
@click.option(
    "--corners",
    type=CORNERS,
    help="Where the table lies, if it is not found: x,y of its top left, top right, bottom right "
    "and bottom left corner.",
)
@click.option(
    "--fields",
    type=FILE,
    metavar="FORM",
    help="Read the fields of a form, that FORM names and places, from photos of it.",
)
@click.option(
    "--decimal", is_flag=True, help="Keep points and commas in numbers, and a minus before them."
)
@click.option(
    "--annotate",
    type=PATH,
    metavar="OUT",
    help="Draw boxes and what was read into OUT.png; of several pictures, into the folder OUT.",
)
@click.option(
    "--explain",
    type=PATH,
    metavar="OUT",
    help="Write a page of the steps into OUT.html; of several pictures, into the folder OUT.",
)
@click.option("--force", is_flag=True, help="Replace files that are there.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Pictures that are read at a time; as many as there are cores when not given.",
)
@click.option(
    "--excel",
    is_flag=True,
    help="Print CSV that Excel opens as it is: leading zeros and long numbers stay, and no name is "
    "taken for a formula.",
)
@row_formats
def read(
    paths: tuple[str, ...],
    model: str,
    accuracy: float | None,
    threshold: float | None,
    polarity: Any,
    region: tuple[int, ...] | None,
    grid: tuple[int, int] | None,
    corners: Any,
    fields: Path | None,
    decimal: bool,
    annotate: Path | None,
    explain: Path | None,
    force: bool,
    workers: int | None,
    excel: bool,
    output: str,
) -> int:
    """Read the numbers on each PICTURE: a file, a folder of files, or - for standard input.

    One picture prints its lines as they stand on it, several a row each. A digit that is unsure is
    a ? in its number; words and drawings are left out. A picture that cannot be read is reported
    on stderr and the rest goes on; the exit code is then 1. --json has a picture an object, with
    the box of every number and digit, --csv a line a number, or a row of the table or form.

    FORM is JSON: {"template": "blank.png", "fields": {"total": [top, left, bottom, right]}}, boxes
    in pixels of the template, a picture of the empty form beside it. Without a template they are
    in pixels of the pictures themselves.

    \b
    Examples:
      tenfold read photo.jpg
      tenfold read photo.jpg --annotate seen.png
      tenfold read scans/ --csv > numbers.csv
      tenfold read sudoku.jpg --grid 9x9
      tenfold read forms/ --fields form.json --csv > forms.csv
      cat photo.jpg | tenfold read - --json
    """
    _refuse_together(grid=grid, corners=corners, fields=fields, region=region, explain=explain)
    if excel and output not in ("text", "csv"):
        raise click.UsageError(f"--excel is CSV and excludes --{output}: give one of them")
    output = "excel" if excel else output
    if explain is not None:
        from tenfold.report.extra import check_pages

        check_pages()
    names = picture_names(paths)
    workers = min(workers or usable_cores(), max(len(names), 1))
    reader = open_reader(model, accuracy, threshold, threads=0 if workers == 1 else 1)
    settings: dict[str, Any] = {"polarity": "bright_ink", "decimal": decimal}
    if grid is not None:
        way = _table_way(reader, grid, {"corners": corners, "region": region, **settings})
    elif fields is not None:
        way = _fields_way(reader, fields, settings)
    else:
        way = _numbers_way(reader, {"region": region, **settings})
    counts: Counter[bool] = Counter()  # of pictures that failed, and of others
    drawn = result_places(annotate, names, ".png", "--annotate", force=force)
    explained = result_places(explain, names, ".html", "--explain", force=force)

    def row(name: str) -> dict[str, Any]:
        page = open_sheet(named_picture(name), polarity=polarity)
        with told_of(name):
            steps = reader.explain(page, region=region, **settings) if name in explained else None
            found, numbers = way.read(page) if steps is None else _row(steps.reading)
        problems = []
        if name in drawn:
            problems += _problems(name, partial(_draw, page, numbers, drawn[name]))
        if steps is not None:
            problems += _problems(name, partial(_explain, steps, page, name, explained[name]))
        return {**found, "error": "; ".join(problems) or None}

    rows = picture_rows(names, row, "file", way.unread, counts, output, workers)
    way.show(rows, output, len(names) == 1)
    return exit_code(counts)


def _problems(name: str, write: Callable[[], None]) -> list[str]:
    """Return why a file could not be written, if so: the numbers read are not lost by it."""
    try:
        write()
    except OutputError as error:
        return [f"{name}: {error}"]
    except MemoryError:
        return [f"{name}: was read, but memory ran out while it was drawn"]
    return []


def _refuse_together(**given: Any) -> None:
    """Refuse options that make no sense together."""
    if given["corners"] is not None and given["grid"] is None:
        raise click.UsageError("--corners is where a table lies: give --grid too")
    for one, others in (("fields", ("grid", "region")), ("explain", ("grid", "fields"))):
        for other in others:
            if given[one] is not None and given[other] is not None:
                raise click.UsageError(f"--{one} and --{other} exclude each other: give one")


def _numbers_way(reader: Reader, settings: Mapping[str, Any]) -> _Way:
    def read_page(page: Any) -> tuple[dict[str, Any], Iterable[Number]]:
        return _row(reader.read(page, **settings))

    return _Way(read_page, {"text": None, "numbers": []}, show_numbers)


def _row(reading: Reading) -> tuple[dict[str, Any], Iterable[Number]]:
    """Return a picture's row, and the numbers to draw in."""
    return reading.to_dict(), reading.numbers


def _table_way(reader: Reader, grid: tuple[int, int], settings: Mapping[str, Any]) -> _Way:
    def read_page(page: Any) -> tuple[dict[str, Any], Iterable[Number]]:
        table = reader.read_table(page, *grid, **settings)
        return table.to_dict(), table.numbers

    def show(rows: Iterable[dict[str, Any]], output: str, alone: bool) -> None:
        show_table(rows, output, alone=alone, columns=grid[1])

    return _Way(read_page, {"text": None, "rows": [], "numbers": []}, show)


def _fields_way(reader: Reader, path: Path, settings: Mapping[str, Any]) -> _Way:
    from tenfold.forms import load_form

    form = load_form(path)

    def read_page(page: Any) -> tuple[dict[str, Any], Iterable[Number]]:
        readings = reader.read_fields(page, form, **settings)
        row = {"fields": {name: reading.to_dict() for name, reading in readings.items()}}
        return row, [number for reading in readings.values() for number in reading.numbers]

    def show(rows: Iterable[dict[str, Any]], output: str, alone: bool) -> None:
        show_fields(rows, output, alone=alone, fields=list(form.fields))

    return _Way(read_page, {"fields": {}}, show)


def _draw(page: Any, numbers: Iterable[Number], path: Path) -> None:
    from tenfold.annotate import annotated_png
    from tenfold.files import write_bytes

    write_bytes(path, annotated_png(page, tuple(numbers)))
    note(f"drawn: {path}")


def _explain(steps: Explanation, page: Any, name: str, path: Path) -> None:
    from tenfold.annotate import annotated_png
    from tenfold.report.reading_steps import GroupStep, PlaceStep, write_reading_steps

    write_reading_steps(
        path,
        title=Path(name).name,
        annotated=annotated_png(page, steps.reading.numbers),
        ink=steps.ink,
        without_lines=steps.without_lines,
        groups=[
            GroupStep(
                group.strip,
                [PlaceStep(one.symbol, one.glyph, one.digit) for one in group.places],
                " ".join(number.text for number in group.numbers),
            )
            for group in steps.groups
        ],
    )
    note(f"explained: {path}")
