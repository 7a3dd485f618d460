"""Checks of a recipe's fields, with messages that name the field, its bounds and what came."""

from __future__ import annotations

from typing import TypeGuard

from tenfold.errors import RecipeError

__all__ = ["check", "check_choice", "check_decay", "check_positive", "check_range", "real", "whole"]


def check(condition: bool, field: str, must_be: str, came: object) -> None:
    """Raise a `RecipeError` unless ``condition`` holds."""
    if not condition:
        raise RecipeError(f"{field}: must be {must_be}, but is {came!r}")


def check_choice(field: str, value: object, choices: tuple[str, ...]) -> None:
    """Raise a `RecipeError` unless ``value`` is one of ``choices``."""
    check(value in choices, field, f"one of {', '.join(choices)}", value)


def check_range(field: str, value: object, low: float, high: float, *, below: bool = False) -> None:
    """Raise a `RecipeError` unless ``low <= value <= high``, or ``< high`` where ``below``."""
    inside = real(value) and low <= value <= high and not (below and value == high)
    check(inside, field, f"from {low:g} to {'below ' if below else ''}{high:g}", value)


def whole(value: object, low: int, high: int | None = None) -> bool:
    """Tell whether ``value`` is an int (True and False are not) within the bounds."""
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return value >= low and (high is None or value <= high)


def real(value: object) -> TypeGuard[float]:
    """Tell whether ``value`` is a number; True and False are not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def check_positive(field: str, value: object) -> None:
    """Raise a `RecipeError` unless ``value`` is positive, and so in float32 too."""
    check(real(value) and 1e-37 <= value <= 1e37, field, "a number from 1e-37 to 1e37", value)


def check_decay(field: str, value: object) -> None:
    """Raise a `RecipeError` unless ``value`` is the decay of a running mean, below 1 in float32."""
    # In float32 anything closer to 1 is 1, and no decay at all.
    check(real(value) and 0 <= value <= 1 - 2**-24, field, "from 0 to 1 - 2^-24", value)
