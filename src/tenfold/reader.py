"""The main path: picture to page to glyph to logits to digit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from tenfold.arguments import table_size
from tenfold.assemble import (
    Calibration,
    PlaceRead,
    as_one_number,
    cell_number,
    expected_digits,
    is_doubtful,
    is_plausible,
    to_reading,
)
from tenfold.decide import decide
from tenfold.errors import UNREADABLE, InputError, TenfoldError, shown
from tenfold.explanation import Explanation, PageRead, explanation_of
from tenfold.forms import Form, load_form
from tenfold.images import Polarity, check_polarity
from tenfold.model import DEFAULT_MODEL, Model, choose_thresholds, included_models, load_model
from tenfold.model.strips import load_strip_model
from tenfold.parallel import in_order, usable_cores
from tenfold.places import read_places
from tenfold.preprocess import (
    BATCH_SIZE,
    Corners,
    Group,
    are_several,
    bare_ink,
    check_corners,
    glyph_batches,
    magnification,
    moved_box,
    open_sheet,
    register,
    segment_ink,
    segment_table,
    straighten,
    turned_back,
)
from tenfold.relocate import moved_number, moved_reading, page_part, shifted
from tenfold.values import Box, Digit, Number, Reading, Table

__all__ = ["Reader", "classify", "read"]

_UNSURE = 0.5  # confidence of a digit among others from which it is likelier right than not
_KEPT = 4  # models that stay loaded: as many as come with the package
_MOST_STRAIGHT = 4000  # pixels of the longer side of a form laid straight


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
        page, corner = page_part(open_sheet(picture, polarity=polarity), region)
        return _on_picture(self._read_any_way_up(page, decimal=decimal), page.shape, corner)

    @overload
    def read_many(
        self,
        pictures: Iterable[Any],
        *,
        workers: int | None = None,
        polarity: Polarity = "auto",
        decimal: bool = False,
        errors: Literal["raise"] = "raise",
    ) -> Iterator[Reading]: ...

    @overload
    def read_many(
        self,
        pictures: Iterable[Any],
        *,
        workers: int | None = None,
        polarity: Polarity = "auto",
        decimal: bool = False,
        errors: Literal["return"],
    ) -> Iterator[Reading | TenfoldError]: ...

    def read_many(
        self,
        pictures: Iterable[Any],
        *,
        workers: int | None = None,
        polarity: Polarity = "auto",
        decimal: bool = False,
        errors: Literal["raise", "return"] = "raise",
    ) -> Iterator[Reading] | Iterator[Reading | TenfoldError]:
        """Give the numbers on each picture in turn, several pictures being read at a time.

        With several workers a reader of one thread is best: ``Reader(threads=1)``.

        Args:
            pictures: Any number, as in `read`; they are taken as they are needed.
            workers: Threads; as many as there are cores when None.
            polarity: As in `read`.
            decimal: As in `read`.
            errors: What becomes of a picture that cannot be read: "raise" ends all there, "return"
                gives the error in the reading's place and goes on.

        Raises:
            InputError: A picture cannot be read; the readings of those before it have been given.
                Or workers, polarity or errors are none.
            MissingExtraError: A picture's form needs an extra that is not installed.
        """
        if workers is None:
            workers = usable_cores()
        if not isinstance(workers, int) or workers < 1:
            raise InputError(f"workers: must be a whole number above 0, but is {workers!r}")
        if errors not in ("raise", "return"):
            raise InputError(f"errors: must be raise or return, but is {shown(errors)}")
        check_polarity(polarity)  # which is the caller's error, not one picture's
        read = partial(self.read, polarity=polarity, decimal=decimal)
        if errors == "return":
            return in_order(partial(_read_or_error, read), pictures, workers)
        return in_order(read, pictures, workers)

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
            rows: Of the table, at most 200.
            columns: Of it, as many.
            corners: Its corners as (x, y) in pixels: top left, top right, bottom right, bottom
                left. They are found by its lines when None.
            polarity: As in `read`.
            region: As in `read`: the part of the picture to look for it in.
            decimal: As in `read`.

        Raises:
            InputError: The picture cannot be read, or there is no table on it; or rows, columns or
                corners are none.
        """
        rows, columns = table_size(rows, columns)
        page, corner = page_part(open_sheet(picture, polarity=polarity), region)
        if corners is not None:
            corners = tuple((x - corner[1], y - corner[0]) for x, y in check_corners(corners))
        table = segment_table(page, rows, columns, corners)
        places = iter(
            self._places([cell for row in table.cells for cell in row if cell is not None])
        )

        def where(box: Box) -> Box:
            return shifted(table.on_page(box), corner)

        def number(cell: Group | None) -> Number | None:
            if cell is None:
                return None
            own = Box.around(cell.marks)
            found = cell_number(next(places), own, decimal=decimal, calibration=self._calibration())
            return moved_number(found, where)

        return Table(tuple(tuple(number(cell) for cell in row) for row in table.cells))

    def read_fields(
        self,
        picture: Any,
        form: Form | str | os.PathLike[str],
        *,
        polarity: Polarity = "auto",
        decimal: bool = False,
    ) -> dict[str, Reading]:
        """Return what stands in each field of a form.

        Args:
            picture: As in `read`; where the form has a template, a photo of it, filled in.
            form: Its fields, as `tenfold.load_form` returns it, or the name of its JSON file; for
                many pictures load it once.
            polarity: As in `read`.
            decimal: As in `read`.

        Raises:
            InputError: The picture cannot be read, or does not show the form; or there is no form.
        """
        form = form if isinstance(form, Form) else load_form(form)
        page = open_sheet(picture, polarity=polarity)
        straight, back, scale = _laid_on_template(page, form)
        found = {}
        for name, box in form.fields.items():
            if form.template is None:
                form.check_inside(name, page.shape, "picture")
            part, corner = page_part(straight, _scaled(box, scale, straight.shape))
            reading = self._read_page(part, decimal=decimal, is_field=True).reading

            def where(box: Box, corner: tuple[int, int] = corner) -> Box:
                return moved_box(shifted(box, corner), back, page.shape)

            found[name] = moved_reading(reading, where)
        return found

    def explain(
        self,
        picture: Any,
        *,
        polarity: Polarity = "auto",
        region: Sequence[int] | None = None,
        decimal: bool = False,
    ) -> Explanation:
        """Return the steps by which `read` comes to its answer.

        Args:
            picture: As in `read`.
            polarity: As in `read`.
            region: As in `read`.
            decimal: As in `read`.

        Raises:
            InputError: The picture cannot be read, or the region lies outside it.
        """
        page, corner = page_part(open_sheet(picture, polarity=polarity), region)
        read = self._read_any_way_up(page, decimal=decimal)
        reading = _on_picture(read, page.shape, corner)
        return explanation_of(read, reading, decimal=decimal, calibration=self._calibration())

    def _read_any_way_up(self, page: NDArray[np.uint8], *, decimal: bool) -> PageRead:
        """Return a page read as it lies; or turned, where only that gives numbers."""
        ink = bare_ink(page)
        upright = self._read_ink(page, ink, decimal=decimal)
        if ink is not None and is_doubtful(upright.reading, upright.sizes()):
            for ways in ((1, 3), (2,)):
                turned = [
                    self._read_turned(page, ink, quarters, decimal=decimal) for quarters in ways
                ]
                plausible = [
                    read
                    for read in turned
                    if is_plausible(read.reading, read.sizes(), upright.reading)
                ]
                if plausible:
                    return max(plausible, key=lambda read: expected_digits(read.reading))
        return upright

    def _read_turned(
        self, page: NDArray[np.uint8], ink: NDArray[np.float32], quarters: int, *, decimal: bool
    ) -> PageRead:
        """Return a page, with its ink, read as it lies once it is turned, counterclockwise."""
        turned = np.ascontiguousarray(np.rot90(page, quarters))
        turned_ink = np.ascontiguousarray(np.rot90(ink, quarters))
        return self._read_ink(turned, turned_ink, decimal=decimal)._replace(quarters=quarters)

    def _read_page(
        self, page: NDArray[np.uint8], *, decimal: bool, is_field: bool = False
    ) -> PageRead:
        """Return a page, or a field cut out of one, read as it lies."""
        return self._read_ink(page, bare_ink(page), decimal=decimal, is_field=is_field)

    def _read_ink(
        self,
        page: NDArray[np.uint8],
        ink: NDArray[np.float32] | None,
        *,
        decimal: bool,
        is_field: bool = False,
    ) -> PageRead:
        """Return a page of which the ink is known read as it lies."""
        lines = segment_ink(ink, page.shape, is_field=is_field)
        places = iter(self._places([group for line in lines for group in line]))
        groups = [[(group, next(places)) for group in line] for line in lines]
        read = [[found for _, found in line] for line in groups]
        reading = to_reading(
            [as_one_number(line) for line in read] if is_field else read,
            decimal=decimal,
            calibration=self._calibration(),
        )
        return PageRead(page, groups, reading)

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


