"""``tenfold train``: a recipe to a finished run folder."""

from __future__ import annotations

import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tenfold.cli.output import note, percent
from tenfold.cli.paths import FOLDER
from tenfold.errors import MissingExtraError, RunError
from tenfold.talk import is_watched

if TYPE_CHECKING:
    from tenfold.train.fit import Callback
    from tenfold.train.recipe import Recipe
    from tenfold.train.runs import Run

__all__ = ["train"]


@click.command()
@click.argument("recipe", required=False)
@click.option(
    "--out",
    type=FOLDER,
    metavar="RUN",
    help="Run folder; runs/RECIPE when not given.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change a field of the recipe; may be given often.",
)
@click.option(
    "--seed", type=int, help="Of all that is random in a training; the recipe's when not given."
)
@click.option(
    "--seeds",
    type=int,
    metavar="N",
    help="Train N seeds, into RUN/seed-0 and on, and export their mean as one model.",
)
@click.option(
    "--resume", is_flag=True, help="Go on with the run in RUN, bit by bit as if never stopped."
)
@click.option(
    "--live", is_flag=True, help="Show curves while training, in a local page that reloads itself."
)
@click.option("--tensorboard", is_flag=True, help="Write TensorBoard files to RUN/tensorboard.")
@click.option("--dry-run", is_flag=True, help="Print the resolved recipe and stop.")
@click.option("--force", is_flag=True, help="Begin anew in a folder that holds files.")
@click.option("--quiet", is_flag=True, help="No progress.")
def train(
    recipe: str | None,
    out: Path | None,
    settings: tuple[str, ...],
    seed: int | None,
    seeds: int | None,
    resume: bool,
    live: bool,
    tensorboard: bool,
    dry_run: bool,
    force: bool,
    quiet: bool,
) -> None:
    """Train RECIPE on MNIST, and leave a run folder with its metrics, checkpoints and model.

    'tenfold recipes' lists the recipes, 'tenfold recipes NAME' shows one with all fields that
    --set may change.

    \b
    Examples:
      tenfold train dense-128-dropout
      tenfold train conv-3 --set epochs=3 --set optimizer.learning_rate=0.002 --out runs/quick
      tenfold train dense-128 --live                 watch the curves in a browser
      tenfold train --resume --out runs/dense-128    after a crash or Ctrl-C
      tenfold train conv-3 --seeds 5 --out five      five networks, and their mean
      tenfold train committee --resume               the same of the recipe champion
    """
    if resume and force:
        raise click.UsageError("--resume goes on and --force begins anew; give one of them")
    from tenfold.train.shipped import COMMITTEES

    name = recipe
    if recipe in COMMITTEES:
        recipe, members = COMMITTEES[recipe]
        seeds = members if seeds is None else seeds
        note(f"{name} is the mean of {seeds} networks of the recipe {recipe}")
    chosen = _choose(recipe, settings, seed, resume=resume)
    if dry_run:
        click.echo(_dry_run(chosen, out), nl=False)
        return
    if seeds is not None:
        if chosen is None:
            raise click.UsageError("--seeds needs the RECIPE to be named")
        if live or tensorboard:
            raise click.UsageError("--seeds shows neither live curves nor TensorBoard's")
        folder = out if out is not None else Path("runs") / f"{name}"
        _train_seeds(chosen, seeds, folder, resume=resume, force=force, quiet=quiet)
        return
    folder = out if out is not None else Path("runs") / (chosen.name if chosen else "")
    run = _train(
        chosen, folder, resume=resume, force=force, live=live, tensorboard=tensorboard, quiet=quiet
    )
    _report(run)


def _choose(
    name: str | None, settings: tuple[str, ...], seed: int | None, *, resume: bool
) -> Recipe | None:
    """Return the resolved recipe; None where a run is resumed without naming it again."""
    from tenfold.train.recipes import find_recipe
    from tenfold.train.settings import apply_settings

    if name is None:
        if not resume:
            raise click.UsageError("RECIPE must be named; 'tenfold recipes' lists them")
        if settings or seed is not None:
            raise click.UsageError("--set and --seed need the RECIPE to be named")
        return None
    chosen = apply_settings(find_recipe(name), settings)
    return chosen if seed is None else replace(chosen, seed=seed)


