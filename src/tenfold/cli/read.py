"""``tenfold read``: the numbers on pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.annotate import annotated_png
from tenfold.cli.answers import answer_options, tell_coverage
from tenfold.cli.output import emit, note, row_formats, warn, watched
from tenfold.cli.paths import MODEL, PATH
from tenfold.cli.pictures import named_picture, picture_names
from tenfold.errors import InputError, OutputError
from tenfold.files import write_bytes
from tenfold.folders import ensure_folder
from tenfold.model.included import DEFAULT_MODEL

if TYPE_CHECKING:
    from tenfold.reader import Reader

__all__ = ["read"]

_NUMBER_COLUMNS = ("file", "line", "number", "confidence", "top", "left", "bottom", "right")


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PICTURE...")
@click.option(
    "--model",
    default=DEFAULT_MODEL,
    show_default=True,
    metavar="MODEL",
    type=MODEL,
    help="A model that comes with the package (tenfold models lists them), a model folder, or the "
    "run folder of a finished training.",
)
@answer_options
@click.option(
    "--polarity",
    type=click.Choice(["auto", "dark_ink", "bright_ink"]),
    default="auto",
    show_default=True,
    help="Whether ink is dark or bright; auto tells it from what is broad.",
)
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
    from tenfold.reader import Reader

    reader = Reader(model, accuracy=accuracy, threshold=threshold)
    tell_coverage(reader, asked=accuracy is not None or threshold is not None)
    counts: Counter[bool] = Counter()  # of pictures that failed, and of others
    names = picture_names(paths)
    drawn = _places(annotate, names, force=force)
    rows = _rows(reader, names, polarity, drawn, counts)
    if output in ("text", "json") and len(names) > 1:  # these come all at once, in the end
        rows = watched(rows, len(names), "pictures")
    _show(rows, output, alone=len(names) == 1)
    if counts[True]:
        note(f"failed: {counts[True]} of {counts.total()}")
    return 1 if counts[True] else 0


def _rows(
    reader: Reader,
    names: Sequence[str],
    polarity: Any,
    drawn: Mapping[str, Path],
    counts: Counter[bool],
) -> Iterator[dict[str, Any]]:
    """Give what each picture was read as, draw it where asked, and count whether it failed."""
    from tenfold.images import open_page

    for name in names:
        try:
            page = open_page(named_picture(name), polarity=polarity)
            reading = reader.read(page, polarity="bright_ink")
        except InputError as error:
            warn(str(error))
            counts[True] += 1
            yield {"file": name, "text": None, "numbers": [], "error": str(error)}
            continue
        counts[False] += 1
        if name in drawn:
            write_bytes(drawn[name], annotated_png(page, reading))
        yield {"file": name, **reading.to_dict(), "error": None}


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
        if path.exists() and not force:
            raise OutputError(f"{path}: is there already; add --force to replace it")
    return places


def _show(rows: Iterator[dict[str, Any]], output: str, *, alone: bool) -> None:
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


def _number_rows(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give a row for each number, and one for each picture without any."""
    for row in rows:
        if not row["numbers"]:
            yield {**dict.fromkeys(_NUMBER_COLUMNS), "file": row["file"], "error": row["error"]}
        for number in row["numbers"]:
            found = (row["file"], number["line"], number["text"], number["confidence"])
            columns = zip(_NUMBER_COLUMNS, (*found, *number["box"]), strict=True)
            yield {**dict(columns), "error": None}
