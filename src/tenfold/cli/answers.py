"""The options that say which answers are given, of every command that gives some."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from tenfold.cli.output import note
from tenfold.errors import ModelError

if TYPE_CHECKING:
    from tenfold.reader import Reader

__all__ = ["answer_options", "tell_coverage"]

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


def tell_coverage(reader: Reader, *, asked: bool) -> None:
    """Tell the person what the accuracy or threshold that was asked for costs."""
    if not asked or reader.coverage is None:
        return
    own, chosen = reader.card.thresholds.get("unsure", 0.0), reader.thresholds["unsure"]
    less = f", below its own {own:.4f}: less is refused than without" if chosen < own else ""
    note(
        f"{reader.card.name} answers {100 * reader.coverage:.1f} % of digits like those it was "
        f"calibrated on, from confidence {chosen:.4f}{less}"
    )
