"""``tenfold evaluate --read``: how well pictures with numbers are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tenfold.annotate import annotated_png
from tenfold.cli.output import note, percent, printable, table, warn, watched
from tenfold.errors import UNREADABLE
from tenfold.parallel import in_order, usable_cores
from tenfold.preprocess import open_sheet
from tenfold.scores import PictureScore, TotalScore, score_reading, score_table, total_score
from tenfold.values import Number, Reading

if TYPE_CHECKING:
    from tenfold.data import PageLabel
    from tenfold.reader import Reader

__all__ = ["evaluate_reading", "reading_text"]

_WORST = 24  # pictures in the report
_LISTED = 10  # pictures named in the result

_HEADINGS = ("pictures", "count", "exact", "numbers", "right", "read", "CER")


class _Read(NamedTuple):
    label: PageLabel
    text: str
    numbers: tuple[Number, ...]
    score: PictureScore


def evaluate_reading(
    reader: Reader, labels: Sequence[PageLabel], name: str, report: Path | None
) -> dict[str, Any]:
    """Return how well a reader reads labelled pictures, and write the page if there is a place.

    A picture that cannot be read counts as failed and as read wholly wrong.

    Args:
        reader: What reads.
        labels: Of the pictures.
        name: What the pictures are called.
        report: Folder of the page, which is there.
    """
    done: list[_Read] = []
    failed = 0
    found = in_order(partial(_attempt, reader), labels, usable_cores())
    for one, problem in watched(found, len(labels), "pictures"):
        if problem is not None:
            failed += 1
            warn(problem)
        done.append(one)
    worst = sorted((one for one in done if not one.score.exact), key=_badness)
    total = total_score([one.score for one in done])
    result = {
        "data": name,
        "model": reader.card.name,
        "failed": failed,
        **_figures(total),
        "kinds": {kind: _figures(part) for kind, part in _by_kind(done).items()},
        "digits": {word: _figures(part) for word, part in _by_touching(done).items()},
        "worst": [
            {
                "file": one.label.file,
                "label": one.label.text,
                "read": one.text.replace("\n", "|"),
            }
            for one in worst[:_LISTED]
        ],
    }
    if report is not None:
        _write_report(report, result, worst[:_WORST])
    return result


def _attempt(reader: Reader, label: PageLabel) -> tuple[_Read, str | None]:
    """Return what was read, and why nothing could be."""
    try:
        return _read(reader, label), None
    except UNREADABLE as error:
        return _Read(label, "", (), score_reading(label.text, Reading())), str(error)


def _read(reader: Reader, label: PageLabel) -> _Read:
    page = open_sheet(label.path)
    if label.grid is None:
        reading = reader.read(page, polarity="bright_ink")
        return _Read(label, reading.text, reading.numbers, score_reading(label.text, reading))
    table = reader.read_table(page, *label.grid, polarity="bright_ink")
    return _Read(label, table.text, table.numbers, score_table(label.text, table))


def _badness(one: _Read) -> tuple[float, str]:
    return -one.score.edits / max(one.score.characters, 1), one.label.file


def _by_kind(done: Sequence[_Read]) -> dict[str, TotalScore]:
    kinds = sorted({one.label.kind for one in done} - {""})
    return {
        kind: total_score([one.score for one in done if one.label.kind == kind]) for kind in kinds
    }


def _by_touching(done: Sequence[_Read]) -> dict[str, TotalScore]:
    """Return totals of pictures whose digits stand apart, and of those where they may touch."""
    totals = {}
    for word, touching in (("apart", False), ("touching", True)):
        scores = [one.score for one in done if one.label.touching is touching]
        if scores:
            totals[word] = total_score(scores)
    return totals


def _figures(total: TotalScore) -> dict[str, Any]:
    """Return a total as JSON-ready values, shares beside counts."""
    from tenfold.train.evaluate import calibration_figures, wilson_interval

    def share(right: int, count: int) -> dict[str, Any]:
        if not count:
            return {"share": None, "interval": None}
        return {"share": right / count, "interval": list(wilson_interval(right, count))}

    figures = asdict(total)
    confidence, right = np.array(figures.pop("answered"), float).reshape(-1, 2).T
    return {
        **figures,
        "exact_share": share(total.exact, total.pictures),
        "numbers_right_share": share(total.numbers_right, total.numbers),
        "answered": len(right),
        "answered_right_share": share(int(right.sum()), len(right)),
        "calibration": calibration_figures(confidence, right > 0) if len(right) else None,
    }


def reading_text(result: dict[str, Any]) -> str:
    """Return what a person reads of `evaluate_reading`."""
    numbers = result["numbers_right_share"]
    shown = [
        f"{printable(result['data'])}: {result['pictures']:,} pictures",
        f"exact     {_share(result['exact_share'])} of pictures",
        f"numbers   {_share(numbers)} of {result['numbers']:,} right, "
        f"{result['numbers_read']:,} read",
    ]
    if result["character_error_rate"] is not None:
        shown.append(f"CER       {percent(result['character_error_rate'])}")
    if result["answered"]:
        error = result["calibration"]["expected_calibration_error"]
        shown.append(
            f"answered  {result['answered']:,} numbers without a ?, "
            f"{_share(result['answered_right_share'])} of them right; expected calibration error "
            f"{error:.3f}"
        )
    shown.append(
        f"refused   {result['refused_rightly'] + result['refused_wrongly']:,} places, the best "
        f"guess right at {result['refused_wrongly']:,} of them"
    )
    if result["false_digits"]:
        shown.append(f"false     {result['false_digits']:,} digits on pictures without numbers")
    if result["failed"]:
        shown.append(f"failed    {result['failed']:,} pictures could not be read")
    blocks = ["\n".join(shown)]
    if result["kinds"] or result["digits"]:
        blocks.append(table(_rows(result), _HEADINGS))
    words = [
        f"  {printable(one['file'])}: {one['label'] or 'no number'}, read {one['read'] or 'none'}"
        for one in result["worst"]
    ]
    if words:
        blocks.append("\n".join(["read worst", *words]))
    return "\n\n".join(blocks)


def _share(share: dict[str, Any]) -> str:
    if share["share"] is None:
        return "-"
    low, high = share["interval"]
    return f"{percent(share['share'])} ({percent(low)} to {percent(high)})"


def _rows(result: dict[str, Any]) -> list[list[str]]:
    rows = []
    for kind, part in [*result["kinds"].items(), *result["digits"].items()]:
        error = part["character_error_rate"]
        right = part["numbers_right_share"]["share"]
        rows.append(
            [
                printable(kind),
                f"{part['pictures']:,}",
                percent(part["exact_share"]["share"]),
                f"{part['numbers']:,}",
                "-" if right is None else percent(right),
                f"{part['numbers_read']:,}",
                "-" if error is None else percent(error),
            ]
        )
    return rows


def _write_report(folder: Path, result: dict[str, Any], worst: Sequence[_Read]) -> None:
    from tenfold.report.reading_report import PictureRead, write_reading_report

    pictures = []
    for one in worst:
        try:
            page = open_sheet(one.label.path)
        except UNREADABLE:
            continue
        png = annotated_png(page, one.numbers)
        pictures.append(PictureRead(one.label.file, one.label.text, one.text, png))
    low, high = result["exact_share"]["interval"]
    numbers = result["numbers_right_share"]["share"]
    error = result["character_error_rate"]
    facts = [
        ("pictures", f"{result['pictures']:,}", result["data"]),
        (
            "exact",
            percent(result["exact_share"]["share"]),
            f"95 % interval {percent(low)} to {percent(high)}",
        ),
        (
            "numbers right",
            "-" if numbers is None else percent(numbers),
            f"of {result['numbers']:,}",
        ),
        ("character error rate", "-" if error is None else percent(error), ""),
    ]
    path = write_reading_report(
        folder / "reading.html",
        title=f"How {result['model']} reads {result['data']}",
        facts=facts,
        headings=_HEADINGS,
        rows=_rows(result),
        worst=pictures,
    )
    note(f"the page with all figures: {path}")
