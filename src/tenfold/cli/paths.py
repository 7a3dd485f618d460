"""Paths as arguments: an empty one is a mistake, not the folder one happens to be in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from tenfold.errors import OutputError

__all__ = ["FILE", "FOLDER", "MODEL", "PATH", "refuse_existing"]


class _NamedPath(click.Path):
    """A path that names something."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if str(value) == "":
            self.fail("must name a file or folder, but is empty", param, ctx)
        return super().convert(value, param, ctx)


PATH = _NamedPath(path_type=Path)
# As it was typed: "base" comes with the package, "./base" is a folder.
MODEL = _NamedPath(path_type=str)
FILE = _NamedPath(dir_okay=False, path_type=Path)
FOLDER = _NamedPath(file_okay=False, path_type=Path)


def refuse_existing(path: Path, *, force: bool) -> None:
    """Refuse a place for a file that holds one, unless it may be replaced."""
    # A Path's own question raises where a name is too long.
    if not force and os.path.lexists(path):
        raise OutputError(f"{path}: is there already; add --force to replace it")
