"""The section that says how a report's figures were made, so that anyone can make them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenfold.report.blocks import Block, Code, Section, Table, Words
from tenfold.report.words import duration

__all__ = ["how_made"]


def how_made(
    environment: Mapping[str, Any], command: str = "", seconds: Mapping[str, Any] | None = None
) -> Section:
    """Return the command, the time it took, and the environment, one row a value.

    Args:
        environment: As in `environment.json`; nested mappings become "outer: inner".
        command: What was typed; empty if not known.
        seconds: "per_epoch" and "total".
    """
    blocks: list[Block] = []
    if command:
        blocks += [Words("This command makes the figures again:"), Code(command)]
    rows = list(_rows(environment))
    for key, name in (("per_epoch", "Time of an epoch"), ("total", "Time in all")):
        if seconds and key in seconds:
            rows.insert(0, [name, duration(seconds[key])])
    if rows:
        caption = "Machine, versions and data. The data are named by their SHA-256."
        blocks.append(Table(caption, ["", "Value"], rows, text_columns=(1,)))
    if not blocks:
        blocks.append(Words("The environment was not recorded."))
    return Section("How it was made", blocks)


def _rows(values: Mapping[str, Any], prefix: str = "") -> list[list[str]]:
    rows = []
    for key, value in values.items():
        name = f"{prefix}{key}".replace("_", " ")
        if isinstance(value, Mapping):
            rows += _rows(value, f"{name}: ")
        else:
            rows.append([name, f"`{value}`" if len(str(value)) >= 40 else str(value)])
    return rows
