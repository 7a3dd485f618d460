"""A variant of a published system by `replace`, trained into a run folder and used."""

import tempfile
from dataclasses import replace
from pathlib import Path

import tenfold
from tenfold.train.recipe import Adam
from tenfold.train.recipes import find_recipe
from tenfold.train.training import TrainingPlan, train_run

mnist = tenfold.load_mnist()
recipe = replace(find_recipe("dense-128-dropout"), epochs=1, optimizer=Adam(learning_rate=0.003))
with tempfile.TemporaryDirectory() as folder:
    run = train_run(TrainingPlan(recipe, Path(folder) / "run"), mnist)
    print(run.history()[-1])
    print(tenfold.classify(mnist.test.images[:3], model=run.folder))