def _laid_on_template(
    page: NDArray[np.uint8], form: Form
) -> tuple[NDArray[np.uint8], NDArray[np.float64], float]:
    """Return a page as a form's template lies, what turns its places into the page's, its scale.

    It has as many pixels as the photo shows of it: a small template is no reason to lose any.
    """
    if form.template is None:
        return page, np.eye(3), 1.0
    back, shape = register(page, form.template), form.template.shape
    most = max(_MOST_STRAIGHT / max(shape), 1.0)
    scale = float(np.clip(magnification(back, shape), 1.0, most))
    height, width = (round(side * scale) for side in shape)
    back = back @ np.diag([shape[1] / width, shape[0] / height, 1.0])
    return straighten(page, back, (height, width)), back, scale


def _scaled(box: Box, scale: float, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a box on a page of some shape (H, W) that is some times as large."""
    return tuple(
        min(round(side * scale), end) for side, end in zip(box, (*shape, *shape), strict=True)
    )


def _read_or_error(read: Callable[[Any], Reading], picture: Any) -> Reading | TenfoldError:
    """Return what is read on a picture, or why it cannot be."""
    try:
        return read(picture)
    except UNREADABLE as error:
        return error


def _on_picture(read: PageRead, shape: tuple[int, ...], corner: tuple[int, int]) -> Reading:
    """Return what was read with boxes where they are on the picture.

    Args:
        read: A part of the picture, turned or not.
        shape: The part's (H, W), before it was turned.
        corner: Its row and column on the picture.
    """
    return moved_reading(
        read.reading, lambda box: shifted(turned_back(box, read.quarters, shape), corner)
    )


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
    region: Sequence[int] | None = None,
    decimal: bool = False,
) -> Reading:
    """Return the numbers on a picture, line by line; see `Reader`, `Reader.read` and `classify`.

    Raises:
        ModelError: The model cannot be loaded, or the accuracy is out of its reach.
        InputError: The picture cannot be read, or the region lies outside it.
    """
    reader = Reader(_kept(model), accuracy=accuracy, threshold=threshold)
    return reader.read(picture, polarity=polarity, region=region, decimal=decimal)


def _kept(model: str | os.PathLike[str] | Model) -> str | os.PathLike[str] | Model:
    """Return a model of the package loaded, once for all calls; any other as it is named."""
    folder = included_models().get(model) if isinstance(model, str) else None
    return model if folder is None else _kept_model(folder)


@lru_cache(maxsize=_KEPT)
def _kept_model(folder: Path) -> Model:
    """Return an included model, which cannot change meanwhile."""
    return load_model(folder)
