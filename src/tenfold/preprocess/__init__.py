"""From pages to what the networks see."""

from tenfold.preprocess.glyph import is_blank, picture_to_glyph, to_glyph

__all__ = ["is_blank", "picture_to_glyph", "to_glyph"]
