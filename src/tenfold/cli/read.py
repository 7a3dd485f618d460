"""``tenfold read``: the numbers on pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from tenfold.annotate import annotated_png
from tenfold.cli.output import emit, note, row_formats
from tenfold.cli.paths import PATH, refuse_existing
from tenfold.cli.pictures import (
    exit_code,
    named_picture,
    open_reader,
    picture_names,
    picture_options,
    picture_rows,
)
from tenfold.files import write_bytes
from tenfold.folders import ensure_folder
from tenfold.images import open_page

__all__ = ["read"]

_NUMBER_COLUMNS = ("file", "line", "number", "confidence", "top", "left", "bottom", "right")


@click.command()
@picture_options
@click.option(
    "--annotate",
    type=PATH,
    metavar="OUT",
    help="Draw boxes and what was read into OUT.png; of several pictures, into the folder OUT.",
)
@click.option("--force", is_flag=True, help="Replace pictures that are there.")
@row_formats
def read(
    paths: tuple[str, ...],
    model: str,
    accuracy: float | None,
    threshold: float | None,
    polarity: Any,
    annotate: Path | None,
    force: bool,
    output: str,
) -> int:
    """Read the numbers on each PICTURE: a file, a folder of files, or - for standard input.

    One picture prints its lines as they stand on it, several a row each. A digit that is unsure is
    a ? in its number; words and drawings are left out. A picture that cannot be read is reported
    on stderr and the rest goes on; the exit code is then 1. --json has a picture an object, with
    the box of every number and digit, --csv a line a number.

    \b
    Examples:
      tenfold read photo.jpg
      tenfold read photo.jpg --annotate seen.png
      tenfold read scans/ --csv > numbers.csv
      cat photo.jpg | tenfold read - --json
    """
    reader = open_reader(model, accuracy, threshold)
    counts: Counter[bool] = Counter()  # of pictures that failed, and of others
    names = picture_names(paths)
    drawn = _places(annotate, names, force=force)

    def numbers_on(name: str) -> dict[str, Any]:
        page = open_page(named_picture(name), polarity=polarity)
        reading = reader.read(page, polarity="bright_ink")
        if name in drawn:
            write_bytes(drawn[name], annotated_png(page, reading))
        return reading.to_dict()

    unread: dict[str, Any] = {"text": None, "numbers": []}
    rows = picture_rows(names, numbers_on, "file", unread, counts, output)
    _show(rows, output, alone=len(names) == 1)
    return exit_code(counts)


def _places(annotate: Path | None, names: Sequence[str], *, force: bool) -> dict[str, Path]:
    """Return where each picture is drawn; refuse places that are taken before any is read."""
    if annotate is None:
        return {}
    if len(names) == 1 and annotate.suffix.lower() == ".png":
        places = {names[0]: annotate}
    elif annotate.suffix:
        raise click.BadParameter(
            "must end in .png for one picture, and be a folder for several", param_hint="--annotate"
        )
    else:
        ensure_folder(annotate)
        stems = [Path(name).stem if name != "-" else "stdin" for name in names]
        places = {
            name: annotate / (f"{stem}.png" if stems.count(stem) == 1 else f"{place}-{stem}.png")
            for place, (name, stem) in enumerate(zip(names, stems, strict=True), start=1)
        }
    for path in places.values():
        refuse_existing(path, force=force)
    return places


def _show(rows: Iterable[dict[str, Any]], output: str, *, alone: bool) -> None:
    """Print what was read: for one picture as text, its lines as they stand on it."""
    if output == "csv":
        emit(_number_rows(rows), output, (*_NUMBER_COLUMNS, "error"))
    elif output != "text":
        emit(rows, output, ())
    elif alone:
        for row in rows:
            _show_alone(row)
    elif shown := [row for row in rows if row["error"] is None]:
        table = [{**row, "numbers": row["text"].replace("\n", " | ") or "-"} for row in shown]
        emit(table, output, ("file", "numbers"))


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
            yield {**dict(columns), "error": None}
