"""Pages as people hand them in, drawn round one digit each: dark ink on bright paper.

`SCENES` are pages that show one digit, `OTHER_SCENES` pages that show none, or more than one. Each
is drawn from an MNIST image (28, 28) uint8 and a generator, and returns a page (H, W) uint8.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Page = NDArray[np.uint8]
Random = np.random.Generator
Scene = Callable[[Image, Random], Page]

SIDE = 200  # pixels of a page
INK = 40  # grey level of a pen


def shade(image: Image, height: float) -> NDArray[np.float64]:
    """Return a digit cut to its ink, ``height`` pixels long on its longer side, 0 to 1."""
    rows, columns = np.flatnonzero(image.max(1) > 60), np.flatnonzero(image.max(0) > 60)
    cut = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = height / max(cut.shape)
    size = max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale))
    return np.clip(cv2.resize(cut, size, interpolation=cv2.INTER_CUBIC) / 255.0, 0, 1)


def sheet(random: Random) -> NDArray[np.float64]:
    """Return empty paper with a little grain."""
    return float(random.integers(215, 250)) + random.normal(0, 2, (SIDE, SIDE))


def write(
    page: NDArray[np.float64], ink: NDArray[np.float64], row: float, column: float, level: int = INK
) -> NDArray[np.float64]:
    """Lay ink over a page, its middle at a place given as shares of the page's sides."""
    height, width = ink.shape
    top, left = round(row * page.shape[0] - height / 2), round(column * page.shape[1] - width / 2)
    top, left = (
        min(max(place, 0), whole - part)
        for place, whole, part in zip((top, left), page.shape, ink.shape, strict=True)
    )
    part = page[top : top + height, left : left + width]
    page[top : top + height, left : left + width] = part * (1 - ink) + level * ink
    return page


def done(page: NDArray[np.float64]) -> Page:
    """Return a page as it is handed in."""
    return np.asarray(page.clip(0, 255).round(), np.uint8)


def plain(image: Image, random: Random, share: float = 0.6, contrast: int = 0) -> Page:
    """A digit on paper, its height a share of the page's; ``contrast`` in grey levels."""
    page = sheet(random)
    level = INK if not contrast else round(float(page.mean())) - contrast
    return done(write(page, shade(image, share * SIDE), 0.5, 0.5, level))


def cut_out(image: Image, random: Random, copies: int = 1) -> Page:
    """One digit or more side by side, cut out to the ink."""
    ink = shade(image, 0.6 * SIDE)
    gap = np.zeros((len(ink), round(0.08 * len(ink))))
    row = np.hstack([ink, *([gap, ink] * (copies - 1))])
    page = np.asarray(random.normal(235, 2, row.shape))
    return done(write(page, row, 0.5, 0.5))


def pair(image: Image, random: Random) -> Page:
    """The digit twice, with paper round them."""
    ink = shade(image, 0.5 * SIDE)
    page = write(sheet(random), ink, 0.5, 0.28)
    return done(write(page, ink, 0.5, 0.72))


def with_index(image: Image, random: Random) -> Page:
    """The digit with itself half as high at its upper right, clear of it, as an exponent."""
    large, small = shade(image, 0.5 * SIDE), shade(image, 0.25 * SIDE)
    page = write(sheet(random), large, 0.55, 0.4)
    beside = 0.4 + (large.shape[1] + small.shape[1]) / (2 * SIDE) + 0.05
    return done(write(page, small, 0.55 - 0.25, beside))


