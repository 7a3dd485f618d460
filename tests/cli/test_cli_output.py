"""What is printed for people never steers their terminal, whatever files and models are called."""

from __future__ import annotations

import pytest

from tenfold.cli.output import emit, note, table, warn

NAME, SHOWN = "\x1b[2J\x07five", r"\x1b[2J\x07five"


def test_notes(capsys: pytest.CaptureFixture[str]) -> None:
    note(f"{NAME}: links to itself\nand on")
    warn(f"{NAME}: is none")
    note(NAME, "error:", "red")
    assert capsys.readouterr().err == (
        f"{SHOWN}: links to itself\nand on\nfailed: {SHOWN}: is none\nerror: {SHOWN}\n"
    )


def test_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert table([[NAME, "1"]], ("kind", NAME)).count(SHOWN) == 2
    emit([{"path": NAME}], "text", ("path",))
    out = capsys.readouterr().out
    assert SHOWN in out
    assert "\x1b" not in out
