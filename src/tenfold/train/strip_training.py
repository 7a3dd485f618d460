"""Training the network that reads strips: one recipe, which can go on where it was stopped."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from tenfold.errors import RunError
from tenfold.model.strips import STRIP_STEP
from tenfold.train.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from tenfold.train.optimizers import StepOptimizer, build_optimizer
from tenfold.train.processor import flushed_denormals, keep_freed_memory
from tenfold.train.recipe import Muon
from tenfold.train.strip_data import CHUNK, LabelledStrip, drawn_chunks, targets_of
from tenfold.train.strip_network import StripNetwork
from tenfold.values import Split

__all__ = ["StripRecipe", "batch_strips", "train_strips"]

_SEEDS = 1_000_003  # between the numbers of two seeds' rounds
_BATCHES = 4  # of a step's round: strips that are drawn from the pool at once, sorted by width
_KEPT_EVERY = 100  # rounds between two checkpoints


@dataclass(frozen=True)
class StripRecipe:
    """How the network is trained.

    Attributes:
        seed: Of weights, strips and their order.
        rounds: Of four batches each.
        batch_size: Strips a step.
        pool: Chunks of 32 strips that are at hand; the oldest go as new ones are drawn.
        new_chunks: Chunks drawn for each round; with 4, each strip is trained on about twice.
        optimizer: With its highest learning rates.
        warm_up: Share of the rounds over which the rates rise; they fall along a cosine to 0.
        stretch: Factor by which a batch is widened or narrowed, at most.
    """

    seed: int = 0
    rounds: int = 3600
    batch_size: int = 64
    pool: int = 500
    new_chunks: int = 4
    optimizer: Muon = field(
        default_factory=lambda: Muon(learning_rate=0.03, other_weight_decay=0.02)
    )
    warm_up: float = 0.05
    stretch: float = 1.25


def train_strips(
    recipe: StripRecipe,
    digits: Split,
    folder: Path,
    report: Callable[[int, float], None],
) -> StripNetwork:
    """Train a network on strips drawn of some digits; go on from the checkpoint in the folder.

    Args:
        recipe: How.
        digits: Training images.
        folder: Of the checkpoint.
        report: Takes the number of rounds done and the mean loss a character of the last.

    Raises:
        RunError: The checkpoint there is of another recipe.
    """
    keep_freed_memory()
    with flushed_denormals():
        return _trained(recipe, digits, folder, report)


def _trained(
    recipe: StripRecipe, digits: Split, folder: Path, report: Callable[[int, float], None]
) -> StripNetwork:
    torch.manual_seed(recipe.seed)
    network = StripNetwork()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = build_optimizer(recipe.optimizer, list(network.parameters()))
    history = _resumed(folder, recipe, network, optimizer)
    start = int(history[-1]["rounds"]) if history else 0
    losses: list[float] = []
    for number, batches in _rounds(recipe, digits, start):
        rate = _rate(number / recipe.rounds, recipe.warm_up)
        torch.manual_seed(recipe.seed * _SEEDS + number)  # of dropout, also after a stop
        losses += [_step(network, optimizer, rate, *batch) for batch in batches]
        done = number + 1
        report(done, float(np.mean(losses[-_BATCHES:])))
        if done % _KEPT_EVERY == 0 or done == recipe.rounds:
            row = {"epoch": len(history) + 1, "rounds": done, "loss": float(np.mean(losses))}
            history.append(row)
            losses = []
            _keep(folder, recipe, network, optimizer, history)
    return network


def _rate(done: float, warm_up: float) -> float:
    """Return the share of the highest learning rate after a share of the rounds."""
    if done < warm_up:
        return (done + 1e-3) / warm_up
    return 0.5 + 0.5 * math.cos(math.pi * (done - warm_up) / (1 - warm_up))


def _step(
    network: StripNetwork,
    optimizer: StepOptimizer,
    rate: float,
    strips: Tensor,
    widths: Tensor,
    texts: Sequence[str],
) -> float:
    """Take a step, and return the mean loss a character."""
    network.train()
    network.zero_grad()
    logs = network(strips).log_softmax(2).transpose(0, 1)
    targets = [targets_of(text) for text in texts]
    lengths = torch.tensor([len(target) for target in targets])
    flat = torch.tensor([place for target in targets for place in target])
    loss = functional.ctc_loss(logs, flat, widths, lengths, zero_infinity=True)
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimizer.step(rate)
    return float(loss.detach())


def _rounds(
    recipe: StripRecipe, digits: Split, start: int
) -> Iterator[tuple[int, list[tuple[Tensor, Tensor, list[str]]]]]:
    """Give the batches of each round, the same after a stop as without."""
    first = start * recipe.new_chunks
    chunks = drawn_chunks(digits, recipe.seed, first)
    pool: deque[list[LabelledStrip]] = deque(maxlen=recipe.pool)
    for _ in range(recipe.pool):
        pool.append(next(chunks))
    for number in range(start, recipe.rounds):
        random = np.random.default_rng(np.random.SeedSequence([recipe.seed, 0x726F, number]))
        places = random.integers(0, recipe.pool * CHUNK, _BATCHES * recipe.batch_size)
        chosen = [pool[place // CHUNK][place % CHUNK] for place in places]
        chosen.sort(key=lambda item: item.strip.shape[1])
        batches = []
        for part in random.permutation(_BATCHES):
            some = chosen[part * recipe.batch_size : (part + 1) * recipe.batch_size]
            factor = float(np.exp(random.uniform(-1, 1) * np.log(recipe.stretch)))
            strips, widths = batch_strips([item.strip for item in some], factor)
            batches.append((strips, widths, [item.text for item in some]))
        yield number, batches
        for _ in range(recipe.new_chunks):
            pool.append(next(chunks))


def batch_strips(
    strips: Sequence[NDArray[np.uint8]], stretch: float = 1.0
) -> tuple[Tensor, Tensor]:
    """Return strips side by side as (N, 1, 32, W) float32, and each one's places of the output.

    Args:
        strips: Each of shape (32, w), uint8.
        stretch: Factor of their widths.
    """
    widest = max(strip.shape[1] for strip in strips)
    padded = np.zeros((len(strips), 1, strips[0].shape[0], widest), np.float32)
    for row, strip in zip(padded, strips, strict=True):
        row[0, :, : strip.shape[1]] = strip
    batch = torch.from_numpy(padded / 255).contiguous(memory_format=torch.channels_last)
    width = math.ceil(widest * stretch / STRIP_STEP) * STRIP_STEP
    if width != widest:
        batch = functional.interpolate(
            batch, (batch.shape[2], width), mode="bilinear", align_corners=False
        )
    own = [math.ceil(strip.shape[1] * width / widest / STRIP_STEP) for strip in strips]
    return batch, torch.tensor(own).clamp(max=width // STRIP_STEP)


def _keep(
    folder: Path,
    recipe: StripRecipe,
    network: StripNetwork,
    optimizer: StepOptimizer,
    history: list[dict[str, float]],
) -> None:
    weights = {name: value.contiguous() for name, value in network.state_dict().items()}
    state = {name: value.contiguous() for name, value in optimizer.state().items()}
    save_checkpoint(folder, Checkpoint(weights, state, history, asdict(recipe)))


def _resumed(
    folder: Path, recipe: StripRecipe, network: StripNetwork, optimizer: StepOptimizer
) -> list[dict[str, float]]:
    """Take over the checkpoint in a folder, if there is one, and return what it has done."""
    kept = load_checkpoint(folder)
    if kept is None:
        return []
    if dict(kept.recipe) != asdict(recipe):
        raise RunError(
            f"{folder}: must hold a checkpoint of the same recipe, but that differs; "
            "name another folder"
        )
    network.load_state_dict(dict(kept.weights))
    for name, value in optimizer.state().items():
        value.copy_(kept.state[name])
    return kept.history
