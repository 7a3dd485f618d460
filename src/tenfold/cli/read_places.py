"""Where ``tenfold read`` looks, and where it draws: regions, tables, corners, pictures."""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from tenfold.arguments import MOST_CELLS
from tenfold.cli.paths import refuse_existing
from tenfold.errors import OutputError
from tenfold.folders import ensure_folder
from tenfold.more_formats import page_named

__all__ = ["CORNERS", "GRID", "REGION", "result_places"]


# Click's parameter types are generic from one of its later versions on; plain ones do for all.
class _Region(click.ParamType):  # type: ignore[type-arg]
    name = "T,L,B,R"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, ...]:
        parts = str(value).split(",")
        if len(parts) != 4 or not all(re.fullmatch(r"\s*\d{1,6}\s*", part) for part in parts):
            self.fail("must be top,left,bottom,right: four whole numbers", param, ctx)
        return tuple(int(part) for part in parts)


class _Grid(click.ParamType):  # type: ignore[type-arg]
    name = "ROWSxCOLUMNS"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[int, int]:
        match = re.fullmatch(r"\s*(\d{1,3})\s*[xX×]\s*(\d{1,3})\s*", str(value))
        rows, columns = (int(match[1]), int(match[2])) if match else (0, 0)
        if not (1 <= rows <= MOST_CELLS and 1 <= columns <= MOST_CELLS):
            self.fail(f"must be ROWSxCOLUMNS, from 1x1 to {MOST_CELLS}x{MOST_CELLS}", param, ctx)
        return rows, columns


class _Corners(click.ParamType):  # type: ignore[type-arg]
    name = '"X,Y X,Y X,Y X,Y"'

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[tuple[float, float], ...]:
        try:
            corners = [
                (float(x), float(y)) for x, y in (pair.split(",") for pair in str(value).split())
            ]
        except ValueError:
            corners = []
        if len(corners) != 4 or not all(math.isfinite(side) for pair in corners for side in pair):
            self.fail("must be four pairs X,Y with spaces between them", param, ctx)
        return tuple(corners)


REGION, GRID, CORNERS = _Region(), _Grid(), _Corners()


def result_places(
    given: Path | None, names: Sequence[str], suffix: str, option: str, *, force: bool
) -> dict[str, Path]:
    """Return where what comes of each picture goes; refuse places that are taken.

    Args:
        given: A file for one picture, a folder for several; None for nowhere.
        names: Of the pictures.
        suffix: Of the files.
        option: What messages call it.
        force: Whether files may be replaced; pictures that are read never are.

    Raises:
        OutputError: A place is that of a picture to be read, or is taken, or cannot be written.
    """
    if given is None:
        return {}
    is_folder = given.is_dir() or not given.suffix
    if not is_folder and (len(names) > 1 or given.suffix.lower() != suffix):
        raise click.BadParameter(
            f"must end in {suffix} for one picture, and be a folder for several", param_hint=option
        )
    stems = _unlike_stems(names) if is_folder else []
    places = [given / f"{stem}{suffix}" for stem in stems] if is_folder else [given]
    _refuse_pictures(places, names, option)
    for path in places:
        refuse_existing(path, force=force)
    if is_folder:
        ensure_folder(given)
    return dict(zip(names, places, strict=True))


def _unlike_stems(names: Sequence[str]) -> list[str]:
    """Return a name for what comes of each picture, no two alike on any disk.

    It is the picture's own where no other picture is called so, and has its place before it else.
    """
    stems = [_stem(name) for name in names]
    counts = Counter(stem.casefold() for stem in stems)  # some disks take A.png for a.png
    taken = {stem for stem, count in counts.items() if count == 1}
    found = []
    for place, stem in enumerate(stems, start=1):
        unlike = stem
        while counts[stem.casefold()] > 1 and unlike.casefold() in taken | {stem.casefold()}:
            unlike = f"{place}-{unlike}"
        taken.add(unlike.casefold())
        found.append(unlike)
    return found


def _stem(name: str) -> str:
    """Return what a picture is called, without its folder and its form."""
    if name == "-":
        return "stdin"
    file, page = page_named(name)
    return Path(name).stem if file == name else f"{Path(file).stem}-page-{page}"


def _refuse_pictures(places: Sequence[Path], names: Sequence[str], option: str) -> None:
    """Refuse to write where a picture lies that is to be read, by whatever name or link."""
    pictures = {one for name in names for one in _identities(page_named(name)[0])}
    for path in places:
        if pictures & _identities(path):
            raise OutputError(
                f"{path}: is a picture to be read, and would be replaced; "
                f"give another place to {option}"
            )


def _identities(path: str | Path) -> set[object]:
    """Return what two names of one file have in common: where they lead, and what lies there."""
    found: set[object] = set()
    with suppress(OSError, ValueError):
        found.add(os.path.normcase(os.path.realpath(path)))
        there = os.stat(path)  # noqa: PTH116 - of a text or a Path
        found.add((there.st_dev, there.st_ino))
    return found
