"""What is printed for people never steers their terminal, whatever files and models are called."""

from __future__ import annotations

import sys

import pytest

from tenfold.cli.output import emit, note, table, warn

NAME, SHOWN = "\x1b[2J\x07five", r"\x1b[2J\x07five"


def test_notes(capsys: pytest.CaptureFixture[str]) -> None:
    note(f"{NAME}: links to itself")
    warn(f"{NAME}: is none")
    note(NAME, "error:", "red")
    assert capsys.readouterr().err == (
        f"{SHOWN}: links to itself\nfailed: {SHOWN}: is none\nerror: {SHOWN}\n"
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\nfailed: b.png", r"a\nfailed: b.png"),
        ("a\r\nb", r"a\r\nb"),
        ("a\u2028b\x85c", r"a\u2028b\x85c"),
        ("a\x9b31mb\x7f", r"a\x9b31mb\x7f"),
        ("\udcff.png", r"\udcff.png"),
        ("seven é 数.png", "seven é 数.png"),
    ],
    ids=ascii,
)
def test_a_name_is_one_line(name: str, shown: str, capsys: pytest.CaptureFixture[str]) -> None:
    note(name)
    warn(name)
    assert capsys.readouterr().err == f"{shown}\nfailed: {shown}\n"


@pytest.mark.parametrize("output", ["csv", "excel"])
@pytest.mark.parametrize(
    ("seen", "expected"), [(True, f'"{SHOWN},",a\\nb,7'), (False, f'"{NAME},","a\nb",7')]
)
def test_csv_steers_no_terminal(
    seen: bool,
    expected: str,
    output: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What goes into a file is given back as it is."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: seen)
    emit([{"file": f"{NAME},", "text": "a\nb", "count": 7}], output, ("file", "text", "count"))
    found = capsys.readouterr().out.removeprefix("\ufeff").replace("\r\n", "\n")
    assert found == f"file,text,count\n{expected}\n"


def test_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert table([[NAME, "1"]], ("kind", NAME)).count(SHOWN) == 2
    emit([{"path": NAME}], "text", ("path",))
    out = capsys.readouterr().out
    assert SHOWN in out
    assert "\x1b" not in out
