"""Importing tenfold, or asking for help, loads nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = (
    "torch",
    "matplotlib",
    "jinja2",
    "sklearn",
    "onnx",
    "onnxruntime",
    "cv2",
    "PIL",
    "pooch",
    "fastapi",
    "ray",
    "pandas",
    "pyarrow",
)


def loaded_by(code: str) -> set[str]:
    """The names of the top-level modules that a new process has after running ``code``."""
    script = f"import json, sys\n{code}\nprint()\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_import_tenfold_is_light() -> None:
    assert loaded_by("import tenfold").isdisjoint({"numpy", *HEAVY})
    assert loaded_by("from tenfold import *").isdisjoint(HEAVY)


def test_the_command_line_can_be_interrupted_from_its_first_moment() -> None:
    """What takes long is loaded where an interruption becomes one line."""
    assert loaded_by("import tenfold.cli").isdisjoint({"numpy", *HEAVY})


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["train", "--help"], ["recipes"], ["recipes", "conv-3"]],
)
def test_the_command_line_is_light(arguments: list[str]) -> None:
    loaded = loaded_by(f"from tenfold.cli import run\nassert run({arguments!r}) == 0")
    assert "click" in loaded
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "module", ["recipe", "systems", "recipes", "settings", "shapes", "evaluate"]
)
def test_recipes_and_evaluation_are_light(module: str) -> None:
    assert loaded_by(f"import tenfold.train.{module}").isdisjoint(HEAVY)


def test_the_check_sees_what_is_loaded() -> None:
    assert "PIL" in loaded_by("import PIL.Image")
