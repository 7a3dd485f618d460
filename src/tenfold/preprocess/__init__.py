"""From pages to what the networks see."""

from tenfold.preprocess.glyph import is_blank, to_glyph

__all__ = ["is_blank", "to_glyph"]
