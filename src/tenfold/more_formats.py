"""Forms of pictures that come with extras: photos of phones (HEIC), and pages (PDF)."""

from __future__ import annotations

import math
import os
import re
from functools import cache
from importlib.util import find_spec
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, BinaryIO

from tenfold.errors import InputError, MissingExtraError
from tenfold.quiet import QUIET

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "EXTRA_SUFFIXES",
    "form_of",
    "has_extra",
    "page_count",
    "page_named",
    "register_heif",
    "rendered_page",
]

EXTRA_SUFFIXES = {".heic": "heif", ".heif": "heif", ".pdf": "pdf"}
"""Names of files that only an extra reads, and the extra's name."""

_MODULES = {"heif": "pillow_heif", "pdf": "pypdfium2"}
_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
_HEADER = 1024  # bytes: how far into a file PDF's own mark may stand
_POINTS = 72.0  # of a PDF: an inch
_RESOLUTION = 200.0  # pixels an inch: handwriting is 40 pixels high and more
_LARGEST = 4000  # pixels of a page's longer side: posters are drawn smaller
_MOST_SECONDS = 10.0  # that drawing a page may take
_PAGE = re.compile(r"^(?P<file>.+)#page=(?P<number>[1-9][0-9]{0,5})$", re.DOTALL)
_ONE_AT_A_TIME = Lock()  # PDFium may not be called from two threads


def has_extra(extra: str) -> bool:
    """Tell whether what an extra brings is installed, without loading it."""
    return find_spec(_MODULES[extra]) is not None


def form_of(stream: BinaryIO) -> str | None:
    """Return "heif" or "pdf" for a file that only such an extra reads; None for any other.

    Args:
        stream: The open file, which is left at its start.
    """
    stream.seek(0)
    start = stream.read(_HEADER)
    stream.seek(0)
    if start[4:8] == b"ftyp" and start[8:12] in _BRANDS:
        return "heif"
    return "pdf" if b"%PDF-" in start else None


@cache
def register_heif() -> None:
    """Let Pillow open HEIC.

    Raises:
        MissingExtraError: The extra is not installed.
    """
    try:
        import pillow_heif
    except ImportError as error:
        raise MissingExtraError("heif", "reading HEIC pictures", error) from error
    pillow_heif.register_heif_opener(thumbnails=False)


def page_named(name: str) -> tuple[str, int]:
    """Return the file and the page, from 1 on, of a name such as ``scan.pdf#page=3`` (RFC 8118).

    A file that is really called so is itself.
    """
    match = _PAGE.match(name)
    if match is None or os.path.lexists(name):
        return name, 1
    return match["file"], int(match["number"])


def page_count(stream: BinaryIO, source: str) -> int:
    """Return how many pages a PDF has.

    Args:
        stream: The open file.
        source: What messages call it.

    Raises:
        InputError: It is damaged or locked.
        MissingExtraError: The extra is not installed.
    """
    with _ONE_AT_A_TIME, _Document(stream, source) as document:
        return len(document)


def rendered_page(stream: BinaryIO, source: str, number: int) -> Image:
    """Return a page of a PDF at 200 pixels an inch, or 4,000 pixels on its longer side.

    Args:
        stream: The open file.
        source: What messages call it.
        number: Of the page, from 1 on.

    Raises:
        InputError: It is damaged or locked, or has no such page.
        MissingExtraError: The extra is not installed.
    """
    with _ONE_AT_A_TIME, _Document(stream, source) as document:
        if number > len(document):
            raise InputError(f"{source}: must have a page {number}, but has {len(document)}")
        page = document[number - 1]
        try:
            longer = max(*page.get_size(), 1.0)
            # PDFium rounds up: a whole number of pixels must not become one more.
            scale = min(_RESOLUTION / _POINTS, _LARGEST / longer) * (1 - 1e-6)
            image = _drawn(page, scale)
        finally:
            page.close()
    if image is None:
        raise InputError(
            f"{source}: page {number} must be drawn within {_MOST_SECONDS:.0f} seconds, but takes "
            "longer; save the page as a picture"
        )
    return image


def _drawn(page: Any, scale: float) -> Image | None:
    """Return a page as a picture; None where that takes too long.

    A small file may hold millions of strokes. PDFium draws a page bit by bit, and asks between two
    whether to stop.
    """
    import pypdfium2
    from pypdfium2 import raw

    width, height = (math.ceil(side * scale) for side in page.get_size())
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, raw.FPDFBitmap_BGR)
    raw.FPDFBitmap_FillRect(bitmap.raw, 0, 0, width, height, 0xFFFFFFFF)
    last = monotonic() + _MOST_SECONDS
    ask = dict(raw.IFSDK_PAUSE._fields_)["NeedToPauseNow"]
    pause = raw.IFSDK_PAUSE(1, ask(lambda _: int(monotonic() > last)), None)
    status = raw.FPDF_RenderPageBitmap_Start(
        bitmap.raw, page.raw, 0, 0, width, height, 0, raw.FPDF_ANNOT, pause
    )
    raw.FPDF_RenderPage_Close(page.raw)
    picture: Image = bitmap.to_pil().convert("RGB")
    return picture if status == raw.FPDF_RENDER_DONE else None


class _Document:
    """A PDF that is open for a block, in which PDFium's errors become tenfold's."""

    def __init__(self, stream: BinaryIO, source: str) -> None:
        self._stream, self._source = stream, source

    def __enter__(self) -> Any:
        try:
            import pypdfium2
        except ImportError as error:
            raise MissingExtraError("pdf", "reading PDF pages", error) from error
        self._kind: type[Exception] = pypdfium2.PdfiumError
        try:
            with QUIET:
                self._document = pypdfium2.PdfDocument(self._stream)
        except self._kind as error:
            raise self._refused(error) from error
        return self._document

    def __exit__(self, _kind: Any, error: BaseException | None, _traceback: Any) -> None:
        self._document.close()
        if isinstance(error, self._kind):
            raise self._refused(error) from error

    def _refused(self, error: BaseException) -> InputError:
        return InputError(f"{self._source}: cannot be opened as a PDF ({error})")
