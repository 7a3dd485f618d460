"""What is public is listed, sorted, there, and described."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import tenfold

SOURCE = Path(tenfold.__file__).parent
MODULES = sorted(
    ".".join(("tenfold", *path.relative_to(SOURCE).with_suffix("").parts)).removesuffix(".__init__")
    for path in SOURCE.rglob("*.py")
    if path.stem != "__main__"
)
# Every command is called by its name in the table of the command line, and `run` by `main` alone.
UNLISTED = {"tenfold.cli": {"run"}}


def defined(module: ModuleType) -> dict[str, Any]:
    """The functions and classes without an underscore that a module itself defines."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module.__name__
    }


def as_listed(name: str) -> tuple[int, str]:
    """The order of the linter (RUF022): constants, classes, functions, each by the alphabet."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


@pytest.mark.parametrize("name", MODULES)
def test_listed_names_are_sorted(name: str) -> None:
    listed = getattr(importlib.import_module(name), "__all__", [])
    assert list(listed) == sorted(listed, key=as_listed)


def test_the_package_lists_its_names() -> None:
    assert len(set(tenfold.__all__)) == len(tenfold.__all__)
    modules = {name.split(".")[1] for name in MODULES if name.count(".")}
    assert set(dir(tenfold)) - modules == set(tenfold.__all__)


@pytest.mark.parametrize("name", sorted(set(dir(tenfold)) - set(tenfold.__all__)))
def test_modules_are_there_without_being_imported(name: str) -> None:
    command = f"import tenfold; print(tenfold.{name}.__name__)"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True)
    assert done.stdout == f"tenfold.{name}\n"


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match="module 'tenfold' has no attribute 'clasify'"):
        _ = tenfold.clasify


@pytest.mark.parametrize("name", tenfold.__all__)
def test_a_listed_name_is_there_and_described(name: str) -> None:
    value = getattr(tenfold, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert inspect.getdoc(value)


def test_every_error_is_public() -> None:
    tree = {name for name in vars(tenfold.errors) if name.endswith("Error")}
    assert tree == {name for name in tenfold.__all__ if name.endswith("Error")}
    for name in tree:
        assert issubclass(getattr(tenfold, name), tenfold.TenfoldError)
        assert name in (tenfold.errors.__doc__ or "")


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_described_and_lists_what_it_defines(name: str) -> None:
    module = importlib.import_module(name)
    assert (module.__doc__ or "").strip()
    listed = getattr(module, "__all__", [])
    assert sorted(set(listed)) == sorted(listed)
    for public in listed:
        assert hasattr(module, public), f"{name}.__all__ lists {public}, which is not there"
    used = used_elsewhere(name) - UNLISTED.get(name, set())
    assert used & set(defined(module)) <= set(listed)


def used_elsewhere(name: str) -> set[str]:
    """The names that other packages import from a module; its own package's are its own matter."""
    return {
        public
        for path, module, public in names_imported()
        if module == name and path.parent != module_folder(name)
    }


@functools.cache
def names_imported() -> list[tuple[Path, str, str]]:
    """Each name that a file of the package imports from a module: file, module, name."""
    return [
        (path, node.module or "", alias.name)
        for path in SOURCE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]


def module_folder(name: str) -> Path:
    path = SOURCE.joinpath(*name.split(".")[1:])
    return path if path.is_dir() else path.parent


@pytest.mark.parametrize("name", MODULES)
def test_public_functions_and_classes_are_described(name: str) -> None:
    for public, value in defined(importlib.import_module(name)).items():
        assert (value.__doc__ or "").strip(), f"{name}.{public}"
        if not inspect.isclass(value):
            continue
        for method, function in vars(value).items():
            if inspect.isfunction(function) and not method.startswith("_"):
                inherited = inspect.getdoc(getattr(value, method))
                assert inherited, f"{name}.{public}.{method}"
