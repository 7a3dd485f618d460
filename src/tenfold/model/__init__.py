"""Trained models: an ONNX graph, and a card with all that its use needs to know."""

from tenfold.model.card import CARD_FORMAT, COVERAGE_LEVELS, DIGITS, NOT_A_DIGIT, Card, read_card
from tenfold.model.included import DEFAULT_MODEL, included_models
from tenfold.model.session import Model, find_model_folder, load_model
from tenfold.model.thresholds import check_request, choose_thresholds

__all__ = [
    "CARD_FORMAT",
    "COVERAGE_LEVELS",
    "DEFAULT_MODEL",
    "DIGITS",
    "NOT_A_DIGIT",
    "Card",
    "Model",
    "check_request",
    "choose_thresholds",
    "find_model_folder",
    "included_models",
    "load_model",
    "read_card",
]
