"""Where ``tenfold read`` looks, and where it draws: regions, tables, corners, pictures."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from tenfold.cli.paths import refuse_existing
from tenfold.folders import ensure_folder

__all__ = ["CORNERS", "GRID", "REGION", "result_places"]

_MOST_CELLS = 200  # rows, or columns, of a table


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
        if not (1 <= rows <= _MOST_CELLS and 1 <= columns <= _MOST_CELLS):
            self.fail(f"must be ROWSxCOLUMNS, from 1x1 to {_MOST_CELLS}x{_MOST_CELLS}", param, ctx)
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
        force: Whether files may be replaced.
    """
    if given is None:
        return {}
    if len(names) == 1 and given.suffix.lower() == suffix:
        places = {names[0]: given}
    elif given.suffix:
        raise click.BadParameter(
            f"must end in {suffix} for one picture, and be a folder for several", param_hint=option
        )
    else:
        ensure_folder(given)
        stems = [Path(name).stem if name != "-" else "stdin" for name in names]
        places = {
            name: given
            / (f"{stem}{suffix}" if stems.count(stem) == 1 else f"{place}-{stem}{suffix}")
            for place, (name, stem) in enumerate(zip(names, stems, strict=True), start=1)
        }
    for path in places.values():
        refuse_existing(path, force=force)
    return places
