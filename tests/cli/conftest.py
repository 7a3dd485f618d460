"""The command line with a small MNIST in the place of the real one, and no network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

import tiny
from tenfold.data import MNIST, sources
from tenfold.errors import DataError
from tenfold.train import environment
from tenfold.train.recipe import Validation
from tenfold.train.training import TrainingPlan, train_run


@pytest.fixture(autouse=True)
def _small_mnist(
    mnist: MNIST, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(patience: float) -> dict[str, bytes]:
        raise DataError("no network in tests")

    monkeypatch.setattr("tenfold.data.load_mnist", lambda *_, **__: mnist)
    monkeypatch.setattr(sources, "SOURCES", (sources.Source("the test's source", refuse),))
    monkeypatch.setenv("TENFOLD_CACHE", str(tmp_path_factory.getbasetemp() / "no-cache"))
    monkeypatch.delenv("TENFOLD_DATA", raising=False)
    monkeypatch.setattr(environment, "_git", lambda *_: None)


@pytest.fixture(scope="session")
def finished(mnist: MNIST, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run that reads the drawn digits well; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("finished") / "run"
    recipe = replace(
        tiny.BASE,
        network=(tiny.Flatten(), tiny.Dense(units=48, activation="relu"), tiny.OUTPUTS),
        optimizer=tiny.Adam(learning_rate=0.005),
        validation=Validation(method="test_set"),
        epochs=15,
        batch_size=16,
    )
    run = train_run(TrainingPlan(recipe, folder), mnist)
    assert run.history()[-1]["validation_accuracy"] >= 0.9
    return folder


@pytest.fixture
def pictures(mnist: MNIST, tmp_path: Path) -> Path:
    """A folder with the first three test digits as PNG files named by their place and label."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for place in range(3):
        name = f"{place}-{mnist.test.labels[place]}.png"
        Image.fromarray(mnist.test.images[place]).save(folder / name)
    return folder


@pytest.fixture
def refusals(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """Check that a command printed one line of error alone, and return that line."""

    def line() -> str:
        out, err = capsys.readouterr()
        assert out == ""
        assert err.endswith("\n")
        assert len(err.splitlines()) == 1, err
        assert err.startswith("error: ")
        assert "Traceback" not in err
        return err.removeprefix("error: ").rstrip("\n")

    return line
