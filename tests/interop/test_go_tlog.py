"""Our exports and proofs before Go's verifier of its checksum database, which others wrote and millions run.

Needs Go and Debian's `golang-golang-x-mod-dev` (`sumdb/note` and `sumdb/tlog`), and is left out without them.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract import examples
from countenance.ledger.export import export
from countenance.ledger.merkle import leaf_hash, root_of
from countenance.storage import Database, unit_of_work_factory
from storing import KEYRING, SIGNER, migrated_sqlite, sqlite

__all__ = ["migrated_sqlite", "sqlite"]

SOURCE = Path(__file__).parent / "go_tlog"
GO_PATH = Path("/usr/share/gocode")
SIZE = 1_100
TALL = 65_536 + 300
"""A log with three levels of tiles, the upper two of them partial."""

Verify = Callable[[dict[str, Any]], "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def verify(tmp_path_factory: pytest.TempPathFactory) -> Verify:
    go = shutil.which("go")
    if go is None or not (GO_PATH / "src" / "golang.org" / "x" / "mod" / "sumdb").is_dir():
        pytest.skip("Go or its package golang.org/x/mod is not installed")
    program = tmp_path_factory.mktemp("go") / "verify"
    settings = {"GO111MODULE": "off", "GOPATH": str(GO_PATH), "GOFLAGS": "", "GOCACHE": f"{program}.cache"}
    command = [go, "build", "-o", str(program), "."]
    subprocess.run(command, cwd=SOURCE, env={**os.environ, **settings}, check=True, timeout=300)  # noqa: S603  spelled out

    def run(request: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        told = json.dumps(request)
        return subprocess.run([program], input=told, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603  built above

    return run


def encoded(hashes: tuple[bytes, ...] | bytes) -> str | list[str]:
    if isinstance(hashes, bytes):
        return base64.b64encode(hashes).decode()
    return [base64.b64encode(item).decode() for item in hashes]


def exported(
    database: Database, folder: Path, size: int, olds: list[int], indexes: list[int]
) -> dict[str, Any]:
    """Fill a log, export it, and return what Go is asked to verify."""
    unit = unit_of_work_factory(database, KEYRING, SIGNER)
    with unit() as work:
        for number in range(size):
            work.ledger.record(examples.entry(number))
        work.commit()
    with unit() as work:
        export(work.ledger, folder)
        hashes = [leaf_hash(leaf) for leaf in work.ledger.leaves(0, max(olds, default=0))]
        return {
            "folder": str(folder),
            "key": str(SIGNER.vkey),
            "inclusion": [
                {"index": index, "proof": encoded(work.ledger.inclusion_proof(index, size))}
                for index in indexes
            ],
            "consistency": [
                {
                    "old": old,
                    "root": encoded(root_of(hashes[:old])),
                    "proof": encoded(work.ledger.consistency_proof(old, size)),
                }
                for old in olds
            ],
        }


def test_go_verifies_the_checkpoint_every_tile_every_entry_and_every_proof(
    sqlite: Database, tmp_path: Path, verify: Verify
) -> None:
    olds = [*range(1, 40), 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, SIZE - 1]
    request = exported(sqlite, tmp_path / "log", SIZE, olds, list(range(SIZE)))
    done = verify(request)
    assert (done.returncode, done.stdout) == (
        0,
        f"{SIZE} entries, {SIZE} inclusion proofs, {len(olds)} consistency proofs\n",
    ), done.stdout


def test_go_verifies_a_log_with_three_levels_of_tiles(
    sqlite: Database, tmp_path: Path, verify: Verify
) -> None:
    edges = [0, 1, 255, 256, 257, 32_767, 65_535, 65_536, 65_791, 65_792, TALL - 1]
    request = exported(sqlite, tmp_path / "log", TALL, [1, 256, 65_535, 65_536, 65_537, TALL - 1], edges)
    done = verify(request)
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith(f"{TALL} entries, {len(edges)} inclusion proofs")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("tile/0/000", "wrong: entry 0 "),  # Go 1.19's reader checks it against the root only in taller logs
        ("tile/1/000.p/1", "tiles: "),
        ("tile/entries/001.p/44", "wrong: entry 297 "),
        ("checkpoint", "signature: "),
    ],
)
def test_go_finds_a_bit_that_was_flipped(
    sqlite: Database, tmp_path: Path, verify: Verify, name: str, complaint: str
) -> None:
    request = exported(sqlite, tmp_path / "log", 300, [7], [0, 299])
    assert verify(request).returncode == 0
    place = tmp_path / "log" / name
    content = bytearray(place.read_bytes())
    if "entries" in name:  # entry 297 is the 42nd of its bundle, and the first to hold its own number
        content[content.index(b"297")] ^= 1
    else:
        content[21] ^= 1
    place.write_bytes(content)
    done = verify(request)
    assert done.returncode == 1
    assert done.stdout.startswith(complaint)


def test_go_finds_a_proof_of_something_else(sqlite: Database, tmp_path: Path, verify: Verify) -> None:
    request = exported(sqlite, tmp_path / "log", 300, [7], [0, 299])
    request["inclusion"][0]["index"] = 1
    assert verify(request).stdout.startswith("inclusion: ")
    request["inclusion"][0]["index"] = 0
    request["consistency"][0]["old"] = 8
    assert verify(request).stdout.startswith("consistency: ")
