"""Every error that tenfold raises on purpose.

    TenfoldError
    ├── InputError         a picture is missing, unreadable, too large or not an image
    ├── DataError          a dataset is missing, corrupt or mislabelled
    ├── ModelError         a model is unknown, or its card and weights disagree
    ├── RecipeError        a recipe is unknown, or one of its fields is wrong
    ├── RunError           a run folder is missing, unfinished, or its checkpoint is damaged
    ├── OutputError        a file or folder cannot be written, or would be overwritten
    └── MissingExtraError  a command needs an optional part that is not installed

A message says which argument, what it must be, what came, and what to do about it. Interfaces
translate the classes in one place each: the command line to exit codes, the service to HTTP
problems, a batch to rows.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "UNREADABLE",
    "DataError",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "OutputError",
    "RecipeError",
    "RunError",
    "TenfoldError",
    "nearest",
    "shown",
]


class TenfoldError(Exception):
    """The root of the tree: catch it to catch everything tenfold raises on purpose."""


class InputError(TenfoldError):
    """A picture could not be used: missing, unreadable, too large, or not an image."""


class DataError(TenfoldError):
    """A dataset could not be used: missing, truncated, mislabelled, or its checksum differs."""


class ModelError(TenfoldError):
    """A model could not be used: unknown, incomplete, or its card and weights disagree."""


class RecipeError(TenfoldError):
    """A recipe is unknown, or one of its fields is unknown or out of range."""


class RunError(TenfoldError):
    """A run folder is missing, not finished, or holds a checkpoint that cannot be trusted."""


class OutputError(TenfoldError):
    """A result could not be written: no space, no permission, or it would overwrite a file."""


class MissingExtraError(TenfoldError):
    """A command needs an optional part of tenfold that is not installed.

    Args:
        extra: Name of the extra in ``pip install "tenfold[extra]"``.
        purpose: What needs it, as the start of a sentence: "training a network".
        cause: The import that failed, if one did.
    """

    def __init__(self, extra: str, purpose: str, cause: ImportError | None = None) -> None:
        detail = f" ({cause})" if cause is not None else ""
        super().__init__(
            f"{purpose} needs the '{extra}' extra, which is not installed{detail}; "
            f'install it with: pip install "tenfold[{extra}]"'
        )
        self.extra = extra


UNREADABLE = (InputError, MissingExtraError)
"""What may be wrong with one picture of many, which never stops the others."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the nearest known one, or all of them.

    Args:
        name: The name that was given.
        known: The names that exist.

    Returns:
        ``"did you mean 'conv-3'?"`` where one is close, else ``"choose one of: a, b, c"``.
    """
    names = sorted(known)
    if not names:
        return "there is none"
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"choose one of: {', '.join(names)}"


def shown(value: object, longest: int = 60) -> str:
    """Return a value as it stands in a message, where it may be anything.

    Args:
        value: What came in the place of something else.
        longest: Characters, from which on it is cut off.
    """
    try:
        text = " ".join(repr(value).split())
    except Exception:  # noqa: BLE001 - any class may be shown; long numbers raise too
        return f"a {type(value).__name__}"
    return text if len(text) <= longest else f"{text[: longest - 3]}..."
