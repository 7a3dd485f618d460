"""Bad input to every command: one line on stderr, the right exit code, and nothing written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import huge
from tenfold.cli import main, run


@pytest.fixture
def place(finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with one of everything that a path should not lead to.

    run: a finished run; model: its model; changed: a model whose weights are not its card's;
    stopped: a run without a model; empty, text.png, huge.png: files; bare: an empty folder;
    full: a folder with a file of the user's.
    """
    shutil.copytree(finished, tmp_path / "run")
    shutil.copytree(finished / "model", tmp_path / "model")
    shutil.copytree(finished / "model", tmp_path / "changed")
    weights = tmp_path / "changed" / "model.onnx"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x00")
    (tmp_path / "stopped").mkdir()
    shutil.copy(finished / "recipe.toml", tmp_path / "stopped")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "text.png").write_text("a text")
    (tmp_path / "huge.png").write_bytes(huge.huge_png())
    (tmp_path / "bare").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def everything(folder: Path) -> dict[str, bytes | None]:
    """All files with their contents, and all folders, by their names from ``folder``."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


# Each command line, its exit code, and words that its one line of error must have.
CASES = [
    # the program
    ("trian conv-3", 2, "no command 'trian'; did you mean 'train'?"),
    ("xyzzy", 2, "no command 'xyzzy'; choose one of: classify, data,"),
    ("--verbose", 2, "No such option"),
    # train
    ("train", 2, "RECIPE must be named; 'tenfold recipes' lists them"),
    ("train conv3", 2, "no recipe 'conv3'; did you mean 'conv-3'?"),
    ("train zzz", 2, "no recipe 'zzz'; choose one of: base, champion, conv-3,"),
    ("train missing/file.png", 2, "no recipe 'missing/file.png'"),
    ("train dense-128 --seed -1", 2, "seed: must be a whole number from 0 to 2^63 - 1, but is -1"),
    ("train dense-128 --seed 9223372036854775808", 2, "seed: must be a whole number from 0"),
    ("train dense-128 --seed two", 2, "'two' is not a valid integer"),
    ("train dense-128 --set epochs=0", 2, "epochs: must be a whole number of at least 1"),
    ("train dense-128 --set epochs", 2, "--set epochs: must be KEY=VALUE, for example epochs=3"),
    ("train dense-128 --set epoch=3", 2, "no field 'epoch'; did you mean 'epochs'?"),
    ("train dense-128 --set epochs=many", 2, "--set epochs: must be a whole number, but is 'many'"),
    (
        "train dense-128 --set optimizer=sgd",
        2,
        "--set optimizer=sgd: choose one of: adam, adamw,",
    ),
    (
        "train dense-128 --set network.2.units=9",
        2,
        "network: must end in 10 outputs, or 11 with one for what is no digit, but ends in 9",
    ),
    ("train dense-128 --out full", 1, "full: already holds files, and nothing is overwritten"),
    ("train dense-128 --out empty", 2, "Directory 'empty' is a file"),
    ("train dense-128 --out empty/run", 1, "empty/run: cannot be written"),
    ("train dense-128 --epochs 3", 2, "No such option"),
    ("train dense-128 conv-3", 2, "unexpected extra argument (conv-3)"),
    ("train --resume", 2, "--resume without RECIPE needs --out RUN"),
    ("train --resume --out bare", 1, "bare: must be a run folder, but its recipe.toml cannot be"),
    ("train --resume --out stopped --seed 3", 2, "--set and --seed need the RECIPE to be named"),
    ("train --resume --dry-run --out bare", 1, "bare: must be a run folder"),
    (
        "train dense-128 --resume --out run",
        2,
        "not of dense-128; name that recipe",
    ),
    # evaluate
    ("evaluate", 2, "Missing argument 'MODEL'"),
    (
        "evaluate missing",
        1,
        "missing: must be a model folder or a finished run, but does not exist",
    ),
    ("evaluate empty", 1, "empty: must be a model folder or a finished run, but is a file"),
    ("evaluate text.png", 1, "text.png: must be a model folder or a finished run, but is a file"),
    ("evaluate huge.png", 1, "huge.png: must be a model folder or a finished run, but is a file"),
    ("evaluate bare", 1, "is a folder with neither card.json nor model/card.json"),
    ("evaluate stopped", 1, "is a run that has not finished: go on with tenfold train --resume"),
    ("evaluate changed", 1, "card and weights do not match: export the run again"),
    ("evaluate model --data missing", 1, "missing: no such file or folder, and no imported set"),
    ("evaluate model --data empty", 1, "empty"),
    ("evaluate model --data text.png", 1, "text.png"),
    ("evaluate model --data huge.png", 1, "huge.png"),
    ("evaluate model --data bare", 1, "bare"),
    ("evaluate model --outputs text.png", 2, "must end in .npy or .csv"),
    ("evaluate model --outputs bare", 2, "File 'bare' is a directory"),
    ("evaluate model --report full", 1, "full: already holds files"),
    ("evaluate model --report empty", 2, "Directory 'empty' is a file"),
    ("evaluate model --seed 1", 2, "No such option"),
    # export
    ("export", 2, "Missing argument 'RUN...'"),
    ("export missing", 1, "missing: must be a run folder, but does not exist"),
    ("export empty", 1, "empty: must be a run folder"),
    ("export text.png", 1, "text.png: must be a run folder"),
    ("export bare --out new", 1, "bare: must be a run folder"),
    ("export stopped --out new", 1, "stopped: has no checkpoint to export; train at least one"),
    ("export run --out full", 1, "full: already holds files, and nothing is overwritten"),
    ("export run --out empty", 2, "Directory 'empty' is a file"),
    ("export run --out empty/new", 1, "empty/new: cannot be written"),
    ("export run --onnx", 2, "No such option"),
    # classify
    ("classify", 2, "Missing argument 'PICTURE...'"),
    ("classify text.png --model run --accuracy 2", 2, "accuracy: must be from 0 to 1, but is 2.0"),
    ("classify text.png --accuracy 99.9", 2, "99.9 % is 0.999 (see 'tenfold classify --help')"),
    ("evaluate run --accuracy 0.9 --threshold 0.9", 2, "only one of the two may be given"),
    ("classify text.png --model run --accuracy 0.9", 1, "it was never calibrated"),
    ("classify text.png --model run --threshold nan", 2, "threshold: must be from 0 to 1, but is"),
    ("evaluate run --data not-digits=missing", 1, "missing must be a folder of pictures"),
    ("evaluate run --data not-digits=run", 1, "run must hold pictures"),
    ("evaluate run --data corrupted --report r", 2, "--data: corrupted has no --report"),
    ("evaluate run --data not-digits --outputs o.npy", 2, "--data: not-digits has no --outputs"),
    ("evaluate run --data corrupted --threshold 0", 2, "--data: corrupted has no --threshold"),
    ("evaluate run --data not-digits --accuracy 0", 2, "--data: not-digits has no --accuracy"),
    ("evaluate run --data corrupted --split train", 2, "--data: corrupted has no --split"),
    ("evaluate run --data corrupted=3", 2, "must be corrupted, not-digits or not-digits=FOLDER"),
    ("models zzz", 1, "zzz: must be a model folder or a finished run, but does not exist"),
    ("classify text.png --model missing", 1, "missing: must be a model folder or a finished run"),
    ("classify text.png --model empty", 1, "empty: must be a model folder or a finished run"),
    ("classify text.png --model stopped", 1, "is a run that has not finished"),
    ("classify text.png --model changed", 1, "card and weights do not match"),
    ("classify text.png --model model --polarity up", 2, "'up' is not one of 'auto', 'dark_ink'"),
    ("classify text.png --model model --xml", 2, "No such option"),
    ("classify text.png --json --csv", 2, "--json and --csv exclude each other: give one of them"),
    ("recipes --jsonl --csv", 2, "--jsonl and --csv exclude each other"),
    # recipes
    ("recipes conv-4", 2, "no recipe 'conv-4'; did you mean 'conv-3'?"),
    ("recipes conv-3 dense-128", 2, "Got unexpected extra argument (dense-128)"),
    ("recipes --xml", 2, "No such option"),
    # reproduce
    ("reproduce", 2, "Missing argument 'SYSTEM|all'"),
    ("reproduce dense-129", 2, "no published system 'dense-129'; did you mean 'dense-128'?"),
    ("reproduce conv-3 --seeds 0", 2, "0 is not in the range 1<=x<=1000"),
    ("reproduce conv-3 --seeds -1", 2, "-1 is not in the range 1<=x<=1000"),
    ("reproduce conv-3 --seeds x", 2, "'x' is not a valid integer range"),
    ("reproduce conv-3 --report empty", 2, "Directory 'empty' is a file"),
    ("reproduce conv-3 --quiet --report empty/x", 1, "cannot be written"),
    ("reproduce conv-3 --epochs 3", 2, "No such option"),
    # explore and data
    ("explore --out full", 1, "full: already holds files, and nothing is overwritten"),
    ("explore --out empty", 2, "Directory 'empty' is a file"),
    ("explore --size 3", 2, "No such option"),
    ("data", 2, None),
    ("data ftech", 2, "ftech"),
    ("data fetch --from missing", 1, "missing: does not exist"),
    ("data import empty", 1, "empty"),
    ("data import text.png", 1, "text.png"),
    ("data import bare", 1, "bare"),
]


@pytest.mark.parametrize(
    ("command", "code", "words"), [pytest.param(*case, id=case[0]) for case in CASES if case[2]]
)
def test_bad_input_is_one_line_and_writes_nothing(
    command: str, code: int, words: str, place: Path, refusals: Callable[[], str]
) -> None:
    before = everything(place)
    assert run(command.split()) == code
    assert words in refusals()
    assert everything(place) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", "dense-128", "--out", ""],
        ["evaluate", ""],
        ["evaluate", "model", "--report", ""],
        ["export", "run", "--out", ""],
        ["classify", "text.png", "--model", ""],
        ["reproduce", "conv-3", "--report", ""],
        ["explore", "--out", ""],
        ["data", "import", ""],
        ["data", "sample", ""],
    ],
    ids=lambda arguments: " ".join(arguments),
)
def test_an_empty_name_is_a_mistake(
    arguments: list[str], place: Path, refusals: Callable[[], str]
) -> None:
    before = everything(place)
    assert run(arguments) == 2
    assert "must name a file or folder, but is empty" in refusals()
    assert everything(place) == before


@pytest.mark.parametrize("command", ["", "data"], ids=["program", "data"])
def test_a_group_alone_shows_its_help(
    command: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command.split()) == 2
    out, err = capsys.readouterr()
    assert out.startswith("Usage: tenfold")
    assert err == ""


# What a card may have wrong, and how the message names it.
CARDS = [
    pytest.param({"format": 99}, "must be of card format 3, but is of 99", id="format"),
    pytest.param({"colour": 1}, "unknown key 'colour'", id="unknown-key"),
    pytest.param({"temperature": 0}, "temperature must be from 0.001 to 1000, but is 0", id="zero"),
    pytest.param({"labels": ["a"]}, "labels must be the digits 0 to 9 in order", id="labels"),
    pytest.param({"sha256": {}}, "sha256 must name model.onnx", id="no-sums"),
]


@pytest.mark.parametrize("command", ["evaluate model", "classify text.png --model model"])
@pytest.mark.parametrize(("changes", "words"), CARDS)
def test_a_bad_card_is_one_line(
    command: str,
    changes: dict[str, object],
    words: str,
    place: Path,
    refusals: Callable[[], str],
) -> None:
    path = place / "model" / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    assert run(command.split()) == 1
    assert words in refusals()


@pytest.mark.parametrize(
    "command",
    ["train --resume --out run", "train --resume --dry-run --out run", "export run --out n"],
)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "network: must be a list of layers, but is None", id="empty"),
        pytest.param("seed = ", "must be TOML, but", id="not-toml"),
        pytest.param("\x00\xff", "", id="binary"),
    ],
)
def test_a_damaged_recipe_file_is_one_line(
    command: str, text: str, words: str, place: Path, refusals: Callable[[], str]
) -> None:
    (place / "run" / "recipe.toml").write_bytes(text.encode("latin-1"))
    assert run(command.split()) in (1, 2)
    line = refusals()
    assert "recipe.toml" in line
    assert words in line


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["evaluate", "no\nmodel"], r"no\nmodel: must be"),
        (["train", "no\nrecipe"], r"no recipe 'no\nrecipe'"),
        (["no\ncommand"], "no command 'no command'"),
    ],
    ids=["evaluate", "train", "program"],
)
def test_an_argument_of_two_lines_is_one_line_of_error(
    arguments: list[str], shown: str, place: Path, refusals: Callable[[], str]
) -> None:
    assert run(arguments) in (1, 2)
    assert shown in refusals()


def test_a_closed_standard_output_is_an_error(
    monkeypatch: pytest.MonkeyPatch, refusals: Callable[[], str]
) -> None:
    monkeypatch.setattr("sys.stdout", None)
    with pytest.raises(SystemExit) as stopped:
        main(["models"])
    assert stopped.value.code == 1
    assert "standard output is closed" in refusals()
