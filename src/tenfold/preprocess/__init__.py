"""From pages to what the networks see."""

from tenfold.preprocess.glyph import are_glyphs, frame_ink, is_glyph, picture_to_glyph, to_glyph
from tenfold.preprocess.grid import Corners, check_corners, segment_table
from tenfold.preprocess.groups import Group
from tenfold.preprocess.paper import open_sheet
from tenfold.preprocess.parting import Parted, part_ink
from tenfold.preprocess.register import register
from tenfold.preprocess.segment import bare_ink, page_ink, segment, segment_ink, without_ruling
from tenfold.preprocess.stream import BATCH_SIZE, are_several, glyph_batches
from tenfold.preprocess.strip import (
    STRIP_HEIGHT,
    column_of_strip,
    frame_strip,
    narrowed_columns,
    strip_column,
)
from tenfold.preprocess.views import magnification, moved_box, straighten, turned_back

__all__ = [
    "BATCH_SIZE",
    "STRIP_HEIGHT",
    "Corners",
    "Group",
    "Parted",
    "are_glyphs",
    "are_several",
    "bare_ink",
    "check_corners",
    "column_of_strip",
    "frame_ink",
    "frame_strip",
    "glyph_batches",
    "is_glyph",
    "magnification",
    "moved_box",
    "narrowed_columns",
    "open_sheet",
    "page_ink",
    "part_ink",
    "picture_to_glyph",
    "register",
    "segment",
    "segment_ink",
    "segment_table",
    "straighten",
    "strip_column",
    "to_glyph",
    "turned_back",
    "without_ruling",
]
