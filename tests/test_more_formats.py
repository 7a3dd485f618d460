"""Photos of phones and pages of PDFs are pictures like others, where their extras are installed."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from tenfold import images, more_formats
from tenfold.errors import InputError, MissingExtraError
from tenfold.images import open_page, page_names, pictures_in
from tenfold.more_formats import page_named

HEIGHT, WIDTH = 96, 64


@pytest.fixture
def paper() -> Image.Image:
    """A dark stroke at the top left of white paper, 64 wide and 96 high."""
    array = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    array[16:48, 8:24] = 40
    return Image.fromarray(array)


def heic(image: Image.Image, orientation: int = 1) -> bytes:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    pillow_heif.from_pillow(image).save(buffer, quality=100, exif=exif.tobytes())
    return buffer.getvalue()


def pdf(*pages: Image.Image) -> bytes:
    buffer = io.BytesIO()
    pages[0].save(buffer, "PDF", save_all=True, append_images=pages[1:], resolution=200)
    return buffer.getvalue()


@pytest.mark.parametrize("encode", [heic, pdf])
def test_the_page_is_that_of_the_picture(
    encode: Callable[[Image.Image], bytes], paper: Image.Image
) -> None:
    page = open_page(encode(paper))
    assert page.shape == (HEIGHT, WIDTH)
    assert np.abs(page.astype(int) - open_page(paper)).mean() < 4


def test_a_phone_s_photo_is_turned_as_a_person_sees_it(paper: Image.Image) -> None:
    page = open_page(heic(paper, orientation=6))
    expected = np.rot90(open_page(paper), -1)
    assert page.shape == expected.shape == (WIDTH, HEIGHT)
    assert np.abs(page.astype(int) - expected).mean() < 4


@pytest.mark.parametrize(
    ("name", "file", "page"),
    [
        ("a.pdf#page=3", "a.pdf", 3),
        ("a#page=2#page=3", "a#page=2", 3),
        ("a.pdf", "a.pdf", 1),
        ("a.pdf#page=0", "a.pdf#page=0", 1),
        ("a.pdf#page=", "a.pdf#page=", 1),
        ("#page=2", "#page=2", 1),
    ],
)
def test_names_of_pages(name: str, file: str, page: int) -> None:
    assert page_named(name) == (file, page)


def test_a_file_that_is_called_like_a_page_is_itself(tmp_path: Path, paper: Image.Image) -> None:
    path = tmp_path / "a.png#page=2"
    paper.save(path, "PNG")
    assert open_page(path).shape == (HEIGHT, WIDTH)


def test_each_page_has_its_name(tmp_path: Path, paper: Image.Image) -> None:
    path, alone = tmp_path / "scan.pdf", tmp_path / "one.PDF"
    wide = paper.resize((WIDTH * 2, HEIGHT))
    path.write_bytes(pdf(paper, wide, paper))
    alone.write_bytes(pdf(paper))
    names = page_names(str(path))
    assert names == [f"{path}#page={number}" for number in (1, 2, 3)]
    assert [open_page(name).shape[1] for name in names] == [WIDTH, WIDTH * 2, WIDTH]
    assert open_page(path).shape[1] == WIDTH
    assert page_names(str(alone)) == [str(alone)]


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"%PDF-1.7 and no more", "a.pdf", "cannot be opened as a PDF"),
        (None, "a.pdf#page=4", "must have a page 4, but has 3"),
        (b"GIF89a", "a.pdf#page=2", "must be a PDF to have a page 2"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a.heic", "a.heic"),
    ],
    ids=["damaged", "beyond", "no PDF", "HEIC cut off"],
)
def test_what_is_refused(
    content: bytes | None, name: str, message: str, tmp_path: Path, paper: Image.Image
) -> None:
    path = tmp_path / name
    (tmp_path / name.partition("#")[0]).write_bytes(content or pdf(paper, paper, paper))
    with pytest.raises(InputError, match=message):
        open_page(path)


def test_large_pages_are_drawn_smaller(paper: Image.Image) -> None:
    buffer = io.BytesIO()
    paper.save(buffer, "PDF", resolution=1)  # 64 x 96 inches
    assert max(open_page(buffer.getvalue()).shape) == 4000


def strokes(count: int) -> bytes:
    """A PDF of one page with so many strokes on it."""
    drawn = b"".join(b"%d 10 m %d 500 l S\n" % (at % 600, -at % 599) for at in range(count))
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 600]/Contents 4 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
    ]
    body = b"".join(b"%d 0 obj%s endobj\n" % numbered for numbered in enumerate(parts, 1))
    return b"%PDF-1.4\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF"


def test_a_page_that_takes_too_long_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_page(strokes(200)).shape == (1667, 1667)
    monkeypatch.setattr(more_formats, "_MOST_SECONDS", -1.0)
    with pytest.raises(InputError, match="page 1 must be drawn within"):
        open_page(strokes(200_000))


def test_the_cap_on_pixels_holds(paper: Image.Image, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", HEIGHT * WIDTH - 1)
    with pytest.raises(InputError, match="at most"):
        open_page(heic(paper))


def test_pages_may_be_read_from_several_threads(paper: Image.Image) -> None:
    content = pdf(paper)
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(open_page, [content] * 16))
    assert all((page == pages[0]).all() for page in pages)


@pytest.mark.parametrize(
    ("module", "extra", "name"),
    [("pillow_heif", "heif", "a.heic"), ("pypdfium2", "pdf", "a.pdf")],
)
def test_a_missing_extra_is_named(
    module: str,
    extra: str,
    name: str,
    tmp_path: Path,
    paper: Image.Image,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / name
    path.write_bytes(heic(paper) if extra == "heif" else pdf(paper))
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setitem(more_formats._MODULES, extra, "no_such_module")
    more_formats.register_heif.cache_clear()
    with pytest.raises(MissingExtraError, match=rf'pip install "tenfold\[{extra}\]"'):
        open_page(path)
    told: list[str] = []
    assert pictures_in(tmp_path, told.append) == []
    assert len(told) == 1
    assert f"tenfold[{extra}]" in told[0]


def test_a_folder_gives_them_too(tmp_path: Path, paper: Image.Image) -> None:
    (tmp_path / "a.HEIC").write_bytes(heic(paper))
    (tmp_path / "b.pdf").write_bytes(pdf(paper))
    assert [path.name for path in pictures_in(tmp_path)] == ["a.HEIC", "b.pdf"]
