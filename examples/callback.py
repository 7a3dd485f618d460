"""A callback that watches the weights: their norm after each epoch of a small network."""

from dataclasses import replace

import tenfold
from tenfold.train.fit import Callback, Trainer, as_images, as_labels, fit
from tenfold.train.recipes import find_recipe
from tenfold.values import Split


class WeightNorm(Callback):
    def on_epoch_end(self, trainer, metrics):
        norm = sum(float(weight.norm()) ** 2 for weight in trainer.weights().values()) ** 0.5
        print(f"epoch {trainer.epoch}: accuracy {metrics['accuracy']:.2%}, weight norm {norm:.2f}")


train = tenfold.load_mnist().train
first = Split(train.images[:6000], train.labels[:6000])
recipe = replace(find_recipe("dense-128"), epochs=3)
fit(Trainer(recipe, as_images(first), as_labels(first)), callbacks=[WeightNorm()])
