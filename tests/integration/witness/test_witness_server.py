"""Witnesses as processes of their own on loopback, asked by a log over HTTP, killed and started again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from countenance.app.log_cases import WitnessRounds
from countenance.app.witness import WitnessHouse
from countenance.errors import AlreadyExistsError, ConfigurationError, InvalidInputError
from countenance.ledger import Entry, EventType
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.cosignature import CosignatureKind, Cosigner
from countenance.ledger.merkle import leaf_hash, root_of
from countenance.ledger.note import Signer
from countenance.ledger.trust_policy import TrustPolicy
from countenance.ledger.verification import Trust, verify_export
from countenance.ledger.witnessing import REQUEST_LIMIT, AddCheckpoint, Outcome, Reply
from countenance.recognition.log.public import PublishLog
from countenance.recognition.log.records import ReadLedger
from countenance.recognition.log.witness_rounds import AskWitnesses
from countenance.recognition.standing import Standing
from countenance.server import finish, prepare
from countenance.storage import Database, unit_of_work_factory
from countenance.storage.witness_client import HttpWitnesses
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from storing import KEYRING, SIGNER
from world import World

COMMAND = [sys.executable, "-m", "countenance.entrypoints.cli", "witness"]
SECONDS = 60


def now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Running:
    """A witness, its folder and its process."""

    house: WitnessHouse
    port: int = 0
    process: subprocess.Popen[str] | None = None
    address: str = ""

    def start(self) -> None:
        folder = str(self.house.record.folder)
        self.process = subprocess.Popen(  # noqa: S603  our own command
            [*COMMAND, "serve", folder, "--port", str(self.port), "--json", "--until-stdin-ends"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        self.address = json.loads(self.process.stdout.readline())["address"]
        self.port = int(self.address.rsplit(":", 1)[1])

    def end(self, number: int = signal.SIGKILL) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        status = self.process.wait(SECONDS)
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        return status

    def post(self, body: bytes, path: str = "/add-checkpoint") -> httpx.Response:
        return httpx.post(f"{self.address}{path}", content=body, timeout=SECONDS, trust_env=False)


@dataclass
class Council:
    """Two witnesses that watch the log of the contract tests; both must cosign."""

    witnesses: list[Running] = field(default_factory=list)

    @property
    def policy(self) -> TrustPolicy:
        lines = [f"log {SIGNER.vkey}"]
        for n, one in enumerate(self.witnesses):
            for m, vkey in enumerate(one.house.vkeys()):
                url = one.address if not m else ""
                lines.append(f"witness w{n}{m} {vkey} {url}")
        return TrustPolicy.parse("\n".join([*lines, "group both all w00 w10", "quorum both", ""]).encode())


@pytest.fixture
def council(tmp_path: Path) -> Iterator[Council]:
    made = Council()
    for n in range(2):
        house = WitnessHouse.create(tmp_path / f"w{n}", f"council{n}.example/w", (CosignatureKind.ED25519,))
        house.watch(str(SIGNER.vkey))
        made.witnesses.append(Running(house))
    threads = [threading.Thread(target=one.start) for one in made.witnesses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    yield made
    for one in made.witnesses:
        if one.process is not None and one.process.poll() is None:
            one.end()


def note(count: int, *, fork: bool = False) -> tuple[str, list[bytes]]:
    hashes = [leaf_hash(b"%d%d" % (n, fork and not n)) for n in range(count)]
    return SIGNER.sign(Checkpoint(SIGNER.vkey.name, count, root_of(hashes)).text), hashes


def test_a_log_is_cosigned_by_two_witnesses_that_are_killed_on_the_way(
    council: Council, sqlite: Database
) -> None:
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)
    client = HttpWitnesses()
    ask = AskWitnesses(council.policy, client, unit, now)

    def grow(count: int) -> None:
        with unit() as work:
            for _ in range(count):
                work.ledger.append(Entry(EventType.KEY_ISSUED, now(), {"n": work.ledger.size()}))
            work.commit()

    def size() -> int:
        with unit() as work:
            return work.ledger.size()

    grow(3)
    rounds = WitnessRounds(ask, size, every=0.02)
    rounds.start()
    for _ in range(600):
        with unit() as work:
            latest = work.cosigned.latest()
        if latest is not None:
            break
        threading.Event().wait(0.05)
    rounds.stop()
    public = PublishLog(unit, now)
    assert public.head().checkpoint.size == 3

    first, second = council.witnesses
    grow(300)
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    done = ask()
    assert not done.published
    assert [one.trouble is None for one in done.asked] == [False, True]
    assert public.head().checkpoint.size == 3
    first.start()
    assert first.house.logs()[0][1].checkpoint.size == 3
    assert ask().published
    assert public.head().checkpoint.size == 303

    assert second.end(signal.SIGTERM) == 0
    client.close()


def test_an_export_is_of_a_head_that_witnesses_cosign_or_says_that_they_were_not_enough(
    council: Council, sqlite: Database, tmp_path: Path
) -> None:
    unit = unit_of_work_factory(sqlite, KEYRING, SIGNER)
    client, folder, trust = HttpWitnesses(), tmp_path / "log", Trust(policy=council.policy)
    ask = AskWitnesses(council.policy, client, unit, now)
    read = ReadLedger(Standing(now), unit, lambda: ask)

    def grow(count: int) -> None:
        with unit() as work:
            for _ in range(count):
                work.ledger.append(Entry(EventType.KEY_ISSUED, now(), {"n": work.ledger.size()}))
            work.commit()

    grow(3)
    copy = read.export(LOCAL_ADMINISTRATOR, folder)
    assert (copy.head.size, copy.quorum_met, copy.troubles) == (3, True, ())
    assert sorted(copy.cosigned_by) == ["w00", "w10"]
    result = verify_export(folder, trust)
    assert (result.faults, result.notices) == ((), ())
    assert {name for name, _ in result.witnesses} == {"w00", "w10"}

    assert council.witnesses[1].end() == -signal.SIGKILL
    grow(300)
    copy = read.export(LOCAL_ADMINISTRATOR, folder)
    assert (copy.head.size, copy.quorum_met, copy.cosigned_by) == (303, False, ())
    assert [who for who, _ in copy.troubles] == ["w10"]
    assert [fault.code for fault in verify_export(folder, trust).faults] == ["quorum_not_met"]

    addressless = "".join(f"witness w{n} {one.house.vkeys()[0]}\n" for n, one in enumerate(council.witnesses))
    silent = TrustPolicy.parse(f"log {SIGNER.vkey}\n{addressless}quorum w0\n".encode())
    alone = ReadLedger(Standing(now), unit, lambda: AskWitnesses(silent, client, unit, now))
    assert [who for who, _ in alone.export(LOCAL_ADMINISTRATOR, folder).troubles] == ["w0", "w1"]

    council.witnesses[1].start()
    copy = read.export(LOCAL_ADMINISTRATOR, folder)
    assert (copy.head.size, copy.quorum_met) == (303, True)
    assert verify_export(folder, trust).faults == ()
    unasked = ReadLedger(Standing(now), unit).export(LOCAL_ADMINISTRATOR, tmp_path / "another")
    assert (unasked.head.size, unasked.quorum_met, unasked.cosigned_by) == (303, None, ())
    assert verify_export(tmp_path / "another", trust).faults == ()
    client.close()


def test_the_wire_is_that_of_the_specification(council: Council) -> None:
    witness = council.witnesses[0]
    head, hashes = note(3)
    good = witness.post(AddCheckpoint(0, (), head).body)
    assert (good.status_code, good.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert good.text.startswith("— council0.example/w ")
    assert good.text.endswith("\n")
    behind = witness.post(AddCheckpoint(0, (), head).body)
    assert (behind.status_code, behind.headers["content-type"], behind.text) == (
        409,
        "text/x.tlog.size",
        "3\n",
    )
    forked, _ = note(3, fork=True)
    same = witness.post(AddCheckpoint(3, (), forked).body)
    assert (same.status_code, same.text) == (409, "3\n")
    longer, _ = note(4, fork=True)
    assert witness.post(AddCheckpoint(3, (hashes[2], *hashes[:2]), longer).body).status_code == 422
    assert witness.house.record.evidence(SIGNER.vkey.name) == 2
    stranger = Signer(SIGNER.vkey.name, bytes(32)).sign(head.partition("\n\n")[0] + "\n")
    assert witness.post(AddCheckpoint(3, (), stranger).body).status_code == 403
    unknown = Signer("log.example/unknown", bytes(32)).sign("log.example/unknown\n0\n" + "A" * 43 + "=\n")
    assert witness.post(AddCheckpoint(0, (), unknown).body).status_code == 404
    assert witness.post(AddCheckpoint(4, (), head).body).status_code == 400
    assert witness.post(b"nonsense").status_code == 400
    assert witness.post(bytes(REQUEST_LIMIT + 1)).status_code == 413
    assert witness.post(b"", "/elsewhere").status_code == 404
    assert httpx.get(f"{witness.address}/add-checkpoint", trust_env=False).status_code == 405
    front = httpx.get(witness.address, trust_env=False)
    assert witness.house.vkeys()[0] in front.text
    assert f"{SIGNER.vkey.name} 3\n" in front.text

    second = Signer("log.example/second", bytes(32))
    witness.house.watch(str(second.vkey))
    started = second.sign(Checkpoint("log.example/second", 1, hashes[0]).text)
    assert witness.post(AddCheckpoint(0, (), started).body).status_code == 200

    (held,) = [
        path for path in (witness.house.record.folder / "held").iterdir() if b"contract" in path.read_bytes()
    ]
    held.write_bytes(b"torn")
    broken = witness.post(AddCheckpoint(3, (), head).body)
    assert broken.status_code == 500
    assert "—" not in broken.text


def test_one_folder_serves_once_and_is_made_once(council: Council, tmp_path: Path) -> None:
    witness = council.witnesses[0]
    command = [*COMMAND, "serve", str(witness.house.record.folder), "--port", "0"]
    second = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603  our own command
    assert second.returncode != 0
    assert "another witness serves" in second.stderr
    with pytest.raises(AlreadyExistsError):
        WitnessHouse.create(witness.house.record.folder, "x", (CosignatureKind.ED25519,))
    with pytest.raises(AlreadyExistsError):
        witness.house.watch(str(SIGNER.vkey))
    with pytest.raises(InvalidInputError):
        witness.house.watch(witness.house.vkeys()[0])
    for wrong in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(ConfigurationError):
            WitnessHouse(wrong).witness()
        with pytest.raises(ConfigurationError):
            WitnessHouse(wrong).logs()
    (witness.house.record.folder / "witness.key").chmod(0o644)
    with pytest.raises(ConfigurationError):
        witness.house.witness()


def test_what_is_no_witness_s_answer_is_unavailable() -> None:
    client = HttpWitnesses()
    request = AddCheckpoint(0, (), note(1)[0])
    for address in ("http://127.0.0.1:1/", "nonsense", ""):
        assert client.add_checkpoint(address, request).outcome is Outcome.UNAVAILABLE
    client.close()


def test_a_server_asks_its_witnesses_from_its_start_to_its_end() -> None:
    world = World()
    asked: list[str] = []
    witness = Cosigner("council.example/w", CosignatureKind.ED25519, bytes(32))

    class Street:
        def add_checkpoint(self, url: str, request: AddCheckpoint) -> Reply:
            asked.append(url)
            text = request.note.partition("\n\n")[0] + "\n"
            return Reply(Outcome.COSIGNED, witness.cosign(text, now()))

    lines = (f"log {world.store.signer.vkey}", f"witness w {witness.key} http://council.example/", "quorum w")
    world.witness_policy = TrustPolicy.parse("\n".join(lines).encode())
    world.witnesses = Street()
    world.leases_file = None
    world.max_image_bytes, world.queue = 1_000_000, 4
    prepare(world.acts)
    for _ in range(600):
        if world.store.state.cosigned:
            break
        threading.Event().wait(0.05)
    finish(world.acts)
    assert asked == ["http://council.example/"]
    assert "council.example/w" in world.acts.public.log.head().note
    assert not [thread for thread in threading.enumerate() if thread.name == "witnesses"]
