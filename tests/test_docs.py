"""Documents that cannot go stale: generated pages, examples and README run as they stand."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest
from PIL import Image

from tenfold import errors
from tenfold.cli import _COMMANDS
from tenfold.cli import tenfold as tenfold_command
from tenfold.data import load_mnist

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
QUICK = ("dense-128-dropout", "--set", "epochs=1", "--quiet")
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error::UserWarning", *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_generated_pages_are_what_the_code_says() -> None:
    done = run(str(ROOT / "docs" / "generate.py"), "--check", folder=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_runs_and_is_short(path: Path, tmp_path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 30
    done = run(str(path), folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_demo_reads_three_digits_right_and_reports(tmp_path: Path) -> None:
    done = run(str(ROOT / "examples" / "demo.py"), "here", folder=tmp_path)
    assert re.findall(r"a (\d) is read as (\d)", done.stdout) == [
        ("7", "7"),
        ("2", "2"),
        ("1", "1"),
    ]
    folder = tmp_path / "here" / "dense-128-dropout"
    assert "97.66" in (folder / "report.html").read_text(encoding="utf-8")
    measured = json.loads((folder / "reproduction.json").read_text())["measured"]
    (accuracy,), (loss,) = (measured[name]["values"] for name in ("test_accuracy", "test_loss"))
    assert accuracy >= 0.973  # ten seeds lie between 97.5 and 97.8 %
    assert loss <= 0.09


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def blocks(page: Path) -> list[tuple[str, str]]:
    """Language and text of each fenced block."""
    return re.findall(r"^```(\w*)\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


COMMANDS = sorted(
    {
        (page.name, re.split(r"\s{3,}| > |\s+#", line.split("tenfold ", 1)[1])[0].strip())
        for page in PAGES
        for _, text in blocks(page)
        for line in text.splitlines()
        if re.match(r"(\$ )?(\.venv/bin/)?tenfold [a-z]", line.strip())
    }
)


@pytest.mark.parametrize(("page", "line"), COMMANDS, ids=[" ".join(case) for case in COMMANDS])
def test_each_command_shown_is_one(page: str, line: str) -> None:
    """Its command, arguments and options exist; what it does is tested where it is defined."""
    command, words = tenfold_command, shlex.split(line)
    context = click.Context(tenfold_command, info_name="tenfold")
    while isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        assert found is not None, f"{page}: {line}"
        command = found
    command.make_context("tenfold", words, parent=context)


PYTHON = [(page, text) for page in PAGES for kind, text in blocks(page) if kind == "python"]


@pytest.mark.parametrize(("page", "text"), PYTHON, ids=[page.name for page, _ in PYTHON])
def test_python_shown_runs(page: Path, text: str, tmp_path: Path) -> None:
    """With a model where the page has one, and one digit as a file."""
    names = set(re.findall(r'model="([^"]+)"|"(runs/[^"]+)"|FOLDER = "([^"]+)"', text))
    for name in filter(None, (part for parts in names for part in parts)):
        done = run("-m", "tenfold", "train", *QUICK, "--out", name, folder=tmp_path)
        assert done.returncode == 0, done.stderr
    for name in re.findall(r'"([\w/.-]+\.(?:png|jpg))"', text):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(load_mnist().test.images[0]).save(tmp_path / name)
    done = run("-c", text, folder=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", sorted(_COMMANDS))
def test_each_command_is_in_the_help_page(command: str) -> None:
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert f"## tenfold {command}\n" in page


def test_the_drawn_error_tree_is_complete() -> None:
    drawn = set(re.findall(r"── (\w+Error)", errors.__doc__ or ""))
    defined = {name for name in errors.__all__ if name.endswith("Error")} - {"TenfoldError"}
    assert drawn == defined
