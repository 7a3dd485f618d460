from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tenfold.cli import run
from tenfold.data import checksums, load_labelled, sources
from tenfold.data.checksums import KnownFile
from tenfold.data.idx import idx_bytes
from tenfold.errors import DataError

LABELS = "t10k-labels-idx1-ubyte"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with four small files that count as MNIST; an empty cache; no network."""
    folder = tmp_path / "mine"
    folder.mkdir()
    known = {}
    for prefix in ("train", "t10k"):
        images = np.full((3, 28, 28), 77, np.uint8)
        for kind, array in (("images-idx3", images), ("labels-idx1", images[:, 0, 0] // 11)):
            content = idx_bytes(array)
            (folder / f"{prefix}-{kind}-ubyte").write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            known[f"{prefix}-{kind}-ubyte"] = KnownFile(digest, len(content))

    def refuse(patience: float) -> dict[str, bytes]:
        raise DataError("no network in tests")

    monkeypatch.setattr(checksums, "MNIST_FILES", known)
    monkeypatch.setattr(sources, "SOURCES", (sources.Source("the test's source", refuse),))
    monkeypatch.setenv("TENFOLD_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TENFOLD_DATA", raising=False)
    return folder


def _online(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr(sources, "SOURCES", (sources.Source("a mirror", lambda _: files),))


@pytest.mark.parametrize("command", [["fetch", "--from"], ["import"]], ids=["fetch", "import"])
def test_from_a_folder(
    command: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["data", *command, str(folder), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["file"] for row in rows] == list(checksums.MNIST_FILES)
    assert rows[0]["bytes"] == 16 + 3 * 784
    assert {row["source"] for row in rows} == {str(folder)}
    assert run(["data", "verify"]) == 0


def test_fetch_from_a_source_then_the_cache(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _online(monkeypatch, folder)
    for arguments, source in (([], "a mirror"), ([], "the cache"), (["--force"], "a mirror")):
        assert run(["data", "fetch", "--csv", *arguments]) == 0
        rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
        assert {row["source"] for row in rows} == {source}


def test_the_table_stands_on_stdout_and_the_talk_on_stderr(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _online(monkeypatch, folder)
    assert run(["data", "fetch"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[0].split() == ["file", "bytes", "source"]
    assert len(out.splitlines()) == 2 + 4
    assert err == "fetching MNIST from a mirror ...\n"


def test_no_source_is_one_line_and_exit_code_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["data", "fetch"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1] == (
        "error: MNIST could not be fetched from any source (the test's source: no network in "
        "tests). Copy its four IDX files or mnist.npz from a machine that has them, then run: "
        "tenfold data import FOLDER"
    )


def test_verify_names_each_bad_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["data", "import", str(folder)])
    bad = folder.parent / "cache" / "mnist" / LABELS
    bad.write_bytes(bad.read_bytes()[:-1] + b"\x01")
    capsys.readouterr()
    assert run(["data", "verify", "--json"]) == 1
    out, err = capsys.readouterr()
    assert {row["file"]: row["state"] for row in json.loads(out)}[LABELS] == "wrong"
    assert [row["state"] for row in json.loads(out)].count("ok") == 3
    assert err.splitlines()[0].startswith(f"failed: {bad}: is not MNIST's {LABELS}: expected SHA-")
    assert err.splitlines()[1:] == ["run 'tenfold data fetch' to repair it"]


def test_verify_of_an_empty_cache(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "verify"]) == 1
    assert capsys.readouterr().err.count("is missing") == 4


def test_where_prints_the_folder_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = str(folder.parent / "cache" / "mnist")
    assert run(["data", "where"]) == 0
    assert capsys.readouterr() == (
        f"{place}\n",
        "MNIST is not there, or not in order; 'tenfold data fetch' puts it there\n",
    )
    run(["data", "import", str(folder)])
    run(["data", "import", str(folder), "--name", "forms"])
    capsys.readouterr()
    assert run(["data", "where"]) == 0
    assert capsys.readouterr() == (
        f"{place}\n",
        "MNIST is there, and its sums are right\nimported sets: forms\n",
    )


def test_pictures_are_prepared_as_classify_does_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large digit in dark ink is kept as a glyph: bright, in the middle, 20 pixels high."""
    monkeypatch.setenv("TENFOLD_CACHE", str(tmp_path / "cache"))
    page = np.full((90, 60), 250, np.uint8)
    page[20:60, 10:20] = 30
    (tmp_path / "set" / "1").mkdir(parents=True)
    Image.fromarray(page).save(tmp_path / "set" / "1" / "one.png")
    assert run(["data", "import", str(tmp_path / "set"), "--name", "ones"]) == 0
    (image,) = load_labelled("ones").images
    rows, columns = np.nonzero(image > 128)
    assert 19 <= rows.max() - rows.min() + 1 <= 20
    assert abs(rows.mean() - 14) <= 0.5
    assert 12 <= columns.min() <= columns.max() <= 17


def test_import_under_a_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["data", "import", str(folder), "--name", "forms", "--jsonl"]
    assert run(command) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert run(command) == 1
    assert "the set 'forms' is already there" in capsys.readouterr().err
    assert run([*command, "--force"]) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["import", "nowhere"], "nowhere: does not exist", id="no-folder"),
        pytest.param(["import", "."], "--name NAME", id="not-mnist"),
        pytest.param(["import", ".", "--name", "A b"], "name: must be 1 to 64", id="name"),
        pytest.param(["fetch", "--from", "nowhere"], "nowhere: does not exist", id="from"),
    ],
)
def test_errors_are_one_line(
    arguments: list[str],
    message: str,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["data", *arguments]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert message in err


def test_import_without_a_path_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", "import"]) == 2
    assert "Missing argument 'PATH'" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["fetch", "verify", "where", "import"])
def test_help_teaches(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["data", command, "--help"]) == 0
    assert f"data {command}" in capsys.readouterr().out
