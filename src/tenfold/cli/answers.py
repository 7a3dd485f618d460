"""The options that say which answers are given, of every command that gives some."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import click

from tenfold.errors import ModelError

__all__ = ["answer_options"]

_Command = TypeVar("_Command", bound=Callable[..., Any])


def answer_options(command: _Command) -> _Command:
    """Add ``--accuracy`` and ``--threshold`` to a command, which gets both as floats or None."""

    @wraps(command)
    def checked(*arguments: Any, **options: Any) -> Any:
        from tenfold.model.thresholds import check_request

        try:
            check_request(options["accuracy"], options["threshold"])
        except ModelError as error:
            raise click.UsageError(str(error)) from error
        return command(*arguments, **options)

    checked = click.option(
        "--threshold",
        type=float,
        metavar="CONFIDENCE",
        help="The lowest confidence to answer, 0 to 1, in place of the model's own.",
    )(checked)
    checked = click.option(
        "--accuracy",
        type=float,
        metavar="SHARE",
        help="How many of the answers have to be right, 0.999 for 999 of 1,000: the least sure are "
        "refused, which may be fewer than the model refuses by itself.",
    )(checked)
    return cast(_Command, checked)
