"""Writes the generated pages of docs/; with ``--check`` only compares them with the code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tenfold.train.recipes import RECIPES
from tenfold.train.settings import to_toml
from tenfold.train.shapes import summarise
from tenfold.train.systems import SYSTEMS

DOCS = Path(__file__).parent
COMMANDS = (
    "",
    "classify",
    "data",
    "data fetch",
    "data verify",
    "data where",
    "data import",
    "data sample",
    "evaluate",
    "explore",
    "export",
    "recipes",
    "reproduce",
    "train",
)


def commands_page() -> str:
    """Return the page of all help texts."""
    parts = ["# Commands\n\nWhat `tenfold --help` and each command's `--help` print.\n"]
    for command in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "tenfold", *command.split(), "--help"],
            check=True,
            capture_output=True,
            text=True,
            env={"COLUMNS": "100", "PATH": "", "LANG": "C.UTF-8"},
        )
        title = f"tenfold {command}".strip()
        parts.append(f"\n## {title}\n\n```\n{done.stdout.rstrip()}\n```\n")
    return "".join(parts)


def recipes_page() -> str:
    """Return the page of all recipes and the claims of the published systems."""
    parts = [
        "# Recipes\n\nA recipe is a network and all that decides what its training makes of it. "
        "`tenfold train NAME` trains one, `--set key=value` changes any field shown here.\n"
    ]
    for recipe in RECIPES.values():
        parts.append(f"\n## {recipe.name}\n\n{recipe.summary[0].upper()}{recipe.summary[1:]}.\n\n")
        parts.append("| layer | output | parameters | from |\n|---|---|---:|---|\n")
        layers = summarise(recipe.network)
        for layer in layers:
            shape = " x ".join(str(side) for side in layer.output_shape)
            parts.append(
                f"| {layer.name} | {shape} | {layer.parameters:,} | {layer.arithmetic} |\n"
            )
        total = sum(layer.parameters for layer in layers)
        parts.append(f"| **together** | | **{total:,}** | |\n")
        if recipe.name in SYSTEMS:
            parts.append("\nThe published text claims:\n\n")
            parts += [f"- {claim.words}\n" for claim in SYSTEMS[recipe.name].claims]
            if SYSTEMS[recipe.name].errata:
                parts.append("\nIt errs in this:\n\n")
            for erratum in SYSTEMS[recipe.name].errata:
                parts.append(f"- *{erratum.published}* {erratum.correct}\n")
        parts.append(f"\n```toml\n{to_toml(recipe).rstrip()}\n```\n")
    return "".join(parts)


def main() -> int:
    """Write the pages, or report those that differ."""
    pages = {"commands.md": commands_page(), "recipes.md": recipes_page()}
    stale = 0
    for name, text in pages.items():
        path = DOCS / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale += 1
        if "--check" in sys.argv:
            print(f"docs/{name} is not what the code says; write it anew with: make docs")
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote docs/{name}")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
