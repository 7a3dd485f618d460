"""Any picture as a page: one channel, ink bright on a dark ground.

Pictures come as a path, bytes, an open binary file, a Pillow image or an array. Files are decoded
by Pillow with a list of allowed formats and a cap on pixels, both checked before decoding.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from tenfold.colour import to_grey
from tenfold.errors import UNREADABLE, InputError
from tenfold.files import open_regular
from tenfold.more_formats import (
    EXTRA_SUFFIXES,
    form_of,
    has_extra,
    page_count,
    page_named,
    register_heif,
    rendered_page,
)
from tenfold.polarity import ground_is_bright
from tenfold.quiet import QUIET

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "FORMATS",
    "MAX_BYTES",
    "MAX_PIXELS",
    "SUFFIXES",
    "Polarity",
    "check_polarity",
    "decoding",
    "open_page",
    "page_names",
    "pictures_in",
]

Polarity = Literal["auto", "dark_ink", "bright_ink"]

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF")
# Pictures too, but in forms that are not read; a folder's are told of, not passed over in silence.
_OTHER_SUFFIXES = frozenset({".avif", ".jxl", ".jp2", ".svg", ".ppm", ".pgm", ".dng", ".psd"})
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".gif"})
MAX_PIXELS = 50_000_000  # a phone's photo has 12 to 50 million; decoded they take 150 MB
MAX_BYTES = 2**28  # of a file; 50 million pixels without any compression take 200 MB
_SAMPLED = 512  # pixels a side on which a transparent picture's ground is chosen
_SIDE = 28  # pixels a side of the digits that some keep flattened, one a row
# What Pillow's decoders have been seen to raise on damaged files.
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    LookupError,
    OverflowError,
    RuntimeError,  # libheif's
    struct.error,
    zlib.error,
)


def pictures_in(
    folder: Path, passed_over: Callable[[str], object] = lambda _message: None
) -> list[Path]:
    """Return the files below a folder that are called like pictures, in order of their names.

    Hidden ones are passed over, and so are links to folders: they may lead in a circle.

    Args:
        folder: Where to look.
        passed_over: Told of each folder that is not looked into, and of pictures in a form that is
            not read.
    """
    found: list[Path] = []
    others: Counter[str] = Counter()
    extra = {suffix for suffix, name in EXTRA_SUFFIXES.items() if has_extra(name)}

    def unreadable(error: OSError) -> None:
        passed_over(f"{error.filename}: cannot be read ({error.strerror})")

    for place, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in folders:
            below = Path(place, name)
            if os.path.islink(below):  # noqa: PTH114 - a Path's raises where it may not look
                passed_over(f"{below}: is a link to a folder, and links are left out")
        found += [
            Path(place, name)
            for name in files
            if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES | extra
        ]
        others.update(Path(name).suffix.lower() for name in files if not name.startswith("."))
    for suffix in sorted((EXTRA_SUFFIXES.keys() - extra) & others.keys()):
        passed_over(
            f"{folder}: {others[suffix]} {suffix} left out, which need an extra: "
            f'pip install "tenfold[{EXTRA_SUFFIXES[suffix]}]"'
        )
    unread = [f"{others[suffix]} {suffix}" for suffix in sorted(_OTHER_SUFFIXES & others.keys())]
    if unread:
        passed_over(
            f"{folder}: {', '.join(unread)} left out; save them as {', '.join(FORMATS[:-1])} "
            f"or {FORMATS[-1]}"
        )
    return sorted(found)


def page_names(name: str) -> list[str]:
    """Return a name for each page of a PDF of several; the file's own for any other file.

    What is wrong with a file is told when it is read.
    """
    if not name.lower().endswith(".pdf"):
        return [name]
    try:
        with open_regular(Path(name)) as stream:
            count = page_count(stream, name)
    except (OSError, *UNREADABLE):
        return [name]
    return [f"{name}#page={number}" for number in range(1, count + 1)] if count > 1 else [name]


def open_page(picture: Any, *, polarity: Polarity = "auto") -> NDArray[np.uint8]:
    """Return a picture as a page.

    A picture with transparency is laid on white, or on black where it shows bright strokes on clear
    ground; it is turned as its EXIF orientation says, and made grey. Of a file with several frames
    the first is taken. HEIC needs the extra "heif", PDF "pdf".

    Args:
        picture: A path (of a PDF's third page ``scan.pdf#page=3``), bytes, an open binary file, a
            Pillow image, or an array of shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4), uint8.
        polarity: Whether ink is dark or bright; "auto" finds the ground (`tenfold.polarity`).

    Returns:
        Shape (H, W), uint8, 0 ground to 255 ink; a new array.

    Raises:
        InputError: The picture is missing, empty, no image of an allowed format, truncated, or
            has too many pixels.
        MissingExtraError: Its form needs an extra that is not installed.
    """
    check_polarity(polarity)
    grey = _from_array(picture) if isinstance(picture, np.ndarray) else _from_other(picture)
    dark = ground_is_bright(grey) if polarity == "auto" else polarity == "dark_ink"
    return np.subtract(255, grey, dtype=np.uint8) if dark else grey


def check_polarity(polarity: Any) -> None:
    """Refuse a polarity that there is not."""
    if polarity not in get_args(Polarity):
        raise InputError(f"polarity: must be auto, dark_ink or bright_ink, but is {polarity!r}")


def _from_other(picture: Any) -> NDArray[np.uint8]:
    from PIL import Image

    if isinstance(picture, Image.Image):
        try:
            return _grey(picture, "picture")
        except MemoryError as error:
            raise _out_of_memory("picture") from error
        except _DAMAGE as error:  # a file opened before is decoded only now
            raise InputError(f"picture: cannot be decoded ({error})") from error
    if isinstance(picture, (bytes, bytearray, memoryview)):
        return _decode(io.BytesIO(bytes(picture)), "picture")
    if isinstance(picture, (str, os.PathLike)):
        return _from_path(picture)
    if hasattr(picture, "read"):
        return _from_stream(picture)
    raise InputError(
        "picture: must be a path, bytes, a binary file, a Pillow image or a uint8 array, "
        f"but is a {type(picture).__name__}"
    )


def _from_path(name: str | os.PathLike[str]) -> NDArray[np.uint8]:
    file, page = page_named(os.fsdecode(name))
    path = Path(file)
    if not os.fspath(name):
        raise InputError("picture: must be the name of a file, but is empty")
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises for names that are too long
        raise InputError(f"{path}: must be a picture, but is a folder")
    try:
        with open_regular(path) as stream:
            return _decode(stream, os.fsdecode(name), page)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except UnicodeEncodeError as error:
        raise InputError(f"picture: must be the name of a file, but is {str(path)!r}") from error


def _from_stream(stream: Any) -> NDArray[np.uint8]:
    name = " ".join(str(getattr(stream, "name", "picture")).split())
    try:
        content = stream.read(MAX_BYTES + 1)
    except Exception as error:  # whatever somebody's stream may raise
        raise InputError(f"{name}: cannot be read ({type(error).__name__}: {error})") from error
    if not isinstance(content, bytes):
        raise InputError(f"{name}: must be a file opened in binary mode, but gives text")
    if len(content) > MAX_BYTES:
        raise InputError(f"{name}: must have at most {MAX_BYTES:,} bytes, but has more")
    return _decode(io.BytesIO(content), name)


def _decode(stream: BinaryIO, source: str, page: int = 1) -> NDArray[np.uint8]:
    form = form_of(stream)
    if form == "pdf":
        return _grey(rendered_page(stream, source, page), source)
    if page > 1:
        raise InputError(f"{source}: must be a PDF to have a page {page}, but is none")
    if form == "heif":
        register_heif()
    with decoding(stream, source, (*FORMATS, "HEIF") if form == "heif" else FORMATS) as image:
        return _grey(image, source)


@contextmanager
def decoding(stream: BinaryIO, source: str, formats: tuple[str, ...] = FORMATS) -> Iterator[Image]:
    """Open an image file for the block, in which its pixels are decoded.

    Args:
        stream: The open file.
        source: What messages call it.
        formats: Pillow's names of the formats that are taken.

    Raises:
        InputError: It is empty, no image of these formats, has too many pixels, or is damaged;
            also where the block finds out.
    """
    from PIL import Image, UnidentifiedImageError

    if not stream.seek(0, io.SEEK_END):
        raise InputError(f"{source}: must be a picture, but is empty")
    stream.seek(0)
    try:
        # Pillow warns of sizes far above the limit here, and of oddities in metadata.
        with QUIET, Image.open(stream, formats=formats) as image:
            _check_size(image, source)
            yield image
    except UnidentifiedImageError as error:
        raise InputError(
            f"{source}: must be one of {', '.join(formats)}, but is no such picture"
        ) from error
    except Image.DecompressionBombError as error:
        raise InputError(f"{source}: has too many pixels; {_size_hint()}") from error
    except MemoryError as error:
        raise _out_of_memory(source) from error
    except _DAMAGE as error:
        raise InputError(f"{source}: cannot be decoded, the file is damaged ({error})") from error


def _out_of_memory(source: str) -> InputError:
    return InputError(
        f"{source}: memory ran out while it was decoded; scale it down, or read fewer at a time"
    )


def _check_size(image: Image, source: str) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise InputError(f"{source}: has {width:,} x {height:,} pixels; {_size_hint()}")
    if width * height == 0:
        raise InputError(f"{source}: must have at least one pixel, but has {width} x {height}")


def _grey(image: Image, source: str) -> NDArray[np.uint8]:
    from PIL import ImageOps

    _check_size(image, source)
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):
        return _scaled(np.asarray(image), source)
    if image.has_transparency_data:
        image = _on_paper(image.convert("RGBA"))
    return to_grey(image)


def _on_paper(layer: Image) -> Image:
    """Return a picture with transparency laid on white, or on black where it is bright strokes.

    Strokes are what leaves most of the picture clear; a page with clear corners is none.
    """
    from PIL import Image

    small = layer.reduce(max(1, max(layer.size) // _SAMPLED))
    shade = np.array(small.convert("L"), np.float64)
    opacity = np.array(small.getchannel("A"), np.float64)
    strokes = opacity.mean() < 255 / 2
    bright = (shade * opacity).sum() > 255 / 2 * opacity.sum()
    ground = Image.new("RGBA", layer.size, "black" if strokes and bright else "white")
    return Image.alpha_composite(ground, layer)


def _scaled(values: NDArray[Any], source: str) -> NDArray[np.uint8]:
    """Return samples of up to 16 bits as 8-bit ones; deeper ones have no agreed white.

    Scanners that measure 10, 12 or 14 bits write them as 16: the fewest that hold all samples
    count, for no picture of a digit leaves three quarters of what a sample can say unused.
    """
    if values.min() < 0 or values.max() > 65535 or values.dtype.kind == "f":
        raise InputError(f"{source}: must have 8 or 16 bits a sample, but has {values.dtype}")
    white = next(2**bits - 1 for bits in (8, 10, 12, 14, 16) if values.max() < 2**bits)
    return np.asarray(values.astype(np.uint32) * 255 // white, np.uint8)


def _from_array(array: NDArray[Any]) -> NDArray[np.uint8]:
    if np.ma.isMaskedArray(array):
        raise InputError("picture: must have a value everywhere, but is a masked array; fill it")
    array = np.asarray(array)  # a matrix has two dimensions wherever it is cut
    channels = array.ndim == 3 and array.shape[2] in (1, 3, 4)
    if array.dtype != np.uint8 or not (array.ndim == 2 or channels) or array.size == 0:
        raise InputError(
            "picture: an array must have shape (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) and dtype "
            f"uint8, but has {array.shape} and {array.dtype}{_array_advice(array)}"
        )
    if channels and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim == 2 and _are_flattened(array):
        raise InputError(
            f"picture: an array of shape {array.shape} looks like flattened digits, not like a "
            "picture; give them as array.reshape(-1, 28, 28)"
        )
    if array.shape[0] * array.shape[1] > MAX_PIXELS:
        raise InputError(
            f"picture: has {array.shape[1]:,} x {array.shape[0]:,} pixels; {_size_hint()}"
        )
    if array.ndim == 2:
        return array.copy()
    from PIL import Image

    return _grey(Image.fromarray(array), "picture")


def _array_advice(array: NDArray[Any]) -> str:
    """Return the end of a message about an array that is no picture: what would make it one."""
    if array.size == 0 or array.dtype.kind not in "biuf":
        return ""
    if array.shape == (_SIDE * _SIDE,):
        return "; give a flattened digit as array.reshape(28, 28)"
    if array.ndim == 3 and array.shape[0] in (1, 3, 4) and array.dtype == np.uint8:
        return "; channels come last: np.moveaxis(array, 0, -1)"
    low, high = array.min(), array.max()
    if array.dtype == np.uint8 or not (low >= 0 and high <= 255):
        return ""
    if high <= 1:
        return "; give values from 0 to 1 as (array * 255).round().astype('uint8')"
    return "; give values from 0 to 255 as array.round().astype('uint8')"


def _are_flattened(array: NDArray[np.uint8]) -> bool:
    """Tell rows (N, 784) of 28 x 28 pixels from a page of that width.

    By the outer columns of such images, which lie apart in a page: the ground is alike there.
    """
    if array.shape[1] != _SIDE * _SIDE:
        return False
    sides = array.reshape(-1, _SIDE, _SIDE)[:, :, [0, -1]]
    return bool((sides == sides[0, 0, 0]).all()) and int(array.min()) < int(array.max())


def _size_hint() -> str:
    return f"at most {MAX_PIXELS:,} are read; scale it down"
