"""``tenfold models``: what comes with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tenfold.cli.card_text import card_text, strip_card_text
from tenfold.cli.output import emit, percent, row_formats, table

__all__ = ["models"]

_STRIPS = "strips"
_STRIP_SUMMARY = "spells the numbers of 'tenfold read', before base sees each digit"


@click.command()
@click.argument("name", required=False)
@row_formats
def models(name: str | None, output: str) -> int:
    """List the models that come with the package, or show the card of the model NAME.

    \b
    Examples:
      tenfold models
      tenfold models base
      tenfold models base --json
      tenfold models strips         the model that spells numbers
    """
    from tenfold.model import find_model_folder, included_models, read_card

    if name == _STRIPS:
        _show_strip_card(output)
        return 0
    if name is not None:
        folder = find_model_folder(name)
        card = read_card(folder)
        if output == "text":
            click.echo(card_text(folder, card.to_dict()))
        else:
            emit([card.to_dict()], output, ("name", "licence", "temperature"))
        return 0
    rows = [_row(folder, read_card(folder).to_dict()) for folder in included_models().values()]
    rows += _strip_rows()
    if output != "text":
        emit(rows, output, tuple(rows[0]) if rows else ("model",))
        return 0
    click.echo(_listed(rows))
    return 0


def _strip_rows() -> list[dict[str, Any]]:
    """Return the list's line of the model of strips; none where it is not installed."""
    from tenfold.model.strips import STRIP_FOLDER, read_strip_card

    if not (STRIP_FOLDER / "strips.json").is_file():
        return []
    card = {**read_strip_card(), "recipe": {"summary": _STRIP_SUMMARY}}
    return [_row(STRIP_FOLDER, {**card, "labels": card["symbols"]})]


def _show_strip_card(output: str) -> None:
    from tenfold.model.strips import STRIP_FOLDER, read_strip_card

    card = read_strip_card()
    if output == "text":
        click.echo(strip_card_text(STRIP_FOLDER, card, _STRIP_SUMMARY))
    else:
        emit([card], output, ("name", "licence", "temperature"))


def _row(folder: Path, card: dict[str, Any]) -> dict[str, Any]:
    """Return a model's line of the list."""
    figures = card["figures"]
    return {
        "model": card["name"],
        "parameters": card["trained"].get("parameters"),
        "bytes": (folder / "model.onnx").stat().st_size,
        "images_a_second": figures.get("speed", {}).get("images_a_second"),
        "mnist_accuracy": figures.get("MNIST test", {}).get("accuracy"),
        "corrupted_accuracy": figures.get("corrupted", {}).get("accuracy"),
        "optdigits_accuracy": figures.get("optdigits", {}).get("accuracy"),
        "held_out_strips_accuracy": figures.get("held_out_strips", {}).get("right"),
        "refuses_what_is_no_digit": len(card["labels"]) > 10,
        "summary": card["recipe"].get("summary", ""),
    }


def _listed(rows: list[dict[str, Any]]) -> str:
    headings = ("model", "parameters", "size", "images/s", "MNIST", "corrupted", "8 x 8", "summary")
    return table([_cells(row) for row in rows], headings)


def _cells(row: dict[str, Any]) -> list[str]:
    speed, parameters = row["images_a_second"], row["parameters"]
    shares = (row[key] for key in ("mnist_accuracy", "corrupted_accuracy", "optdigits_accuracy"))
    return [
        row["model"],
        f"{parameters:,}" if parameters else "-",
        f"{row['bytes'] / 1e6:.2f} MB",
        f"{speed:,.0f}" if speed else "-",
        *(percent(share) if share is not None else "-" for share in shares),
        row["summary"],
    ]
