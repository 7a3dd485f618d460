"""Forms: named boxes on a template, from a JSON file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.arguments import four_sides
from tenfold.errors import InputError, shown
from tenfold.files import read_json
from tenfold.preprocess import open_sheet
from tenfold.values import Box

__all__ = ["Form", "load_form"]

_EXAMPLE = '{"template": "blank.png", "fields": {"total": [120, 340, 160, 520]}}'
_MOST = 1000  # fields
_TAKEN = ("file", "error")  # columns that stand beside the fields in a row of each picture


@dataclass(frozen=True)
class Form:
    """Where the fields of a form are.

    Attributes:
        fields: The box of each field, by its name: in pixels of the template, or of the pictures
            themselves without one.
        template: The form's own picture (H, W) uint8, ink bright; None where pictures lie as the
            boxes do.
        name: What messages call it: its file.

    Raises:
        InputError: A field has no name of its own, or is no box within the template.
    """

    fields: Mapping[str, Box]
    template: NDArray[np.uint8] | None = None
    name: str = "form"

    def __post_init__(self) -> None:
        if not isinstance(self.fields, Mapping) or not 0 < len(self.fields) <= _MOST:
            raise InputError(f"{self.name}: must have from 1 to {_MOST} fields, each with its box")
        boxes = {field: _box(field, box, self.name) for field, box in self.fields.items()}
        object.__setattr__(self, "fields", boxes)  # as boxes, whatever form they came in
        if self.template is not None:
            if getattr(self.template, "dtype", None) != np.uint8 or self.template.ndim != 2:
                raise InputError(f"{self.name}: template must be a page (H, W) of uint8")
            for field in boxes:
                self.check_inside(field, self.template.shape, "template")

    def check_inside(self, field: str, shape: tuple[int, ...], what: str) -> None:
        """Refuse a field that reaches out of a picture.

        Args:
            field: Its name.
            shape: The picture's (H, W).
            what: What messages call the picture.
        """
        height, width = shape
        box = self.fields[field]
        if box.bottom > height or box.right > width:
            raise InputError(
                f"{self.name}: field {field!r} must lie within the {what}, which is {height} high "
                f"and {width} wide, but is {list(box)}"
            )


def load_form(path: str | os.PathLike[str]) -> Form:
    """Return the form that a JSON file describes.

    The file holds an object with ``fields``, each name with its top, left, bottom and right; and
    with ``template``, the name of a picture of the empty form beside the file, if boxes are in its
    pixels.

    Raises:
        InputError: The file or the template cannot be read, or a field has no name of its own or
            is no box within the template.
    """
    if not isinstance(path, (str, os.PathLike)) or not os.fspath(path):
        raise InputError(f"form: must be a Form or the name of its JSON file, but is {shown(path)}")
    file = Path(os.fsdecode(path))
    try:
        content = read_json(file)
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: must be a form in JSON, such as {_EXAMPLE}; {error}") from error
    if not isinstance(content, dict) or not isinstance(content.get("fields"), dict):
        raise InputError(f"{file}: must hold an object with 'fields', such as {_EXAMPLE}")
    if unknown := sorted(set(content) - {"fields", "template"}):
        raise InputError(f"{file}: must hold 'fields' and 'template', but also has {unknown[0]!r}")
    template = content.get("template")
    if template is None:
        return Form(content["fields"], None, str(file))
    if not isinstance(template, str) or not template:
        raise InputError(
            f"{file}: template must be the name of a picture, but is {shown(template)}; leave it "
            "out where boxes are in pixels of the pictures themselves"
        )
    return Form(content["fields"], open_sheet(file.parent / template), str(file))


def _box(field: Any, box: Any, where: str) -> Box:
    """Return a field's box."""
    if not isinstance(field, str) or not field or field in _TAKEN:
        raise InputError(
            f"{where}: field {field!r} must be called otherwise: a field needs a name, and "
            f"{' and '.join(map(repr, _TAKEN))} are columns of every picture"
        )
    found = Box(*four_sides(box, f"{where}: field {field!r}"))
    if not (0 <= found.top < found.bottom and 0 <= found.left < found.right):
        raise InputError(
            f"{where}: field {field!r} must have top above bottom and left before right, "
            f"but is {list(found)}"
        )
    return found
