"""A disk that is full: nothing acknowledged is lost, what cannot be stored is told, and reads go on."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from processes import Server, article, temporary_place, until

pytestmark = pytest.mark.long


@contextmanager
def small_disk(place: Path, mib: int) -> Iterator[Path]:
    """A file system of its own for a server's data."""
    data = place / "data"
    data.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=755", "tmpfs", data], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount")
    try:
        yield data
    finally:
        subprocess.run(["umount", "--lazy", data], check=True)


def fill(data: Path) -> Path:
    """A file that leaves no room for anything."""
    filler = data / "filler"
    with filler.open("wb", buffering=0) as file:
        free = os.statvfs(data)
        os.posix_fallocate(file.fileno(), 0, free.f_bavail * free.f_frsize)
    return filler


def test_a_full_disk_refuses_pushes_for_as_long_as_it_is_full() -> None:
    with temporary_place() as place, small_disk(place, 300) as data, Server(place) as server:
        key = server.ready().write_key()
        acknowledged = [server.push(key, "before")]
        filler = fill(data)
        text = " ".join(f"ferry{number}" for number in range(20_000))
        refused: list[dict[str, object]] = []
        for number in range(200):
            status, answer = server.ask("POST", "/v1/articles", article(f"full-{number}", text), key)
            if status == 201:
                acknowledged.append(answer["id"])
                continue
            assert status == 503, answer
            refused.append(answer)
            if len(refused) == 5:
                break
        assert [answer["code"] for answer in refused] == ["unavailable"] * 5
        assert "/" not in str(refused[-1]["detail"])
        assert server.get("/v1/articles")[0] == 200
        filler.unlink()
        until(lambda: server.ask("POST", "/v1/articles", article("after"), key)[0] == 201)
        for stored in acknowledged:
            assert server.get(f"/v1/articles/{stored}")[0] == 200


def test_a_full_disk_for_temporary_files_refuses_only_batches_that_do_not_fit_into_memory() -> None:
    with (
        temporary_place() as place,
        small_disk(place, 8) as temporary,
        temporary_place() as elsewhere,
        Server(elsewhere, tmpdir=temporary, metrics="true") as server,
    ):
        key = server.ready().write_key()

        def push(batch: list[dict[str, object]], *, atomic: bool) -> tuple[int, Any]:
            return server.ask("POST", f"/v1/articles/batch?atomic={str(atomic).lower()}", batch, key)

        large = [article(f"large-{number}", "ferry " * 10_000) for number in range(40)]
        assert push(large, atomic=True)[0] == 200
        stored = server.articles()
        filler = fill(temporary)
        paths = ["/v1/articles", "/v1/tags", "/v1/people", "/v1/outlets", "/v1/none", "/metrics", "/readyz"]
        assert {server.get(path)[0] for path in paths} == {200, 404}
        assert [push([article("small")], atomic=atomic)[0] for atomic in (True, False)] == [200, 200]
        changed = [entry | {"headline": "Quaychange"} for entry in large]
        status, refused = push(changed, atomic=True)
        assert (status, refused["code"]) == (503, "unavailable")
        assert "no disk space" in refused["detail"]
        assert "No space left" in server.errors
        assert server.get("/v1/articles?q=Quaychange")[1]["data"] == []
        filler.unlink()
        assert push(changed, atomic=True)[0] == 200
        assert server.articles() == stored + 1


def test_a_server_on_a_full_disk_says_so_and_ends() -> None:
    with temporary_place() as place, small_disk(place, 8), Server(place) as server:
        assert server.ended() == 1
        assert "No space left" in server.errors
        assert "Traceback" not in server.errors
