"""``tenfold recipes``: what can be trained by name."""

from __future__ import annotations

from typing import Any

import click

from tenfold.cli.output import emit, note, row_formats

__all__ = ["recipes"]


@click.command()
@click.argument("name", required=False)
@row_formats
def recipes(name: str | None, output: str) -> None:
    """List the recipes, or show the recipe NAME with its layers and all its fields.

    \b
    Examples:
      tenfold recipes
      tenfold recipes conv-3
      tenfold recipes --json
    """
    from tenfold.train.recipes import RECIPES, find_recipe
    from tenfold.train.settings import to_table, to_toml
    from tenfold.train.shapes import parameter_count, summarise
    from tenfold.train.shipped import COMMITTEES

    if name is None:
        rows: list[dict[str, Any]] = [
            {
                "recipe": recipe.name,
                "parameters": parameter_count(recipe.network),
                "epochs": recipe.epochs,
                "batch": recipe.batch_size,
                "summary": recipe.summary,
            }
            for recipe in RECIPES.values()
        ]
        for committee, (member, members) in COMMITTEES.items():
            one = next(row for row in rows if row["recipe"] == member)
            summary = f"the mean of {members} networks of the recipe {member}"
            parameters = members * one["parameters"]
            rows.append({**one, "recipe": committee, "parameters": parameters, "summary": summary})
        emit(rows, output, ("recipe", "parameters", "epochs", "batch", "summary"))
        return
    recipe = find_recipe(COMMITTEES[name][0] if name in COMMITTEES else name)
    layers = [
        {
            "layer": layer.name,
            "output": " x ".join(str(side) for side in layer.output_shape),
            "parameters": layer.parameters,
            "from": layer.arithmetic,
        }
        for layer in summarise(recipe.network)
    ]
    if output in ("json", "jsonl"):
        emit([{**to_table(recipe), "layers": layers}], output, ())
        return
    emit(layers, output, ("layer", "output", "parameters", "from"))
    if output == "text":
        if name in COMMITTEES:
            note(
                f"{name} is the mean of {COMMITTEES[name][1]} networks of the recipe {recipe.name}"
            )
        click.echo(
            f"\n{parameter_count(recipe.network):,} parameters\n\n{to_toml(recipe)}", nl=False
        )
