"""Any picture as a page: one channel, ink bright on a dark ground.

Pictures come as a path, bytes, an open binary file, a Pillow image or an array. Files are decoded
by Pillow with a list of allowed formats and a cap on pixels, both checked before decoding.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from tenfold.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["FORMATS", "MAX_PIXELS", "Picture", "Polarity", "open_page"]

Picture = "str | os.PathLike[str] | bytes | BinaryIO | Image | NDArray[np.uint8]"
Polarity = Literal["auto", "dark_ink", "bright_ink"]

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF")
MAX_PIXELS = 50_000_000  # a phone's photo has 12 to 50 million; decoded they take 150 MB


def open_page(picture: Any, *, polarity: Polarity = "auto") -> NDArray[np.uint8]:
    """Return a picture as a page.

    A picture with transparency is laid on white, turned as its EXIF orientation says, and made
    grey. Of a file with several frames the first is taken.

    Args:
        picture: A path, bytes, an open binary file, a Pillow image, or an array of shape (H, W),
            (H, W, 3) or (H, W, 4), uint8.
        polarity: Whether ink is dark or bright; "auto" takes what the border shows as the ground.

    Returns:
        Shape (H, W), uint8, 0 ground to 255 ink; a new array.

    Raises:
        InputError: The picture is missing, empty, no image of an allowed format, truncated, or
            has too many pixels.
    """
    grey = _from_array(picture) if isinstance(picture, np.ndarray) else _from_other(picture)
    if polarity not in ("auto", "dark_ink", "bright_ink"):
        raise InputError(f"polarity: must be auto, dark_ink or bright_ink, but is {polarity!r}")
    dark = _ground_is_bright(grey) if polarity == "auto" else polarity == "dark_ink"
    return np.subtract(255, grey, dtype=np.uint8) if dark else grey


def _from_other(picture: Any) -> NDArray[np.uint8]:
    from PIL import Image

    if isinstance(picture, Image.Image):
        return _grey(picture, "picture")
    if isinstance(picture, (bytes, bytearray, memoryview)):
        return _decode(io.BytesIO(bytes(picture)), "picture")
    if isinstance(picture, (str, os.PathLike)):
        return _from_path(Path(picture))
    if hasattr(picture, "read"):
        return _decode(io.BytesIO(picture.read()), str(getattr(picture, "name", "picture")))
    raise InputError(
        "picture: must be a path, bytes, a binary file, a Pillow image or a uint8 array, "
        f"but is a {type(picture).__name__}"
    )


def _from_path(path: Path) -> NDArray[np.uint8]:
    if path.is_dir():
        raise InputError(f"{path}: must be a picture, but is a folder")
    try:
        with path.open("rb") as stream:
            return _decode(stream, str(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error


def _decode(stream: BinaryIO, source: str) -> NDArray[np.uint8]:
    """Decode an image file; the pixel cap holds before any pixel is decoded."""
    from PIL import Image, UnidentifiedImageError

    stream.seek(0, io.SEEK_END)
    if stream.tell() == 0:
        raise InputError(f"{source}: must be a picture, but is empty")
    stream.seek(0)
    try:
        image = _open_quietly(stream)
        with image:
            return _grey(image, source)
    except UnidentifiedImageError as error:
        raise InputError(
            f"{source}: must be one of {', '.join(FORMATS)}, but is no such picture"
        ) from error
    except Image.DecompressionBombError as error:
        raise InputError(f"{source}: has too many pixels; {_size_hint()}") from error
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise InputError(f"{source}: cannot be decoded, the file is damaged ({error})") from error


def _open_quietly(stream: BinaryIO) -> Image:
    """Open without Pillow's warning about large pictures: the cap here is lower and an error."""
    import warnings

    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(stream, formats=FORMATS)


def _grey(image: Image, source: str) -> NDArray[np.uint8]:
    from PIL import Image, ImageOps

    width, height = image.size
    if width * height > MAX_PIXELS:
        raise InputError(f"{source}: has {width:,} x {height:,} pixels; {_size_hint()}")
    if width * height == 0:
        raise InputError(f"{source}: must have at least one pixel, but has {width} x {height}")
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):
        return _scaled(np.asarray(image), source)
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return np.array(image.convert("L"), dtype=np.uint8)


def _scaled(values: NDArray[Any], source: str) -> NDArray[np.uint8]:
    """Return 16-bit samples as 8-bit ones; deeper ones have no agreed white."""
    if values.min() < 0 or values.max() > 65535 or values.dtype.kind == "f":
        raise InputError(f"{source}: must have 8 or 16 bits a sample, but has {values.dtype}")
    return (values // 257).astype(np.uint8)


def _from_array(array: NDArray[Any]) -> NDArray[np.uint8]:
    channels = array.ndim == 3 and array.shape[2] in (3, 4)
    if array.dtype != np.uint8 or not (array.ndim == 2 or channels) or array.size == 0:
        raise InputError(
            "picture: an array must have shape (H, W), (H, W, 3) or (H, W, 4) and dtype uint8, "
            f"but has {array.shape} and {array.dtype}"
        )
    if array.shape[0] * array.shape[1] > MAX_PIXELS:
        raise InputError(
            f"picture: has {array.shape[1]:,} x {array.shape[0]:,} pixels; {_size_hint()}"
        )
    if array.ndim == 2:
        return array.copy()
    from PIL import Image

    return _grey(Image.fromarray(array), "picture")


def _ground_is_bright(grey: NDArray[np.uint8]) -> bool:
    """Tell whether the border's median lies nearer the brightest than the darkest value."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    low, high = int(grey.min()), int(grey.max())
    return bool(np.median(border) * 2 > low + high) if high > low else low > 127


def _size_hint() -> str:
    return f"at most {MAX_PIXELS:,} are read; scale it down"