def seventeen(image: Image, random: Random) -> Page:
    """A 1 and the digit, cut out to the ink."""
    ink = shade(image, 0.6 * SIDE)
    height, pen = len(ink), max(4, len(ink) // 11)
    one = np.zeros((height, pen + round(random.uniform(0, 0.25) * height)), np.uint8)
    foot, head = (pen // 2, height - 1 - pen // 2), (one.shape[1] - 1 - pen // 2, pen // 2)
    cv2.line(one, foot, head, 255, pen, cv2.LINE_AA)
    gap = np.zeros((height, round(random.uniform(0.05, 0.25) * height)))
    row = np.hstack([one / 255, gap, ink])
    return done(write(np.asarray(random.normal(235, 2, row.shape)), row, 0.5, 0.5))


def framed(image: Image, random: Random, share: float = 0.6, inset: float = 0.03) -> Page:
    """A digit in the frame of its cell; from a share of 0.94 on it touches the frame."""
    page = write(sheet(random), shade(image, share * SIDE), 0.5, 0.5)
    near, far = round(inset * SIDE), round((1 - inset) * SIDE)
    cv2.rectangle(page, (near, near), (far, far), 70, max(2, round(0.02 * SIDE)))
    return done(page)


def boxed(image: Image, random: Random, margin: float = 0.06, tilt: float = 0.0) -> Page:
    """A digit in the upright box of a form, with paper round it."""
    page = write(sheet(random), shade(image, 0.5 * SIDE), 0.5, 0.5)
    left, right = 0.25, 0.75
    near, far = margin, 1 - margin
    start, end = ((round(x * SIDE), round(y * SIDE)) for x, y in ((left, near), (right, far)))
    cv2.rectangle(page, start, end, 70, 3)
    kept = page[:, round((left - margin) * SIDE) : round((right + margin) * SIDE)]
    height, width = kept.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), tilt, 1.0)
    return done(np.asarray(cv2.warpAffine(kept, turn, (width, height), borderValue=235)))


def in_a_comb(image: Image, random: Random) -> Page:
    """A digit in a field of a form: a line below it, and a tick at each of its ends."""
    page = write(sheet(random), shade(image, 0.6 * SIDE), 0.5, 0.5)
    near, far, low, high = (round(share * SIDE) for share in (0.04, 0.96, 0.9, 0.74))
    cv2.polylines(
        page, [np.array([(near, high), (near, low), (far, low), (far, high)])], False, 70, 4
    )
    return done(page)


def cornered(image: Image, random: Random) -> Page:
    """A cell cut out askew: its frame on two sides."""
    page = write(sheet(random), shade(image, 0.6 * SIDE), 0.5, 0.5)
    page[: round(0.05 * SIDE)] = 60
    page[:, : round(0.05 * SIDE)] = 60
    return done(page)


def touching(image: Image, random: Random) -> Page:
    """A digit whose foot stands on the frame of its cell."""
    ink = shade(image, 0.6 * SIDE)
    page = write(sheet(random), ink, 0.965 - ink.shape[0] / (2 * SIDE), 0.5)
    cv2.rectangle(page, (6, 6), (SIDE - 7, SIDE - 7), 70, 4)
    return done(page)


