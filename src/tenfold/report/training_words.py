"""How a recipe trains, in words for a learner."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tenfold.report.words import count, percent, plural

__all__ = [
    "held_out",
    "layer_words",
    "loss_words",
    "optimizer_words",
    "schedule_words",
    "steps_an_epoch",
]

_TRAINING_IMAGES = 60_000

_LAYERS = {
    "flatten": "*Flatten* writes the grid out as one row of numbers. It learns nothing.",
    "dense": "A *dense* layer has a weight from each input to each unit, and a bias a unit: inputs "
    "× units + units parameters.",
    "convolution": "A *convolution* slides small windows of weights over the image. A filter has a "
    "weight for each pixel of its window in each channel, and one bias; it uses the same ones "
    "everywhere, so it needs few parameters. Without padding the window must fit, and the output "
    "is smaller at the edges.",
    "max_pool": "*Max pooling* keeps the largest value of each small square, so that the grid "
    "shrinks. It learns nothing.",
    "dropout": "*Dropout* sets some of its inputs to zero at random while training and scales the "
    "others up, so that no unit can rely on one other. When the trained network reads, it does "
    "nothing.",
}
_OUTPUTS = {
    "softmax": "The last layer ends in a *softmax*: ten positive numbers that sum to one, read as "
    "probabilities of the ten digits.",
    "sigmoid": "The last layer ends in ten *sigmoids*: each output lies between 0 and 1 by itself, "
    "so the ten do not sum to one and are not probabilities of ten exclusive digits.",
}


def layer_words(recipe: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each kind of layer there is, in order, and one for the outputs."""
    network = recipe["network"]
    kinds = list(dict.fromkeys(str(layer["kind"]) for layer in network))
    words = [_LAYERS[kind] for kind in kinds if kind in _LAYERS]
    hidden = {layer.get("activation") for layer in network[:-1]}
    if "relu" in hidden:
        words.append("*ReLU* keeps what is positive and turns the rest into zero.")
    last = network[-1].get("activation") if network else None
    if last in _OUTPUTS:
        words.append(_OUTPUTS[last])
    return words


def held_out(recipe: Mapping[str, Any]) -> tuple[int, str]:
    """Return how many of MNIST's images are trained on, and a sentence about the held-out ones."""
    validation = recipe["validation"]
    method, fraction = validation["method"], float(validation.get("fraction", 0.0))
    if method == "last_fraction":
        trained = int(_TRAINING_IMAGES * (1 - fraction))
        return trained, (
            f"The last {percent(fraction, 0)} of the training images, "
            f"{count(_TRAINING_IMAGES - trained)}, are held out to watch the training; "
            f"{count(trained)} are trained on."
        )
    if method == "random_fraction":
        watched = math.ceil(_TRAINING_IMAGES * fraction)
        return _TRAINING_IMAGES - watched, (
            f"{percent(fraction, 0)} of the training images, {count(watched)}, are chosen at "
            f"random (state {validation.get('random_state', 0)}) and held out to watch the "
            f"training; {count(_TRAINING_IMAGES - watched)} are trained on."
        )
    if method == "test_set":
        return _TRAINING_IMAGES, (
            "All 60,000 training images are trained on, and the *test* images are used to watch "
            "the training. A figure chosen by watching the test images is no longer blind."
        )
    return _TRAINING_IMAGES, "All 60,000 training images are trained on; none is held out."


def steps_an_epoch(recipe: Mapping[str, Any]) -> int:
    """Return the weight updates in an epoch; the last, smaller batch counts."""
    return math.ceil(held_out(recipe)[0] / int(recipe["batch_size"]))


def optimizer_words(recipe: Mapping[str, Any]) -> str:
    """Return how the weights change after each batch."""
    optimizer = recipe["optimizer"]
    kind = str(optimizer["kind"])
    rate = optimizer.get("learning_rate")
    rated = f" Its learning rate is {rate:g}." if isinstance(rate, (int, float)) else ""
    if kind.lower() == "adam":
        return (
            "*Adam* moves each weight by a running mean of its gradients, divided by the root of a "
            "running mean of their squares, so that each weight has a step size of its own." + rated
        )
    if kind.lower() == "rmsprop":
        return (
            "*RMSprop* divides each weight's gradient by the root of a running mean of its "
            "squares, so that each weight has a step size of its own." + rated
        )
    return f"The optimizer is `{kind}`.{rated}"


def loss_words(recipe: Mapping[str, Any]) -> str:
    """Return what is made small."""
    form = {
        "categorical_crossentropy": "*Categorical* cross-entropy takes the labels one-hot.",
        "sparse_categorical_crossentropy": "*Sparse* categorical cross-entropy takes the labels as "
        "the digits 0 to 9; the value is the same as with one-hot labels.",
    }.get(str(recipe["loss"]), f"It is called `{recipe['loss']}` in the recipe.")
    return (
        "The *loss* is what training makes small: the negative logarithm of the probability that "
        "the network gives to the true digit, as a mean over the images. It is 0 when the network "
        f"is certain and right, and 2.30 when it gives all ten digits the same tenth. {form}"
    )


def schedule_words(recipe: Mapping[str, Any]) -> str:
    """Return the batches, steps and epochs."""
    steps, batch = steps_an_epoch(recipe), recipe["batch_size"]
    words = (
        f"The images are shuffled and taken {batch} at a time. After each such *batch* the weights "
        f"are changed once: {count(steps)} steps an epoch. An *epoch* is one pass over all images "
        f"that are trained on, and there are at most {plural(recipe['epochs'], 'epoch')}."
    )
    if recipe.get("patience"):
        words += (
            f" Training stops sooner when the validation loss has not become better for "
            f"{plural(recipe['patience'], 'epoch')}."
        )
    return words if recipe.get("patience") else words.replace("there are at most", "there are")
