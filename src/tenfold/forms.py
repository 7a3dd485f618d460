"""Forms: named boxes on a template, from a JSON file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import InputError
from tenfold.files import read_json
from tenfold.preprocess import open_sheet
from tenfold.values import Box

__all__ = ["Form", "load_form"]

_EXAMPLE = '{"template": "blank.png", "fields": {"total": [120, 340, 160, 520]}}'
_MOST = 1000  # fields


@dataclass(frozen=True)
class Form:
    """Where the fields of a form are.

    Attributes:
        fields: The box of each field, by its name: in pixels of the template, or of the pictures
            themselves without one.
        template: The form's own picture (H, W) uint8, ink bright; None where pictures lie as the
            boxes do.
    """

    fields: Mapping[str, Box]
    template: NDArray[np.uint8] | None = None


def load_form(path: str | os.PathLike[str]) -> Form:
    """Return the form that a JSON file describes.

    The file holds an object with ``fields``, each name with its top, left, bottom and right; and
    with ``template``, the name of a picture of the empty form beside the file, if boxes are in its
    pixels.

    Raises:
        InputError: The file or the template cannot be read, or a field is no box within it.
    """
    file = Path(path)
    try:
        content = read_json(file)
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: must be a form in JSON, such as {_EXAMPLE}; {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("fields"), dict):
        raise InputError(f"{file}: must hold an object with 'fields', such as {_EXAMPLE}")
    if unknown := sorted(set(content) - {"fields", "template"}):
        raise InputError(f"{file}: must hold 'fields' and 'template', but also has {unknown[0]!r}")
    if not 0 < len(content["fields"]) <= _MOST:
        raise InputError(f"{file}: must have from 1 to {_MOST} fields")
    fields = {name: _box(box, f"{file}: field {name!r}") for name, box in content["fields"].items()}
    template = None
    if content.get("template") is not None:
        if not isinstance(content["template"], str):
            raise InputError(f"{file}: template must be the name of a picture")
        template = open_sheet(file.parent / content["template"])
        _check_inside(fields, template.shape, str(file))
    return Form(fields, template)


def _box(box: Any, where: str) -> Box:
    if (
        not isinstance(box, list)
        or len(box) != 4
        or not all(isinstance(side, int) and not isinstance(side, bool) for side in box)
    ):
        raise InputError(f"{where}: must be four whole numbers, [top, left, bottom, right]")
    found = Box(*box)
    if not (0 <= found.top < found.bottom and 0 <= found.left < found.right):
        raise InputError(f"{where}: must have top above bottom and left before right, but is {box}")
    return found


def _check_inside(fields: Mapping[str, Box], shape: tuple[int, ...], where: str) -> None:
    height, width = shape
    for name, box in fields.items():
        if box.bottom > height or box.right > width:
            raise InputError(
                f"{where}: field {name!r} must lie within the template, which is {height} high "
                f"and {width} wide, but is {list(box)}"
            )