def _dry_run(chosen: Recipe | None, out: Path | None) -> str:
    from tenfold.train.runs import open_run
    from tenfold.train.settings import to_toml
    from tenfold.train.shapes import summarise

    if chosen is None:
        if out is None:
            raise click.UsageError("--resume without RECIPE needs --out RUN")
        chosen = open_run(out).recipe
    summarise(chosen.network)
    return to_toml(chosen)


def _train(
    chosen: Recipe | None,
    folder: Path,
    *,
    resume: bool,
    force: bool,
    live: bool,
    tensorboard: bool,
    quiet: bool,
) -> Run:
    if chosen is None and folder == Path("runs"):
        raise click.UsageError("--resume without RECIPE needs --out RUN")
    try:
        import torch

        from tenfold.train.callbacks import LivePage, ProgressBar, TensorBoard
        from tenfold.train.training import TrainingPlan, train_run
    except ImportError as error:
        raise MissingExtraError("train", "training a network", error) from error
    from tenfold.data import load_mnist
    from tenfold.train.shapes import summarise

    if chosen is not None:
        summarise(chosen.network)  # a network that does not fit is refused before data are fetched
    data = load_mnist()
    name = chosen.name if chosen else str(folder)
    words = f"{name}: threads: {torch.get_num_threads()}, MNIST from {data.origin}, into {folder}"
    callbacks: list[Callback] = [] if quiet else [ProgressBar(words)]
    if live:
        callbacks.append(LivePage(folder / "live.html", _show_page))
    if tensorboard:
        callbacks.append(TensorBoard(folder / "tensorboard"))
    finished = resume and (folder / "model" / "card.json").is_file()
    try:
        run = train_run(TrainingPlan(chosen, folder, resume=resume, force=force), data, callbacks)
    except KeyboardInterrupt:
        if (folder / "recipe.toml").is_file():
            begun = (folder / "checkpoint" / "last").is_dir()
            words = "stopped" if begun else "stopped in the first epoch, which will begin anew"
            note(f"{words}; go on with: tenfold train --resume --out {folder}")
        raise
    if finished:
        note(f"{folder}: had finished already, so nothing was left to train")
    return run


def _train_seeds(
    recipe: Recipe, seeds: int, folder: Path, *, resume: bool, force: bool, quiet: bool
) -> None:
    """Train several seeds, and say where their mean is."""
    try:
        from tenfold.cli.seed_callbacks import seed_callbacks
        from tenfold.train.committee import SeedsPlan, train_seeds
    except ImportError as error:
        raise MissingExtraError("train", "training a network", error) from error
    from tenfold.data import load_mnist

    plan = SeedsPlan(recipe, seeds, folder, folder.resolve().name, resume=resume, force=force)
    try:
        runs = train_seeds(plan, load_mnist(), seed_callbacks(quiet=quiet))
    except KeyboardInterrupt:
        note("stopped; go on with the same command and --resume")
        raise
    for run in runs:
        _report(run)
    note(f"their mean: {folder / 'model'}")
    note(f"next: tenfold evaluate {folder}")


def _show_page(address: str) -> None:
    """Say where the live page is, and open it in a browser where a person is watching."""
    note(f"live curves: {address}")
    if is_watched():
        webbrowser.open(address)


def _report(run: Run) -> None:
    history = run.history()
    if not history:
        raise RunError(
            f"{run.folder}: holds a model but no metrics; train again with another --out"
        )
    last = history[-1]
    words = [
        f"{name.replace('_', ' ')} " + (percent(value) if "accuracy" in name else f"{value:.4f}")
        for name, value in last.items()
        if name not in ("epoch", "seconds")
    ]
    seconds = sum(row["seconds"] for row in history)
    epochs = "1 epoch" if len(history) == 1 else f"{len(history)} epochs"
    click.echo(f"{run.recipe.name}: {epochs} in {seconds:.1f} s, " + ", ".join(words))
    note(f"model: {run.model}")
    note(f"next: tenfold evaluate {run.folder}")
