"""Files that are missing, damaged or incomplete end in an error that names them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tenfold.data import MNIST
from tenfold.errors import RunError
from tenfold.report.inputs import read_reproduction, read_run
from tenfold.report.system_report import write_system_report


def test_a_run_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"nothing: must be a run folder, but there is none"):
        read_run(tmp_path / "nothing")


@pytest.mark.parametrize("name", ["recipe.toml", "metrics.jsonl", "environment.json"])
def test_a_missing_file_is_named(name: str, run_folder: Path) -> None:
    (run_folder / name).unlink()
    with pytest.raises(RunError, match=rf"{name}: is missing"):
        read_run(run_folder)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("recipe.toml", b"name = ", r"recipe\.toml: is damaged"),
        ("recipe.toml", b"name = 'x'", r"recipe\.toml: 'loss' is missing"),
        ("metrics.jsonl", b'{"epoch": 1,', r"metrics\.jsonl, line 1: is damaged"),
        ("metrics.jsonl", b"\n", r"metrics\.jsonl: holds no epoch"),
        ("metrics.jsonl", b"[1]", r"line 1: 'the document' must be an object, but is list"),
        ("metrics.jsonl", b'{"epoch": 1, "loss": 0.1}', r"line 1: 'accuracy' is missing"),
        (
            "metrics.jsonl",
            b'{"epoch": true, "loss": 0.1, "accuracy": 1}',
            r"'epoch' must be a whole number, but is True",
        ),
        ("environment.json", b"\xff\xfe", r"environment\.json: is damaged"),
        ("evaluation.json", b'{"images": 40', r"evaluation\.json: is damaged"),
        ("evaluation.json", b'{"images": 40}', r"evaluation\.json: 'accuracy' is missing"),
        ("outputs.npy", b"not an array", r"outputs\.npy: is damaged"),
    ],
)
def test_a_damaged_file_is_named(name: str, content: bytes, message: str, run_folder: Path) -> None:
    (run_folder / name).write_bytes(content)
    with pytest.raises(RunError, match=message):
        read_run(run_folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"confusion": [[1]]}, "'confusion' must be 10 elements, but is 1"),
        ({"confusion": [[1]] * 10}, "'confusion' must be 10 x 10 counts"),
        ({"confusion": [["a"] * 10] * 10}, r"'confusion\[\]\[\]' must be a whole number"),
        ({"accuracy_interval": [0.9]}, "'accuracy_interval' must be 2 elements"),
        ({"worst_errors": [{"index": 1}]}, r"'worst_errors\[\]\.label' is missing"),
        ({"classes": {}}, r"'classes\[\]\.digit' must be a list, but is dict"),
        (
            {"risk_coverage": {"coverage": [1.0], "risk": [], "area": 0}},
            "'risk_coverage' must be of one length",
        ),
    ],
)
def test_an_evaluation_of_the_wrong_form(
    changes: dict[str, Any], message: str, run_folder: Path
) -> None:
    path = run_folder / "evaluation.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    with pytest.raises(RunError, match=message):
        read_run(run_folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seeds": "all"}, r"'seeds\[\]' must be a list, but is str"),
        ({"seeds": []}, "'seeds' must name at least one seed"),
        (
            {"measured": {"test_accuracy": {"mean": 1}}},
            r"'measured\.test_accuracy\.std' is missing",
        ),
        ({"shows": ["sheeet"]}, r"no section 'sheeet'; did you mean 'sheet'\?"),
        ({"recipe": {"name": "x"}}, r"'recipe\.loss' is missing"),
    ],
)
def test_a_reproduction_of_the_wrong_form(
    changes: dict[str, Any], message: str, reproduction_folder: Path, mnist: MNIST
) -> None:
    path = reproduction_folder / "reproduction.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    with pytest.raises(RunError, match=message):
        write_system_report(reproduction_folder, mnist)
    assert not (reproduction_folder / "report.html").exists()


def test_a_folder_without_reproduction(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"reproduction\.json: is missing"):
        read_reproduction(tmp_path)


def test_a_reproduction_whose_run_was_not_evaluated(
    reproduction_folder: Path, mnist: MNIST
) -> None:
    (reproduction_folder / "seed-0" / "evaluation.json").unlink()
    with pytest.raises(RunError, match=r"seed-0.*evaluation\.json: is missing"):
        write_system_report(reproduction_folder, mnist)