def ringed(
    image: Image, random: Random, share: float = 0.5, row: float = 0.5, column: float = 0.5
) -> Page:
    """A digit in a circle, its middle at a place given as shares of the page's sides."""
    page = write(sheet(random), shade(image, share * SIDE), row, column)
    cv2.circle(page, (SIDE // 2, SIDE // 2), round(0.42 * SIDE), INK, 5, cv2.LINE_AA)
    return done(page)


def smiley(image: Image, random: Random) -> Page:
    """A face."""
    page = sheet(random)
    cv2.circle(page, (100, 100), 75, INK, 6, cv2.LINE_AA)
    for column in (72, 128):
        cv2.circle(page, (column, 80), 8, INK, -1, cv2.LINE_AA)
    cv2.ellipse(page, (100, 110), (38, 30), 0, 20, 160, INK, 6, cv2.LINE_AA)
    turn = cv2.getRotationMatrix2D((100, 100), float(random.uniform(-15, 15)), 1)
    turned = cv2.warpAffine(page, turn, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    return done(np.asarray(turned, np.float64))


def ringed_letter(image: Image, random: Random, height: float = 3.0) -> Page:
    """A letter in a circle."""
    page = sheet(random)
    letter = "ABEHKMNRWXFT"[int(random.integers(12))]
    size, _ = cv2.getTextSize(letter, cv2.FONT_HERSHEY_SIMPLEX, height, 6)
    corner = (100 - size[0] // 2, 100 + size[1] // 2)
    ink = np.zeros((SIDE, SIDE), np.uint8)
    cv2.putText(ink, letter, corner, cv2.FONT_HERSHEY_SIMPLEX, height, 255, 6, cv2.LINE_AA)
    write(page, ink / 255.0, 0.5, 0.5)
    cv2.circle(page, (100, 100), 84, INK, 6, cv2.LINE_AA)
    return done(page)


def dotted_ring(image: Image, random: Random) -> Page:
    """Some dots in a circle."""
    page = sheet(random)
    cv2.circle(page, (100, 100), 75, INK, 6, cv2.LINE_AA)
    for _ in range(int(random.integers(1, 6))):
        row, column = random.integers(70, 131, 2)
        cv2.circle(page, (int(column), int(row)), int(random.integers(4, 9)), INK, -1, cv2.LINE_AA)
    return done(page)


def crossed_out(image: Image, random: Random, reach: float = 0.6) -> Page:
    """A digit with an X through it."""
    page = write(sheet(random), shade(image, 0.6 * SIDE), 0.5, 0.5)
    near, far = round((0.5 - reach / 2) * SIDE), round((0.5 + reach / 2) * SIDE)
    pen = int(random.integers(3, 9))
    cv2.line(page, (near, near), (far, far), INK, pen, cv2.LINE_AA)
    cv2.line(page, (near, far), (far, near), INK, pen, cv2.LINE_AA)
    return done(page)


def beside_table(image: Image, random: Random, share: float = 0.15, level: int = 60) -> Page:
    """Paper with a dark strip of the table on its left."""
    page = write(sheet(random), shade(image, 0.5 * SIDE), 0.5, 0.5 + share / 2)
    page[:, : round(share * SIDE)] = level + random.normal(0, 6, (SIDE, round(share * SIDE)))
    return done(page)


def on_table(image: Image, random: Random, side: float = 0.45, level: int = 70) -> Page:
    """A note lying askew on a table, its side a share of the page's."""
    whole = 2 * SIDE
    table = level + random.normal(0, 6, (whole, whole))
    note = np.asarray(plain(image, random, 0.6), np.float64)
    reach = side * whole / 2
    turn = np.deg2rad(float(random.uniform(-20, 20)))
    corners = reach * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    rotation = np.array([(np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))])
    middle = whole / 2 + random.uniform(-0.1, 0.1, 2) * whole
    target = (corners @ rotation.T + middle).astype(np.float32)
    source = SIDE * np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
    lay = cv2.getPerspectiveTransform(source, target)
    over = cv2.warpPerspective(note, lay, (whole, whole), borderValue=-1)
    return done(np.where(over >= 0, over, table))


def strip_on_table(image: Image, random: Random, width: float = 0.5) -> Page:
    """A strip of paper across a table, from border to border."""
    page = write(sheet(random), shade(image, 0.7 * width * SIDE), 0.5, 0.5)
    table = 70 + random.normal(0, 6, page.shape)
    beside = round((1 - width) / 2 * SIDE)
    page[:, :beside], page[:, SIDE - beside :] = table[:, :beside], table[:, SIDE - beside :]
    return done(page)


def ruled(image: Image, random: Random, tilt: float = 0.0, upright: bool = False) -> Page:
    """Ruled paper, its rules tilted by some degrees; squared where they are upright too."""
    page = sheet(random)
    lean = np.tan(np.deg2rad(tilt)) * SIDE
    for place in range(-SIDE, 2 * SIDE, 34):
        cv2.line(page, (0, place), (SIDE, round(place + lean)), 150, 2, cv2.LINE_AA)
        if upright:
            cv2.line(page, (place, 0), (round(place - lean), SIDE), 150, 2, cv2.LINE_AA)
    return done(write(page, shade(image, 0.55 * SIDE), 0.5, 0.5))


def noisy(image: Image, random: Random, deviation: float = 30) -> Page:
    """Coarse grain all over."""
    page = np.asarray(plain(image, random), np.float64)
    return done(page + random.normal(0, deviation, page.shape))


def striped(image: Image, random: Random, depth: float = 25, period: int = 7) -> Page:
    """A screen or fabric with fine stripes."""
    page = np.asarray(plain(image, random), np.float64)
    row, column = np.indices(page.shape)
    turn = float(random.uniform(0, np.pi))
    along = np.cos(turn) * row + np.sin(turn) * column
    return done(page - depth * (1 + np.sin(2 * np.pi * along / period)) / 2)


def shadowed(image: Image, random: Random) -> Page:
    """The edge of a shadow across the page."""
    page = np.asarray(plain(image, random), np.float64)
    row, column = np.indices(page.shape)
    edge = column + 0.4 * row < random.uniform(0.4, 0.9) * SIDE
    light = cv2.GaussianBlur(np.where(edge, 0.5, 1.0), (0, 0), 2)
    return done(page * light)


def lamp_lit(image: Image, random: Random) -> Page:
    """Light falling off towards a corner."""
    page = np.asarray(plain(image, random), np.float64)
    fall = np.linspace(1.0, 0.35, SIDE)
    return done(page * fall[:, None] * fall[None, ::-1] ** 0.5)


def underlined(image: Image, random: Random) -> Page:
    """A digit with a line under it."""
    page = np.asarray(plain(image, random, 0.5), np.float64)
    cv2.line(page, (45, 163), (155, 158), INK, 5, cv2.LINE_AA)
    return done(page)


def small_copy(image: Image, random: Random, side: int = 16, share: float = 0.7) -> Page:
    """A page of few pixels."""
    page = plain(image, random, share)
    return np.asarray(cv2.resize(page, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def tilted(image: Image, random: Random, degrees: float = 20) -> Page:
    """A page photographed askew."""
    page = plain(image, random)
    turn = cv2.getRotationMatrix2D((100, 100), float(random.choice([-1, 1])) * degrees, 1)
    return np.asarray(
        cv2.warpAffine(page, turn, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def penned(image: Image, random: Random, change: int = 9) -> Page:
    """A thicker pen, or a thinner one below 0."""
    brush = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(change), abs(change)))
    page = plain(image, random)
    darker = cv2.erode if change > 0 else cv2.dilate
    return np.asarray(darker(page, brush), np.uint8)


def as_jpeg(image: Image, random: Random, quality: int = 10) -> Page:
    """A JPEG file of low quality."""
    _, coded = cv2.imencode(".jpg", plain(image, random), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)


def inverted(image: Image, random: Random) -> Page:
    """Chalk."""
    return np.asarray(255 - plain(image, random), np.uint8)


SCENES: dict[str, Scene] = {
    "plain": plain,
    "a tenth of the page": partial(plain, share=0.1),
    "a twentieth of the page": partial(plain, share=0.05),
    "cut out to the ink": cut_out,
    "bright on dark": inverted,
    "contrast of 40 levels": partial(plain, contrast=40),
    "contrast of 20 levels": partial(plain, contrast=20),
    "grain of 30 levels": noisy,
    "grain of 60 levels": partial(noisy, deviation=60),
    "fine stripes of 25 levels": striped,
    "fine stripes of 60 levels": partial(striped, depth=60),
    "JPEG of quality 10": as_jpeg,
    "16 x 16": small_copy,
    "10 x 10": partial(small_copy, side=10),
    "turned by 20 degrees": tilted,
    "thick pen": penned,
    "thin pen": partial(penned, change=-4),
    "edge of a shadow": shadowed,
    "lamp in a corner": lamp_lit,
    "ruled": ruled,
    "ruled, tilted by 3 degrees": partial(ruled, tilt=3),
    "ruled, tilted by 6 degrees": partial(ruled, tilt=6),
    "squared": partial(ruled, upright=True),
    "squared, tilted by 3 degrees": partial(ruled, tilt=3, upright=True),
    "squared, tilted by 6 degrees": partial(ruled, tilt=6, upright=True),
    "underlined": underlined,
    "framed": framed,
    "frame along the border": partial(framed, inset=0.0),
    "frame touched on two sides": partial(framed, share=0.95),
    "standing on its frame": touching,
    "frame on two sides": cornered,
    "in an upright box": boxed,
    "in an upright box, tilted by 4 degrees": partial(boxed, tilt=4, margin=0.1),
    "in a field with ticks": in_a_comb,
    "in a circle": ringed,
    "small in a circle": partial(ringed, share=0.25),
    "tiny in a circle": partial(ringed, share=0.12),
    "small in a circle, off its middle": partial(ringed, share=0.25, row=0.42, column=0.58),
    "strip of a dark table": beside_table,
    "broad strip of a dark table": partial(beside_table, share=0.3),
    "note on a table": on_table,
    "small note on a table": partial(on_table, side=0.25),
    "strip of paper on a table": strip_on_table,
}

OTHER_SCENES: dict[str, Scene] = {
    "two digits": pair,
    "two digits, cut out": partial(cut_out, copies=2),
    "a 1 and the digit, cut out": seventeen,
    "digit with an exponent": with_index,
    "digit crossed out": crossed_out,
    "digit crossed out at large": partial(crossed_out, reach=0.85),
    "letter in a circle": ringed_letter,
    "small letter in a circle": partial(ringed_letter, height=1.3),
    "dots in a circle": dotted_ring,
    "face": smiley,
}
