"""The mirrors against a server on this machine: no test here reaches beyond it."""

from __future__ import annotations

import gzip
import io
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from tenfold.data import mirrors
from tenfold.data.idx import parse_idx
from tenfold.data.mirrors import MIRRORS, Mirror, NoAnswerError
from tenfold.errors import DataError


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@contextmanager
def _serving(files: dict[str, bytes], claimed_length: int | None = None) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._head()

        def do_GET(self) -> None:
            if self._head():
                self.wfile.write(files[self.path[1:]])

        def _head(self) -> bool:
            content = files.get(self.path[1:])
            self.send_response(404 if content is None else 200)
            if content is not None:
                self.send_header("Content-Length", str(claimed_length or len(content)))
            self.end_headers()
            return content is not None

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


def _mirror(base: str, names: object) -> Mirror:
    return Mirror("test", {name: f"{base}{name}.gz" for name in names})


@pytest.mark.parametrize("unpacks", [False, True], ids=["gzip", "server-that-decompresses"])
def test_files_are_fetched_and_unpacked(tiny: dict[str, bytes], unpacks: bool) -> None:
    served = {
        f"{name}.gz": content if unpacks else gzip.compress(content)
        for name, content in tiny.items()
    }
    with _serving(served) as base:
        assert _mirror(base, tiny).fetch(5.0) == tiny


def test_keras_s_file_is_turned_into_idx(tiny: dict[str, bytes]) -> None:
    content = io.BytesIO()
    np.savez(
        content,
        x_train=parse_idx(tiny["train-images-idx3-ubyte"], "x"),
        y_train=parse_idx(tiny["train-labels-idx1-ubyte"], "x"),
        x_test=parse_idx(tiny["t10k-images-idx3-ubyte"], "x"),
        y_test=parse_idx(tiny["t10k-labels-idx1-ubyte"], "x"),
    )
    with _serving({"mnist.npz": content.getvalue()}) as base:
        assert Mirror("test", {"mnist.npz": f"{base}mnist.npz"}).fetch(5.0) == tiny


def test_a_first_file_that_is_gone_is_said(tiny: dict[str, bytes]) -> None:
    with (
        _serving({}) as base,
        pytest.raises(DataError, match="does not have the file any more"),
    ):
        _mirror(base, tiny).fetch(5.0)


def test_a_later_file_that_is_gone_is_said(tiny: dict[str, bytes]) -> None:
    first = next(iter(tiny))
    with (
        _serving({f"{first}.gz": gzip.compress(tiny[first])}) as base,
        pytest.raises(DataError, match="answered 404"),
    ):
        _mirror(base, tiny).fetch(5.0)


def test_a_refused_connection_is_said(tiny: dict[str, bytes]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{free.getsockname()[1]}/"
    with pytest.raises(DataError, match=r"cannot be reached \(.*refused"):
        _mirror(base, tiny).fetch(5.0)


def test_certificates_that_are_not_there_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "nowhere.pem")
    with pytest.raises(DataError, match=r"cannot be reached \(.*nowhere.pem"):
        _mirror("https://127.0.0.1:1/", ["a"]).fetch(5.0)


def test_a_server_that_never_answers_is_left(tiny: dict[str, bytes]) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        with pytest.raises(NoAnswerError, match="did not answer in time"):
            _mirror(f"http://127.0.0.1:{deaf.getsockname()[1]}/", tiny).fetch(0.2)


def test_a_look_up_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """No timeout of a connection covers the look-up of a name, so it runs on its own thread."""
    release = threading.Event()
    with pytest.raises(NoAnswerError, match="did not answer in time"):
        mirrors._within(0.05, release.wait)
    release.set()


def test_a_transfer_that_breaks_off_is_said(tiny: dict[str, bytes]) -> None:
    name = next(iter(tiny))
    with (
        _serving({f"{name}.gz": gzip.compress(tiny[name])}, claimed_length=10**6) as base,
        pytest.raises(DataError, match="cannot be reached"),
    ):
        _mirror(base, [name]).fetch(5.0)


def test_an_endless_answer_is_cut(tiny: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mirrors, "_MAX_DOWNLOAD", 1000)
    name = next(iter(tiny))
    with (
        _serving({f"{name}.gz": bytes(2000)}) as base,
        pytest.raises(DataError, match="sends more than 1,000 bytes"),
    ):
        _mirror(base, [name]).fetch(5.0)


def test_a_page_in_place_of_the_file_is_refused(tiny: dict[str, bytes]) -> None:
    """Networks with a sign-in page answer every address with it."""
    name = next(iter(tiny))
    with (
        _serving({f"{name}.gz": b"<html>please sign in</html>"}) as base,
        pytest.raises(DataError, match=f"{name}: is not an IDX file"),
    ):
        _mirror(base, [name]).fetch(5.0)


def test_the_real_mirrors_use_https_and_have_all_files() -> None:
    for mirror in MIRRORS:
        assert all(url.startswith("https://") for url in mirror.urls.values())
        assert len(mirror.urls) in (1, 4)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("terminal", [True, False], ids=["terminal", "file"])
def test_a_bar_is_drawn_on_a_terminal_only(
    terminal: bool, tiny: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = _Terminal() if terminal else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with _serving({f"{name}.gz": gzip.compress(content) for name, content in tiny.items()}) as base:
        _mirror(base, tiny).fetch(5.0)
    assert ("train-images-idx3-ubyte.gz" in stream.getvalue()) is terminal
