"""labels.csv of pages: what is taken, and what is told of what is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenfold.data import PageLabel, load_page_labels
from tenfold.errors import DataError


def listed(folder: Path, text: str) -> Path:
    (folder / "labels.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("listing", "expected"),
    [
        pytest.param("file,text\na.png,12 3|4\n", [("a.png", "12 3|4", None, "")], id="plain"),
        pytest.param(
            "\ufefffile,text,source\na.png,0012,me\nsub/b.png,,you\n",
            [("a.png", "0012", None, ""), ("sub/b.png", "", None, "")],
            id="a-mark-other-columns-and-no-number",
        ),
        pytest.param(
            "file,text,kind,grid\na.png,1 _|_ 2,table,2x2\n",
            [("a.png", "1 _|_ 2", (2, 2), "table")],
            id="a-table",
        ),
        pytest.param(
            "file,text,touching\na.png,1,1\nb.png,2,0\nc.png,3,\n",
            [
                ("a.png", "1", None, "", True),
                ("b.png", "2", None, "", False),
                ("c.png", "3", None, "", None),
            ],
            id="touching",
        ),
        pytest.param(
            'file,text\na.png,"1.250,50 -3"\n', [("a.png", "1.250,50 -3", None, "")], id="points"
        ),
    ],
)
def test_labels(tmp_path: Path, listing: str, expected: list[tuple[object, ...]]) -> None:
    assert load_page_labels(listed(tmp_path, listing)) == [
        PageLabel(str(file), tmp_path / str(file), *rest)  # type: ignore[arg-type]
        for file, *rest in expected
    ]


@pytest.mark.parametrize(
    ("listing", "message"),
    [
        pytest.param("file,label\na.png,1\n", "'file' and 'text'", id="other-columns"),
        pytest.param("", "'file' and 'text'", id="empty-file"),
        pytest.param("file,text\n", "at least one picture", id="no-rows"),
        pytest.param("file,text\na.png,1\na.png,2\n", "line 3.*second time", id="twice"),
        pytest.param("file,text\n../a.png,1\n", "inside the folder", id="outside"),
        pytest.param("file,text\na.png,twelve\n", "line 2.*'e'", id="letters"),
        pytest.param("file,text,grid\na.png,1,9by9\n", "ROWSxCOLUMNS", id="grid"),
        pytest.param("file,text,touching\na.png,1,yes\n", "touching must be 0 or 1", id="touching"),
        pytest.param("file,text,text\na.png,1,2\n", "text", id="column-twice"),
        pytest.param(
            "file,text\na.png,1,50\n", "line 2: must have 2 cells .* has 3", id="a-decimal-comma"
        ),
        pytest.param("file,text\na.png\n", "line 2: must have 2 cells .* has 1", id="a-name-alone"),
        pytest.param(
            "file,text\n\na.png,1\n\nb.png,1,5\n", "line 5: must have 2", id="after-empty-lines"
        ),
        pytest.param(
            'file,text\na.png,"1\nb.png,2\n', "line 2: is not CSV.*quote", id="an-open-quote"
        ),
        pytest.param(
            'file,text\na.png,1\nb.png,"2\nc.png,"3"\n',
            "line 3: is not CSV.*quote",
            id="a-quote-closed-by-another",
        ),
    ],
)
def test_what_is_no_list_is_told(tmp_path: Path, listing: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_page_labels(listed(tmp_path, listing))


def test_a_folder_without_a_list_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"labels\.csv"):
        load_page_labels(tmp_path)
