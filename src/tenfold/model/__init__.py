"""Trained models: an ONNX graph, and a card with all that its use needs to know."""

from tenfold.model.card import CARD_FORMAT, Card, read_card
from tenfold.model.session import Model, load_model

__all__ = ["CARD_FORMAT", "Card", "Model", "load_model", "read_card"]
