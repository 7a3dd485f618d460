"""Imports go one way, as docs/architecture and the drawing in the design say."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tenfold

SOURCE = Path(tenfold.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))

LEVELS = {
    "values": 0,
    "errors": 0,
    "talk": 0,
    "regions": 0,
    "colour": 0,
    "quiet": 0,
    "parallel": 0,
    "arguments": 1,
    "files": 1,
    "more_formats": 1,
    "polarity": 1,
    "folders": 2,
    "images": 2,
    "relocate": 2,
    "preprocess": 3,
    "data": 3,
    "model": 4,
    "report": 4,
    "forms": 4,
    "spell": 4,
    "synthesis": 4,
    "decide": 5,
    "assemble": 5,
    "scores": 5,
    "respell": 5,
    "annotate": 5,
    "places": 6,
    "explanation": 6,
    "reader": 7,
    "cli": 8,
    "service": 8,
    "scale": 8,
    "sklearn": 8,
}
FRONT = {"__init__", "__main__"}  # the package itself gathers names from below; it is no layer
MAY_IMPORT_TRAIN = {"cli", "scale", "sklearn", "train"}
# These ask PyTorch, in a function, what only it can say: how many threads it has, which type a
# tensor is. Everything else goes through train.
MAY_ASK_TORCH = {"tenfold.cli.train", "tenfold.sklearn"}
TRAIN_MAY_IMPORT = {part for part, level in LEVELS.items() if level <= 5} | {"train"}


def part_of(module: str) -> str:
    """The layer's name of a dotted module: "tenfold.data.idx" is in "data"."""
    return module.split(".")[1] if "." in module else "__init__"


def imported(source: str, package: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every import of a source text, wherever it stands in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join(parents if node.level else [])
            module = ".".join(filter(None, (base, node.module)))
            if module == "tenfold":
                yield from ((node.lineno, f"tenfold.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, module


def violations(source: str, module: str) -> list[str]:
    """What a module's imports break, one line each.

    Args:
        source: Its text.
        module: Its dotted name, that of a package's ``__init__`` with it.
    """
    own = part_of(module)
    found = []
    in_functions = lines_in_functions(source) if module in MAY_ASK_TORCH else set()
    for line, name in imported(source, module.rpartition(".")[0]):
        if name.split(".")[0] == "torch" and own != "train" and line not in in_functions:
            found.append(f"{module}:{line} imports {name}; PyTorch is for train alone")
        if name.split(".")[0] == "tenfold" and not allowed(own, part_of(name)):
            found.append(f"{module}:{line} imports {name}, which {own} may not")
    return found


def lines_in_functions(source: str) -> set[int]:
    return {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def allowed(own: str, other: str) -> bool:
    if own in FRONT or own == other:
        return True
    if other == "train":
        return own in MAY_IMPORT_TRAIN
    if own == "train":
        return other in TRAIN_MAY_IMPORT
    return other in LEVELS and LEVELS[other] < LEVELS[own]


def dotted(path: Path) -> str:
    return ".".join(("tenfold", *path.relative_to(SOURCE).with_suffix("").parts))


@pytest.mark.parametrize("path", MODULES, ids=dotted)
def test_a_module_imports_only_from_below(path: Path) -> None:
    assert violations(path.read_text(encoding="utf-8"), dotted(path)) == []


def test_every_module_has_a_level() -> None:
    parts = {part_of(dotted(path)) for path in MODULES}
    assert parts - FRONT - {"train"} <= set(LEVELS)
    assert {"values", "images", "data", "model", "decide", "reader", "cli"} <= parts


@pytest.mark.parametrize(
    ("module", "line"),
    [
        pytest.param("tenfold.values", "from tenfold.files import sha256", id="upwards"),
        pytest.param("tenfold.files", "from tenfold.images import open_page", id="one-level"),
        pytest.param("tenfold.data.idx", "from tenfold.preprocess import to_glyph", id="packages"),
        pytest.param("tenfold.model.card", "import tenfold.decide", id="plain-import"),
        pytest.param("tenfold.model.card", "from ..report import page", id="relative"),
        pytest.param("tenfold.reader", "from tenfold import cli", id="from-the-package"),
        pytest.param("tenfold.decide", "from tenfold.train.recipe import Adam", id="train"),
        pytest.param("tenfold.report.page", "from tenfold.train import systems", id="report-train"),
        pytest.param("tenfold.train.fit", "from tenfold.reader import Reader", id="train-reader"),
        pytest.param("tenfold.train.fit", "from tenfold.cli import run", id="train-cli"),
        pytest.param("tenfold.cli.train", "from tenfold.sklearn import x", id="one-top-level"),
        pytest.param("tenfold.cli.train", "from tenfold.unheard_of import x", id="no-level"),
        pytest.param("tenfold.reader", "import torch.nn.functional", id="torch"),
        pytest.param("tenfold.cli.classify", "from torch import nn", id="torch-in-cli"),
    ],
)
@pytest.mark.parametrize(
    "where", ["{}", "def f():\n    {}", "if TYPE_CHECKING:\n    {}", "try:\n    {}\nfinally:\n  0"]
)
def test_a_planted_violation_is_found(module: str, line: str, where: str) -> None:
    found = violations(where.format(line), module)
    assert len(found) == 1
    assert found[0].startswith(f"{module}:{1 if where == '{}' else 2} imports")


def test_torch_is_asked_in_functions_alone() -> None:
    assert violations("def f():\n    import torch", "tenfold.cli.train") == []
    (found,) = violations("import torch", "tenfold.cli.train")
    assert found == "tenfold.cli.train:1 imports torch; PyTorch is for train alone"


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("tenfold.data.idx", "from tenfold.errors import DataError"),
        ("tenfold.data.idx", "from tenfold.data.layouts import PREFIXES"),
        ("tenfold.data.__init__", "from . import idx"),
        ("tenfold.train.callbacks", "from tenfold.report.live import write_live_page"),
        ("tenfold.train.fit", "import torch"),
        ("tenfold.cli.train", "from tenfold.train.fit import Callback"),
        ("tenfold.sklearn", "from tenfold.train.fit import fit"),
        ("tenfold.__init__", "from tenfold.reader import Reader"),
    ],
)
def test_what_is_allowed_is_not_reported(module: str, line: str) -> None:
    assert violations(line, module) == []
