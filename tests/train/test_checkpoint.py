"""Checkpoints come back as they were written, or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from tenfold.errors import OutputError, RunError
from tenfold.files import json_digest
from tenfold.train import checkpoint as checkpoint_module
from tenfold.train.checkpoint import Checkpoint, check_tensors, load_checkpoint, save_checkpoint

FILES = ("model.safetensors", "state.json", "state.safetensors")


def made(epochs: int = 2) -> Checkpoint:
    generator = torch.Generator().manual_seed(epochs)
    return Checkpoint(
        weights={"a": torch.rand(3, 4, generator=generator), "b": torch.rand(2)},
        state={"step": torch.tensor(epochs), "generator": generator.get_state()},
        history=[{"epoch": epoch + 1, "loss": 0.1 + epoch / 3} for epoch in range(epochs)],
    )


def equal(ours: Checkpoint | None, theirs: Checkpoint) -> bool:
    return (
        ours is not None
        and ours.history == theirs.history
        and all(
            mine.keys() == other.keys()
            and all(
                torch.equal(mine[name], other[name]) and mine[name].dtype == other[name].dtype
                for name in other
            )
            for mine, other in ((ours.weights, theirs.weights), (ours.state, theirs.state))
        )
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "checkpoint" / "last"


def test_round_trip(folder: Path) -> None:
    for epochs in (1, 2, 0):
        checkpoint = made(epochs)
        save_checkpoint(folder, checkpoint)
        assert equal(load_checkpoint(folder), checkpoint)
        assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
        assert [path.name for path in folder.parent.iterdir()] == ["last"]


def test_none_is_none(folder: Path) -> None:
    assert load_checkpoint(folder) is None


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "damage", ["missing", "empty", "truncated", "changed", "longer", "text", "folder"]
)
def test_a_damaged_file_is_named(name: str, damage: str, folder: Path) -> None:
    save_checkpoint(folder, made())
    path = folder / name
    content = path.read_bytes()
    if damage in ("missing", "folder"):
        path.unlink()
        if damage == "folder":
            path.mkdir()
    else:
        path.write_bytes(
            {
                "empty": b"",
                "truncated": content[:-1] if name != "state.json" else content[: len(content) // 2],
                "changed": content[:-15] + bytes([content[-15] ^ 0x80]) + content[-14:],
                "longer": content + b"}",
                "text": b"not a tensor",
            }[damage]
        )
    with pytest.raises(RunError, match=rf"{name}: .*the checkpoint is damaged and nothing was ch"):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"format": 1}, "must be of format 2, but is of 1", id="format"),
        pytest.param({"epoch": 1}, "is not as it was written", id="epoch"),
        pytest.param({"sha256": {}}, "is not as it was written", id="no-sums"),
        pytest.param({"history": None}, "is not as it was written", id="history"),
        pytest.param({"history": [{"accuracy": 1.0}]}, "is not as it was written", id="better"),
        pytest.param({"digest": None}, "is not as it was written", id="no-digest"),
    ],
)
def test_a_wrong_index_is_named(changes: dict[str, object], message: str, folder: Path) -> None:
    save_checkpoint(folder, made())
    index = json.loads((folder / "state.json").read_text()) | changes
    (folder / "state.json").write_text(json.dumps(index))
    with pytest.raises(RunError, match=rf"state\.json: {message}"):
        load_checkpoint(folder)


def test_a_checkpoint_between_two_renames_is_found(folder: Path) -> None:
    checkpoint = made(1)
    save_checkpoint(folder, checkpoint)
    folder.rename(folder.with_name(".last.tenfold-old"))
    assert equal(load_checkpoint(folder), checkpoint)
    names = [path.name for path in folder.parent.iterdir()]
    assert names == [".last.tenfold-old"]  # reading moves nothing


@pytest.mark.parametrize(
    "changes",
    [
        {"history": 3},
        {"history": [3]},
        {"history": [{"epoch": 2}]},
        {"sha256": []},
        {"sha256": {}},
        {"recipe": 1},
    ],
)
def test_an_index_that_is_sealed_but_none_is_named(
    changes: dict[str, object], folder: Path
) -> None:
    save_checkpoint(folder, made())
    index = json.loads((folder / "state.json").read_text()) | changes
    del index["digest"]
    (folder / "state.json").write_text(json.dumps({**index, "digest": json_digest(index)}))
    with pytest.raises(RunError, match=r"state\.json: .*is not as it was written"):
        load_checkpoint(folder)


@pytest.mark.parametrize("name", ["_save_tensors", "write_json"])
def test_a_failure_while_saving_keeps_the_old_one(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = made(1)
    save_checkpoint(folder, old)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint_module, name, fail)
        with pytest.raises(OutputError, match=r"last: cannot be written \(No space left on dev"):
            save_checkpoint(folder, made(2))
    assert equal(load_checkpoint(folder), old)
    assert [path.name for path in folder.parent.iterdir()] == ["last"]


@pytest.mark.parametrize(
    ("found", "message"),
    [
        pytest.param({}, r"state.json: must come with 'a' \(3, 4\) of float32", id="missing"),
        pytest.param({"a": torch.zeros(4, 3)}, r"'a' \(3, 4\) of float32", id="shape"),
        pytest.param({"a": torch.zeros(3, 4).double()}, r"'a' \(3, 4\) of float32", id="dtype"),
    ],
)
def test_tensors_of_another_form_are_refused(
    found: dict[str, torch.Tensor], message: str, tmp_path: Path
) -> None:
    check_tensors(tmp_path, {"a": torch.ones(3, 4), "b": torch.ones(1)}, {"a": torch.zeros(3, 4)})
    with pytest.raises(RunError, match=message):
        check_tensors(tmp_path, found, {"a": torch.zeros(3, 4)})
