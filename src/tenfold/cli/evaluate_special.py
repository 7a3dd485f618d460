"""What ``tenfold evaluate`` does on sets that are no plain labelled images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tenfold.cli.output import note, percent, table, warn
from tenfold.errors import DataError, InputError

if TYPE_CHECKING:
    from tenfold.model import Model

__all__ = ["special_evaluation", "special_text"]


def special_evaluation(model: Model, data: str) -> dict[str, Any]:
    """Return a model's figures on ``corrupted``, ``not-digits`` or ``not-digits=FOLDER``."""
    from tenfold.data import load_mnist
    from tenfold.train.evaluation_sets import (
        evaluate_corrupted,
        evaluate_not_digits,
        evaluate_refusal,
    )

    name, equals, folder = data.partition("=")
    if name == "corrupted" and not equals:
        return evaluate_corrupted(model, load_mnist().test)
    if name == "not-digits" and not equals:
        return evaluate_not_digits(model, load_mnist())
    if name == "not-digits" and folder:
        pictures, kinds, failed = _pictures(Path(folder))
        found = evaluate_refusal(model, pictures, kinds, load_mnist().test, data)
        return {**found, "failed": failed}
    raise click.BadParameter(
        f"must be corrupted, not-digits or not-digits=FOLDER, got {data!r}", param_hint="--data"
    )


def _pictures(folder: Path) -> tuple[Any, Any, int]:
    """Return a folder's pictures as glyphs, what stands before _ in their names, and the failed."""
    import numpy as np

    from tenfold.images import SUFFIXES, pictures_in
    from tenfold.preprocess import picture_to_glyph

    if not folder.is_dir():
        raise DataError(f"--data: {folder} must be a folder of pictures, but is none")
    files = pictures_in(folder, note)
    if not files:
        raise DataError(f"--data: {folder} must hold pictures ({', '.join(sorted(SUFFIXES))})")
    glyphs, kinds = [], []
    for file in files:
        try:
            glyphs.append(picture_to_glyph(file))
        except InputError as error:
            warn(f"left out: {error}")
            continue
        kinds.append(file.stem.partition("_")[0])
    if not glyphs:
        raise DataError(f"--data: {folder} must hold a picture that can be read")
    return np.stack(glyphs), np.array(kinds), len(files) - len(glyphs)


def special_text(result: dict[str, Any]) -> str:
    """Return what a person reads of `special_evaluation`."""
    return _corrupted_text(result) if "corruptions" in result else _refusal_text(result)


def _corrupted_text(result: dict[str, Any]) -> str:
    rows = [
        [name, percent(row["accuracy"]), f"{row['loss']:.4f}", percent(row["ece"])]
        for name, row in result["corruptions"].items()
    ]
    means = ["mean", percent(result["accuracy"]), f"{result['loss']:.4f}", percent(result["ece"])]
    return f"MNIST-C's corruptions of the test images: {result['images']:,} images\n\n" + table(
        [*rows, means], ("corruption", "accuracy", "loss", "ECE")
    )


def _refusal_text(result: dict[str, Any]) -> str:
    low, high = result["refused_interval"]
    failed = f"failed    {result['failed']} could not be read\n" if result.get("failed") else ""
    rows = [
        [kind, str(row["images"]), percent(row["refused"]), f"{row['auroc']:.4f}"]
        for kind, row in result["kinds"].items()
    ]
    return (
        f"{result['data']}: {result['images']:,} pictures of what is no digit\n"
        f"refused   {percent(result['refused'])}  "
        f"(95 % interval {percent(low)} to {percent(high)})\n"
        f"digits    {percent(result['digits_refused'])} of {result['digits']:,} test digits are "
        "refused too\n"
        f"AUROC     {result['auroc']:.4f}  (how often a digit gets more confidence than what is "
        f"none)\n{failed}\n" + table(rows, ("kind", "pictures", "refused", "AUROC"))
    )
