"""The main path: picture to page to glyph to logits to digit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenfold.assemble import (
    Calibration,
    PlaceRead,
    cell_number,
    group_numbers,
    is_doubtful,
    is_plausible,
    to_reading,
)
from tenfold.decide import decide
from tenfold.errors import InputError
from tenfold.forms import Form
from tenfold.images import Polarity
from tenfold.model import DEFAULT_MODEL, Model, choose_thresholds, included_models, load_model
from tenfold.model.strips import load_strip_model
from tenfold.parallel import in_order, usable_cores
from tenfold.places import read_places
from tenfold.preprocess import (
    BATCH_SIZE,
    Corners,
    Group,
    are_several,
    check_corners,
    frame_strip,
    glyph_batches,
    moved_box,
    open_sheet,
    page_ink,
    register,
    segment,
    segment_table,
    straighten,
    turned_back,
    without_ruling,
)
from tenfold.values import Box, Digit, Number, Reading, Table

__all__ = ["Reader", "classify", "read"]

_UNSURE = 0.5  # confidence of a digit among others from which it is likelier right than not
_KEPT = 4  # models that stay loaded: as many as come with the package


class ExplainedGroup(NamedTuple):
    """A group's strip (32, W) uint8, its places, and the numbers that they make."""

    strip: NDArray[np.uint8]
    places: tuple[PlaceRead, ...]
    numbers: tuple[Number, ...]


class Explanation(NamedTuple):
    """How a page was read.

    Attributes:
        page: Shape (H, W), uint8, ink bright.
        ink: Shape (h, w), float32: without paper; None where the page is blank.
        without_lines: The same without printed lines.
        groups: In reading order.
        reading: What came of it.
    """

    page: NDArray[np.uint8]
    ink: NDArray[np.float32] | None
    without_lines: NDArray[np.float32] | None
    groups: tuple[ExplainedGroup, ...]
    reading: Reading


