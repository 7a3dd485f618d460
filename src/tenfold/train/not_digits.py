"""How well a model tells digits from what is none: the set not-digits, and folders of pictures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenfold.data import MNIST
from tenfold.decide import decide
from tenfold.errors import DataError, InputError
from tenfold.images import SUFFIXES, pictures_in
from tenfold.model import Model
from tenfold.preprocess import picture_to_glyph
from tenfold.train.environment import describe_moment
from tenfold.train.evaluate import wilson_interval
from tenfold.train.evaluation_sets import Watched, unwatched
from tenfold.train.negatives import draw_negative
from tenfold.values import Split

__all__ = [
    "NOT_DIGITS_VERSION",
    "area_under_curve",
    "drawn_negatives",
    "evaluate_not_digits",
    "evaluate_not_digits_in",
    "evaluate_refusal",
]

NOT_DIGITS_VERSION = 2
"""Of the pictures in the set not-digits: figures on another version compare with nothing."""

_NEGATIVES = 5_000  # pictures of no digit in the set not-digits
_NEGATIVES_SEED = 2_000_003  # none that a recipe is trained with
# What it is made of, by turns. It stays when recipes learn from more kinds.
_NEGATIVE_KINDS = (
    "by_hand", "sign", "turned", "letter", "piece", "by_hand", "sign", "pair", "struck_out",
    "by_hand", "sign", "scribble", "lines", "by_hand", "sign", "blot", "garment", "texture",
    "crossed_out", "with_index", "beside_one",
)  # fmt: skip


def drawn_negatives(
    data: MNIST, *, watched: Watched[str] = unwatched
) -> tuple[NDArray[np.uint8], NDArray[np.str_]]:
    """Return pictures (N, 28, 28) uint8 of what is no digit, and the kind (N,) of each.

    Pieces and pairs are made of test images, which no recipe has seen; the other kinds are drawn as
    for training, from another seed.
    """
    random = np.random.default_rng(_NEGATIVES_SEED)
    kinds = [_NEGATIVE_KINDS[number % len(_NEGATIVE_KINDS)] for number in range(_NEGATIVES)]
    pictures = np.stack(
        [draw_negative(kind, data.test, random) for kind in watched(kinds, len(kinds), "pictures")]
    )
    return pictures, np.array(kinds)


def evaluate_not_digits(
    model: Model, data: MNIST, *, watched: Watched[str] = unwatched
) -> dict[str, Any]:
    """Return how well a model tells digits from the built-in set; see `evaluate_refusal`.

    Returns:
        Besides ``version``: `NOT_DIGITS_VERSION`.
    """
    pictures, kinds = drawn_negatives(data, watched=watched)
    found = evaluate_refusal(model, pictures, kinds, data.test, "not-digits")
    return {**found, "version": NOT_DIGITS_VERSION}


def evaluate_not_digits_in(
    folder: Path,
    model: Model,
    digits: Split,
    *,
    watched: Watched[Path] = unwatched,
    tell: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Return how well a model tells digits from a folder's pictures; see `evaluate_refusal`.

    Args:
        folder: Pictures of what is no digit; what stands before the first _ of a file's name, or
            all of it, is its kind.
        model: The model.
        digits: Digits that should be answered.
        watched: Shows how far the reading of pictures is.
        tell: Takes a line about each picture that is left out.

    Returns:
        Besides ``failed``: how many pictures could not be read.

    Raises:
        DataError: It is no folder, or holds no picture that can be read.
    """
    if not folder.is_dir():
        raise DataError(f"--data: {folder} must be a folder of pictures, but is none")
    files = pictures_in(folder, tell)
    if not files:
        raise DataError(f"--data: {folder} must hold pictures ({', '.join(sorted(SUFFIXES))})")
    glyphs, kinds = [], []
    for file in watched(files, len(files), "pictures"):
        try:
            glyphs.append(picture_to_glyph(file))
        except InputError as error:
            tell(f"left out: {error}")
            continue
        kinds.append(file.stem.partition("_")[0])
    if not glyphs:
        raise DataError(f"--data: {folder} must hold a picture that can be read")
    name = f"not-digits={folder}"
    found = evaluate_refusal(model, np.stack(glyphs), np.array(kinds), digits, name)
    return {**found, "failed": len(files) - len(glyphs)}


def evaluate_refusal(
    model: Model, strange: NDArray[np.uint8], kinds: NDArray[np.str_], digits: Split, name: str
) -> dict[str, Any]:
    """Return how well a model tells digits from what is none.

    Args:
        model: The model; its own thresholds decide what is refused.
        strange: Shape (N, 28, 28), uint8: glyphs of what is no digit, N at least 1.
        kinds: Shape (N,): what each of them is.
        digits: Digits that should be answered.
        name: What ``strange`` is called.

    Returns:
        ``auroc``: the probability that a digit gets more confidence than what is none;
        ``refused``: the share of ``strange`` without an answer, with its 95 % interval, and by
        kind; ``digits_refused``: the share of digits without one; ``pictures``: the SHA-256 of
        ``strange``, for figures on other pictures compare with nothing.

    Raises:
        DataError: There are no pictures.
    """
    if not len(strange):
        raise DataError(f"{name}: must hold at least one picture")
    answers, confidence = _answers(model, strange)
    digit_answers, digit_confidence = _answers(model, digits.images)
    rows = {}
    for kind in dict.fromkeys(kinds.tolist()):
        here = kinds == kind
        rows[kind] = {
            "images": int(here.sum()),
            "refused": float((~answers[here]).mean()),
            "auroc": area_under_curve(digit_confidence, confidence[here]),
        }
    refused = int((~answers).sum())
    return {
        "data": name,
        "model": model.card.sha256["model.onnx"],
        "measured": describe_moment(),
        "n": len(strange),
        "images": len(strange),
        "pictures": hashlib.sha256(np.ascontiguousarray(strange).tobytes()).hexdigest(),
        "auroc": area_under_curve(digit_confidence, confidence),
        "refused": refused / len(strange),
        "refused_interval": list(wilson_interval(refused, len(strange))),
        "digits": len(digits),
        "digits_refused": float((~digit_answers).mean()),
        "thresholds": dict(model.card.thresholds),
        "kinds": rows,
    }


def area_under_curve(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """Return the area under the receiver operating characteristic: P(positive > negative).

    Equal values count one half (Mann and Whitney's statistic; Hanley and McNeil 1982,
    https://doi.org/10.1148/radiology.143.1.7063747).
    """
    ordered = np.sort(negative)
    below = np.searchsorted(ordered, positive, "left").astype(np.float64)
    equal = np.searchsorted(ordered, positive, "right") - below
    return float((below + equal / 2).mean() / len(negative))


def _answers(
    model: Model, images: NDArray[np.uint8]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return whether each glyph gets an answer, and the confidence in its guess."""
    logits, blank = model.logits(images), np.asarray(~images.any((1, 2)), bool)
    card = model.card
    digits = decide(logits, blank, temperature=card.temperature, thresholds=card.thresholds)
    answered = np.array([digit.value is not None for digit in digits])
    confidence = np.array([digit.confidence for digit in digits])
    return answered, confidence
