"""``tenfold evaluate --read``: how well pictures with numbers are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from tenfold.annotate import annotated_png
from tenfold.cli.output import note, percent, printable, table, warn, watched
from tenfold.cli.pictures import attempted, told_of
from tenfold.errors import UNREADABLE
from tenfold.parallel import in_order, usable_cores
from tenfold.preprocess import open_sheet
from tenfold.scores import (
    PictureScore,
    score_reading,
    score_table,
    share_interval,
    total_score,
    without_signs,
)
from tenfold.values import Number, Reading

if TYPE_CHECKING:
    from tenfold.data import PageLabel
    from tenfold.reader import Reader

__all__ = ["evaluate_reading", "reading_text"]

_WORST = 24  # pictures in the report
_LISTED = 10  # pictures named in the result

_HEADINGS = ("pictures", "count", "exact", "numbers", "right", "read", "CER")


class _Read(NamedTuple):
    """A picture beside its label; without a text where it could not be read."""

    label: PageLabel
    text: str | None
    numbers: tuple[Number, ...]
    score: PictureScore


def evaluate_reading(
    reader: Reader,
    labels: Sequence[PageLabel],
    name: str,
    report: Path | None,
    *,
    decimal: bool = False,
) -> dict[str, Any]:
    """Return how well a reader reads labelled pictures, and write the page if there is a place.

    A picture that cannot be read counts as failed and as read wholly wrong.

    Args:
        reader: What reads.
        labels: Of the pictures.
        name: What the pictures are called.
        report: Folder of the page, which is there.
        decimal: Whether points, commas and a minus are read, and compared; without, those of labels
            are left out too.
    """
    done: list[_Read] = []
    failed = 0
    found = in_order(partial(_attempt, reader, decimal=decimal), labels, usable_cores())
    for one, problem in watched(found, len(labels), "pictures"):
        if problem is not None:
            failed += 1
            warn(problem)
        done.append(one)
    worst = sorted((one for one in done if not one.score.exact), key=_badness)
    result = {
        "data": name,
        "model": reader.card.name,
        "decimal": decimal,
        "failed": failed,
        **_figures([one.score for one in done]),
        "kinds": {kind: _figures(part) for kind, part in _by_kind(done).items()},
        "digits": {word: _figures(part) for word, part in _by_touching(done).items()},
        "worst": [
            {
                "file": one.label.file,
                "label": one.label.text,
                "read": None if one.text is None else one.text.replace("\n", "|"),
            }
            for one in worst[:_LISTED]
        ],
    }
    if report is not None:
        _write_report(report, result, worst[:_WORST])
    return result


def _attempt(reader: Reader, label: PageLabel, *, decimal: bool) -> tuple[_Read, str | None]:
    """Return what was read, and why nothing could be."""
    read, problem = attempted(partial(_read, reader, label, decimal=decimal), str(label.path))
    if read is None:
        # Also where nothing is written on it: that nothing was read is then no answer.
        score = replace(score_reading(_compared(label, decimal=decimal), Reading()), exact=False)
        read = _Read(label, None, (), score)
    return read, problem


def _read(reader: Reader, label: PageLabel, *, decimal: bool) -> _Read:
    page = open_sheet(label.path)
    truth = _compared(label, decimal=decimal)
    with told_of(str(label.path)):
        if label.grid is None:
            reading = reader.read(page, polarity="bright_ink", decimal=decimal)
            return _Read(label, reading.text, reading.numbers, score_reading(truth, reading))
        table = reader.read_table(page, *label.grid, polarity="bright_ink", decimal=decimal)
        return _Read(label, table.text, table.numbers, score_table(truth, table))


def _compared(label: PageLabel, *, decimal: bool) -> str:
    """Return what of a label is compared."""
    return label.text if decimal else without_signs(label.text, of_table=label.grid is not None)


def _badness(one: _Read) -> tuple[float, str]:
    return -one.score.edits / max(one.score.characters, 1), one.label.file


def _by_kind(done: Sequence[_Read]) -> dict[str, list[PictureScore]]:
    kinds = sorted({one.label.kind for one in done} - {""})
    return {kind: [one.score for one in done if one.label.kind == kind] for kind in kinds}


def _by_touching(done: Sequence[_Read]) -> dict[str, list[PictureScore]]:
    """Return scores of pictures whose digits stand apart, and of those where they may touch."""
    parts = {
        word: [one.score for one in done if one.label.touching is touching]
        for word, touching in (("apart", False), ("touching", True))
    }
    return {word: scores for word, scores in parts.items() if scores}


def _figures(scores: Sequence[PictureScore]) -> dict[str, Any]:
    """Return the sum of scores as JSON-ready values, shares with their intervals beside counts."""
    from tenfold.train.evaluate import calibration_figures

    total = total_score(scores)
    figures = asdict(total)
    confidence, right = np.array(figures.pop("answered"), float).reshape(-1, 2).T
    answered = [[ok for _, ok in score.answered] for score in scores]
    return {
        **figures,
        "exact_share": _share_of([score.exact for score in scores], [1] * len(scores)),
        "numbers_right_share": _share_of(
            [score.numbers_right for score in scores], [score.numbers for score in scores]
        ),
        "answered": len(right),
        "answered_right_share": _share_of(
            [sum(of_one) for of_one in answered], [len(of_one) for of_one in answered]
        ),
        "calibration": calibration_figures(confidence, right > 0) if len(right) else None,
    }


def _share_of(right: Sequence[int], counts: Sequence[int]) -> dict[str, Any]:
    """Return a share over all pictures, and its 95 % interval.

    The interval goes by how pictures differ, as numbers of one picture depend on each other; where
    that is not known, or each picture counts as one, it is Wilson's.

    Args:
        right: Of each picture, how many of what is counted are right.
        counts: Of each, how many there are.
    """
    from tenfold.train.evaluate import wilson_interval

    total = sum(counts)
    if not total:
        return {"share": None, "interval": None}
    interval = share_interval(right, counts) if max(counts) > 1 else None
    return {
        "share": sum(right) / total,
        "interval": list(interval or wilson_interval(sum(right), total)),
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
        f"  {printable(one['file'])}: {one['label'] or 'no number'}, "
        + ("not read" if one["read"] is None else f"read {one['read'] or 'none'}")
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
        if one.text is None:
            continue
        try:
            page = open_sheet(one.label.path)
        except UNREADABLE:  # it has gone meanwhile
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
