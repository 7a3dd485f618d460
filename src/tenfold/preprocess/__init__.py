"""From pages to what the networks see."""

from tenfold.preprocess.glyph import are_glyphs, frame_ink, is_glyph, picture_to_glyph, to_glyph

__all__ = ["are_glyphs", "frame_ink", "is_glyph", "picture_to_glyph", "to_glyph"]
