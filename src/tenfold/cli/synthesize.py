"""``tenfold synthesize``: labelled pages, drawn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from tenfold.cli.output import note, watched
from tenfold.cli.paths import FOLDER
from tenfold.errors import MissingExtraError
from tenfold.folders import new_folder, refuse_used
from tenfold.preprocess import picture_to_glyph
from tenfold.values import Split

__all__ = ["synthesize"]

_KINDS = ("amount", "lines", "boxes", "table", "mixed", "letters")
_MOST = 1_000_000


@click.command()
@click.argument("folder", type=FOLDER)
@click.option(
    "--count", type=click.IntRange(1, _MOST), default=60, show_default=True, help="How many pages."
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="The same seed draws the same pages.",
)
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(_KINDS),
    multiple=True,
    help="Only pages of this kind; may be given several times. All by turns when not given.",
)
@click.option(
    "--touching/--apart",
    default=None,
    help="Whether digits of a number touch; on every other page of a kind when not given.",
)
@click.option(
    "--digits",
    metavar="SET",
    default="train",
    show_default=True,
    help="What digits are drawn of: MNIST's train or test images, or labelled digits of your own "
    "as in 'tenfold evaluate --data'.",
)
@click.option("--force", is_flag=True, help="Replace files of the same names.")
def synthesize(
    folder: Path,
    count: int,
    seed: int,
    kinds: tuple[str, ...],
    touching: bool | None,
    digits: str,
    force: bool,
) -> None:
    """Draw labelled pages of handwritten numbers into FOLDER, for trying, testing and training.

    Digits come from labelled images, letters and signs from typefaces drawn as by hand; on paper
    of many sorts, under uneven light, somewhat askew, out of focus and compressed. Kinds of pages:
    amount (one number, cut out closely), lines (of numbers, on plain, ruled or squared paper),
    boxes (a digit each, as on forms), table, mixed (words and numbers), letters (words alone).

    labels.csv has for each page its numbers, with | between lines; boxes.csv where each lies.
    'tenfold evaluate MODEL --read FOLDER' tells how well they are read. Prints the files.

    \b
    Examples:
      tenfold synthesize pages
      tenfold synthesize checks --kind amount --touching --count 500 --seed 7
      tenfold synthesize mine --digits my-digits.csv
    """
    try:
        from tenfold.synthesis.folder import write_pages
        from tenfold.synthesis.pages import draw_pages
    except ImportError as error:
        raise MissingExtraError("synthesis", "drawing pages", error) from error

    refuse_used(folder, force=force)
    source = _digits(digits)
    new_folder(folder, force=force)
    pages = draw_pages(source, count, seed, kinds or _KINDS, touching)
    written: Iterator[Path] = watched(write_pages(pages, folder), count, "pages")
    for path in written:
        click.echo(path)
    note(f"what they show: {folder / 'labels.csv'}")


def _digits(name: str) -> Split:
    """Return the labelled images that digits are drawn of."""
    from tenfold.data import load_labelled, load_mnist

    if name in ("train", "test"):
        mnist = load_mnist()
        return mnist.train if name == "train" else mnist.test
    return load_labelled(name, split="train", prepare=picture_to_glyph)