class Reader:
    """A loaded model for many calls; it may be used from several threads.

    Args:
        model: A model that comes with the package, by name, a model folder, or the run folder of a
            finished training; or one that `tenfold.model.load_model` returned.
        accuracy: How many of the answers given have to be right, 0.999 for 999 of 1,000: the least
            sure are refused until that is so of the digits the model was calibrated on.
        threshold: The lowest confidence to answer, 0 to 1, in place of the model's own.
        threads: Threads a call may use; 0 leaves it to ONNX Runtime. A loaded model has its own.

    Attributes:
        card: What the model is.
        thresholds: When no answer is given; see `tenfold.decide.decide`.
        coverage: The share of the digits it was calibrated on that is answered; None where that is
            not known.

    Raises:
        ModelError: There is no model there, or its card and weights disagree; or the accuracy is
            out of its reach.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | Model = DEFAULT_MODEL,
        *,
        accuracy: float | None = None,
        threshold: float | None = None,
        threads: int = 0,
    ) -> None:
        self._model = model if isinstance(model, Model) else load_model(model, threads=threads)
        self.card = self._model.card
        self._threads = threads
        self.thresholds, self.coverage = choose_thresholds(self.card, accuracy, threshold)
        is_own = accuracy is None and threshold is None
        unsure = min(self.thresholds["unsure"], _UNSURE) if is_own else self.thresholds["unsure"]
        self._beside = {**self.thresholds, "unsure": unsure}  # of digits among others

    def __repr__(self) -> str:
        limits = {name: round(value, 4) for name, value in self.thresholds.items()}
        return f"Reader({self.card.name!r}, thresholds={limits})"

    def classify(
        self, pictures: Iterable[Any] | Any, *, polarity: Polarity = "auto"
    ) -> list[Digit]:
        """Return the one digit that each picture shows.

        Args:
            pictures: One picture or several (see `tenfold.images.open_page`); an array of shape
                (N, 28, 28), uint8, is N pictures.
            polarity: Whether ink is dark or bright; told from what is broad when "auto".

        Raises:
            InputError: A picture cannot be read.
        """
        several = pictures if are_several(pictures) else [pictures]
        return list(self.stream(several, polarity=polarity))

    def stream(
        self, pictures: Iterable[Any], *, polarity: Polarity = "auto", batch_size: int = BATCH_SIZE
    ) -> Iterator[Digit]:
        """Give the digit of each picture in turn, holding one picture at a time.

        Args:
            pictures: Any number of pictures, which are taken as they are needed.
            polarity: As in `classify`.
            batch_size: How many are taken before the first digit is given, and scored together:
                1,024 for the most digits a second; 1 where pictures come one by one, as from a
                camera, and each is to be answered before the next.

        Raises:
            InputError: A picture cannot be read; the digits of those before it have been given.
                Or the batch size is no whole number above 0.
        """
        for glyphs in glyph_batches(pictures, polarity, batch_size):
            yield from self._decide(glyphs)

    def read(
        self,
        picture: Any,
        *,
        polarity: Polarity = "auto",
        region: Sequence[int] | None = None,
        decimal: bool = False,
    ) -> Reading:
        """Return the numbers on a picture, line by line.

        Args:
            picture: As in `tenfold.images.open_page`.
            polarity: Whether ink is dark or bright; told from what deviates from its surroundings
                when "auto".
            region: Top, left, bottom and right of the part to read, in pixels; all when None.
            decimal: Whether points and commas between digits, and a minus before them, are kept in
                a number's text.

        Raises:
            InputError: The picture cannot be read, or the region lies outside it.
        """
        page, corner = _region(open_sheet(picture, polarity=polarity), region)
        reading, sizes = self._read_page(page, decimal=decimal)
        if is_doubtful(reading, sizes):
            reading = self._read_turned(page, reading, decimal=decimal)
        return _with_boxes(reading, lambda box: Box(*np.add(box, corner * 2).tolist()))

    def read_many(
        self,
        pictures: Iterable[Any],
        *,
        workers: int | None = None,
        polarity: Polarity = "auto",
        decimal: bool = False,
    ) -> Iterator[Reading]:
        """Give the numbers on each picture in turn, several pictures being read at a time.

        With several workers a reader of one thread is best: ``Reader(threads=1)``.

        Args:
            pictures: Any number, as in `read`; they are taken as they are needed.
            workers: Threads; as many as there are cores when None.
            polarity: As in `read`.
            decimal: As in `read`.

        Raises:
            InputError: A picture cannot be read; the readings of those before it have been given.
                Or the number of workers is no whole number above 0.
        """
        if workers is None:
            workers = usable_cores()
        if not isinstance(workers, int) or workers < 1:
            raise InputError(f"workers: must be a whole number above 0, but is {workers!r}")
        return in_order(partial(self.read, polarity=polarity, decimal=decimal), pictures, workers)

    def _read_page(self, page: NDArray[np.uint8], *, decimal: bool) -> tuple[Reading, list[int]]:
        """Return the numbers on a page as it lies, and how many marks each group on it has."""
        lines = segment(page)
        groups = [group for line in lines for group in line]
        places = iter(self._places(groups))
        reading = to_reading(
            [[next(places) for _ in line] for line in lines],
            decimal=decimal,
            calibration=self._calibration(),
        )
        return reading, [len(group.marks) for group in groups]

    def _read_turned(self, page: NDArray[np.uint8], upright: Reading, *, decimal: bool) -> Reading:
        """Return the numbers on a page that lies on its side or its head, or those read upright."""
        for quarters in (1, 3, 2):
            turned = np.ascontiguousarray(np.rot90(page, quarters))
            reading, sizes = self._read_page(turned, decimal=decimal)
            if is_plausible(reading, sizes, upright):
                where = partial(turned_back, quarters=quarters, shape=page.shape)
                return _with_boxes(reading, where)
        return upright

    def read_table(
        self,
        picture: Any,
        rows: int,
        columns: int,
        *,
        corners: Corners | None = None,
        polarity: Polarity = "auto",
        region: Sequence[int] | None = None,
        decimal: bool = False,
    ) -> Table:
        """Return what stands in the cells of a table, which may be seen at an angle.

        Args:
            picture: As in `read`.
            rows: Of the table.
            columns: Of it.
            corners: Its corners as (x, y) in pixels: top left, top right, bottom right, bottom
                left. They are found by its lines when None.
            polarity: As in `read`.
            region: As in `read`: the part of the picture to look for it in.
            decimal: As in `read`.

        Raises:
            InputError: The picture cannot be read, or there is no table on it.
        """
        page, (down, right) = _region(open_sheet(picture, polarity=polarity), region)
        if corners is not None:
            corners = tuple((x - right, y - down) for x, y in check_corners(corners))
        table = segment_table(page, rows, columns, corners)
        places = iter(
            self._places([cell for row in table.cells for cell in row if cell is not None])
        )

        def where(box: Box) -> Box:
            return Box(*np.add(table.on_page(box), (down, right, down, right)).tolist())

        def number(cell: Group | None) -> Number | None:
            if cell is None:
                return None
            own = Box.around(cell.marks)
            found = cell_number(next(places), own, decimal=decimal, calibration=self._calibration())
            return _moved(found, where)

        return Table(tuple(tuple(number(cell) for cell in row) for row in table.cells))

    def read_fields(
        self, picture: Any, form: Form, *, polarity: Polarity = "auto", decimal: bool = False
    ) -> dict[str, Reading]:
        """Return what stands in each field of a form.

        Args:
            picture: As in `read`; where the form has a template, a photo of it, filled in.
            form: Its fields, as `tenfold.forms.load_form` returns it.
            polarity: As in `read`.
            decimal: As in `read`.

        Raises:
            InputError: The picture cannot be read, or does not show the form.
        """
        page = open_sheet(picture, polarity=polarity)
        if form.template is None:
            straight, back = page, np.eye(3)
        else:
            back = register(page, form.template)
            straight = straighten(page, back, form.template.shape)
        found = {}
        for name, box in form.fields.items():
            part, corner = _region(straight, box)
            reading, _ = self._read_page(part, decimal=decimal)

            def where(box: Box, corner: tuple[int, int] = corner) -> Box:
                moved = Box(*np.add(box, corner * 2).tolist())
                return moved_box(moved, back, page.shape)

            found[name] = _with_boxes(reading, where)
        return found

    def explain(
        self, picture: Any, *, polarity: Polarity = "auto", decimal: bool = False
    ) -> Explanation:
        """Return the steps by which `read` comes to its answer.

        Args:
            picture: As in `read`.
            polarity: As in `read`.
            decimal: As in `read`.

        Raises:
            InputError: The picture cannot be read.
        """
        page = open_sheet(picture, polarity=polarity)
        ink = page_ink(page)
        lines = segment(page)
        places = iter(self._places([group for line in lines for group in line]))
        read = [[(group, next(places)) for group in line] for line in lines]
        return Explanation(
            page=page,
            ink=ink,
            without_lines=None if ink is None else without_ruling(ink),
            groups=tuple(
                ExplainedGroup(
                    frame_strip(group.ink),
                    tuple(found),
                    tuple(group_numbers(found, decimal=decimal)),
                )
                for line in read
                for group, found in line
            ),
            reading=to_reading(
                [[found for _, found in line] for line in read],
                decimal=decimal,
                calibration=self._calibration(),
            ),
        )

    def _places(self, groups: Sequence[Group]) -> list[list[PlaceRead]]:
        strips = load_strip_model(self._threads)
        return read_places(groups, strips, self._model, self.thresholds, self._beside)

    def _calibration(self) -> Calibration:
        return Calibration(*load_strip_model(self._threads).calibration)

    def _decide(self, glyphs: NDArray[np.uint8]) -> list[Digit]:
        return decide(
            self._model.logits(glyphs),
            np.asarray(~glyphs.any((1, 2)), bool),
            temperature=self.card.temperature,
            thresholds=self.thresholds,
        )


def _region(
    page: NDArray[np.uint8], region: Sequence[int] | None
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """Return the part of a page (H, W) to read, and the row and column of its corner."""
    if region is None:
        return page, (0, 0)
    height, width = page.shape
    if len(region) != 4:
        raise InputError(f"region: must be top, left, bottom and right, but is {tuple(region)}")
    top, left, bottom, right = (int(side) for side in region)
    if not (0 <= top < bottom <= height and 0 <= left < right <= width):
        raise InputError(
            f"region: must lie within the picture, which is {height} high and {width} wide, "
            f"but is {top},{left},{bottom},{right}"
        )
    return page[top:bottom, left:right], (top, left)


def _with_boxes(reading: Reading, where: Callable[[Box], Box]) -> Reading:
    """Return a reading with its boxes where they are on the picture."""
    return Reading(tuple(tuple(_moved(one, where) for one in line) for line in reading.lines))


def _moved(number: Number, where: Callable[[Box], Box]) -> Number:
    """Return a number with its boxes where they are on the picture."""
    digits = tuple(
        digit if digit.box is None else replace(digit, box=where(digit.box))
        for digit in number.digits
    )
    return replace(number, digits=digits, box=where(number.box))


def classify(
    pictures: Iterable[Any] | Any,
    *,
    model: str | os.PathLike[str] | Model = DEFAULT_MODEL,
    accuracy: float | None = None,
    threshold: float | None = None,
    polarity: Polarity = "auto",
) -> list[Digit]:
    """Return the one digit that each picture shows; see `Reader` and `Reader.classify`.

    A model that comes with the package is kept for the next call; any other is loaded anew: for
    many calls make a `Reader`.

    Raises:
        ModelError: The model cannot be loaded, or the accuracy is out of its reach.
        InputError: A picture cannot be read.
    """
    reader = Reader(_kept(model), accuracy=accuracy, threshold=threshold)
    return reader.classify(pictures, polarity=polarity)


def read(
    picture: Any,
    *,
    model: str | os.PathLike[str] | Model = DEFAULT_MODEL,
    accuracy: float | None = None,
    threshold: float | None = None,
    polarity: Polarity = "auto",
) -> Reading:
    """Return the numbers on a picture, line by line; see `Reader`, `Reader.read` and `classify`.

    Raises:
        ModelError: The model cannot be loaded, or the accuracy is out of its reach.
        InputError: The picture cannot be read.
    """
    reader = Reader(_kept(model), accuracy=accuracy, threshold=threshold)
    return reader.read(picture, polarity=polarity)


def _kept(model: str | os.PathLike[str] | Model) -> str | os.PathLike[str] | Model:
    """Return a model of the package loaded, once for all calls; any other as it is named."""
    folder = included_models().get(model) if isinstance(model, str) else None
    return model if folder is None else _kept_model(folder)


@lru_cache(maxsize=_KEPT)
def _kept_model(folder: Path) -> Model:
    """Return an included model, which cannot change meanwhile."""
    return load_model(folder)
