"""``tenfold train-strips``: the model that reads whole numbers, trained anew."""

from __future__ import annotations

from pathlib import Path

import click

from tenfold.cli.output import note
from tenfold.cli.paths import FOLDER
from tenfold.errors import MissingExtraError
from tenfold.folders import refuse_used

__all__ = ["train_strips"]


@click.command("train-strips")
@click.option("--out", type=FOLDER, metavar="RUN", required=True, help="Run folder.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option(
    "--rounds",
    type=click.IntRange(1),
    help="Of 256 strips each; 3,600 when not given, which take an hour and a half on two cores.",
)
@click.option("--resume", is_flag=True, help="Go on with the run in RUN from its last checkpoint.")
@click.option("--quiet", is_flag=True, help="No progress.")
def train_strips(out: Path, seed: int, rounds: int | None, resume: bool, quiet: bool) -> int:
    """Train the model that 'tenfold read' spells numbers with, on strips drawn as it goes.

    Strips are numbers, amounts, dates and words, drawn of MNIST's training images and typefaces;
    digits may touch. The last 5,000 images are held out for calibration.

    \b
    Example:
      tenfold train-strips --out runs/strips
      tenfold train-strips --out runs/strips --resume     after a crash or Ctrl-C
    """
    try:
        from tenfold.train.strip_run import run_strips
        from tenfold.train.strip_training import StripRecipe
    except ImportError as error:
        raise MissingExtraError("train", "training a network", error) from error
    from tqdm import tqdm

    from tenfold.data import load_mnist

    if not resume:
        refuse_used(out)
    recipe = StripRecipe(seed=seed) if rounds is None else StripRecipe(seed=seed, rounds=rounds)
    with tqdm(total=recipe.rounds, unit="round", disable=quiet or None) as bar:

        def report(done: int, loss: float) -> None:
            bar.update(done - bar.n)
            bar.set_postfix(loss=f"{loss:.4f}")

        model = run_strips(recipe, load_mnist(), out, report)
    note(f"model: {model}")
    return 0
