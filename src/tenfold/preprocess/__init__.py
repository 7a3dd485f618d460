"""From pages to what the networks see."""

from tenfold.preprocess.glyph import are_glyphs, frame_ink, is_glyph, picture_to_glyph, to_glyph
from tenfold.preprocess.segment import Mark, Part, segment
from tenfold.preprocess.stream import BATCH_SIZE, are_several, glyph_batches

__all__ = [
    "BATCH_SIZE",
    "Mark",
    "Part",
    "are_glyphs",
    "are_several",
    "frame_ink",
    "glyph_batches",
    "is_glyph",
    "picture_to_glyph",
    "segment",
    "to_glyph",
]
