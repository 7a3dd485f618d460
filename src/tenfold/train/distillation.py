"""A trained model as a teacher: its probabilities are learnt beside the labels.

Hinton, Vinyals and Dean 2015, https://arxiv.org/abs/1503.02531, at a temperature of 1. Images that
are moved far out of shape look like several digits; a teacher says so, where a label cannot.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from tenfold.decide import softmax
from tenfold.errors import RecipeError
from tenfold.model import load_model
from tenfold.train.recipe import Distillation

__all__ = ["Teacher"]

_SIDE = 28  # pixels a side of what models take


class Teacher:
    """A model that tells its pupil how likely each output is.

    Args:
        spec: Which model.
        outputs: Number of the pupil's outputs, 10 or 11.

    Attributes:
        sha256: Of the model's graph.

    Raises:
        ModelError: There is no such model.
        RecipeError: The pupil has an output more than the model.
    """

    def __init__(self, spec: Distillation, outputs: int) -> None:
        self._model = load_model(spec.teacher, threads=torch.get_num_threads())
        self._outputs = outputs
        self.sha256 = self._model.card.sha256["model.onnx"]
        known = len(self._model.card.labels)
        if outputs > known:
            raise RecipeError(
                f"distillation.teacher: must know all {outputs} outputs of the network, but "
                f"{spec.teacher} knows {known}"
            )

    def probabilities(self, pixels: Tensor) -> Tensor:
        """Return what the teacher says of images, calibrated as in its card.

        Args:
            pixels: Shape (N, rows, columns), float32 in [0, 1], as the pupil sees them: rows and
                columns that it does not use are missing at the end.

        Returns:
            Shape (N, outputs), float32; rows sum to 1.
        """
        lacking = (0, _SIDE - pixels.shape[2], 0, _SIDE - pixels.shape[1])
        images = functional.pad(pixels, lacking).mul(255).round_().clamp_(0, 255).to(torch.uint8)
        logits = self._model.logits(images.numpy())[:, : self._outputs]
        return torch.from_numpy(softmax(logits / self._model.card.temperature)).to(torch.float32)
