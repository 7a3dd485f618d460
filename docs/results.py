"""The results on record, as the generated pages read them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from tenfold.model import included_models, read_card
from tenfold.train.settings import recipe_digest
from tenfold.train.shipped import SHIPPED

RESULTS = Path(__file__).parents[1] / "benchmarks" / "results"


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of results; none where it was never measured."""
    path = RESULTS / name
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def current_rows(name: str) -> list[dict[str, str]]:
    """Return those rows that were measured with a shipped recipe, and its drawing, as they are."""
    return [row for row in rows_of(name) if _is_current(row)]


def _is_current(row: Mapping[str, str]) -> bool:
    recipe = SHIPPED.get(row["recipe"])
    if recipe is None or row["recipe_digest"] != recipe_digest(recipe):
        return False
    return "drawn" not in row or row["drawn"] == _drawn_for(recipe.name)


def _drawn_for(model: str) -> str:
    """Return the start of the sum of what was drawn for a model that comes along.

    Not that of what would be drawn now: this depends on the processor the pages are written on.
    """
    folder = included_models().get(model)
    return "" if folder is None else (read_card(folder).trained.get("drawn") or "")[:12]
