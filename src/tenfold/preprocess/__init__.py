"""From pages to what the networks see."""

from tenfold.preprocess.glyph import frame_ink, is_glyph, picture_to_glyph, to_glyph

__all__ = ["frame_ink", "is_glyph", "picture_to_glyph", "to_glyph"]
