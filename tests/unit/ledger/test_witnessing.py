"""A witness: what it cosigns, what it answers to everything else, and what it keeps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.errors import LedgerError, StorageError
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.cosignature import CosignatureKind, Cosigner, CosignerKey, cosigned_at
from countenance.ledger.merkle import EMPTY_ROOT
from countenance.ledger.note import Signer, VerifierKey, open_note, split_note
from countenance.ledger.trust_policy import LogKey
from countenance.ledger.witnessing import REQUEST_LIMIT, AddCheckpoint, Held, Outcome, Witness
from countenance.storage.witness_folder import WitnessFolder
from unit.ledger import independent

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
LOG = Signer("log.example/alice", bytes(range(32)))
STRANGER = Signer("log.example/alice", bytes(range(1, 33)))
LEAVES = [f"entry {number}".encode() for number in range(40)]
VECTORS = Path(__file__).parent / "vectors"
OTHER = [b"another", *LEAVES[1:]]


class Record:
    """A witness's record in memory."""

    def __init__(self, *keys: LogKey) -> None:
        self.known = keys
        self.held: dict[str, str] = {}
        self.evidence: list[bytes] = []
        self.lock = threading.Lock()

    def keys(self, origin: str) -> Sequence[LogKey]:
        return [key for key in self.known if key.name == origin]

    @contextmanager
    def turn(self, origin: str) -> Iterator[None]:  # noqa: ARG002  one lock for all
        with self.lock:
            yield

    def latest(self, origin: str) -> str | None:
        return self.held.get(origin)

    def replace(self, origin: str, note: str) -> None:
        self.held[origin] = note

    def keep_evidence(self, origin: str, request: bytes) -> None:  # noqa: ARG002  of any log
        self.evidence.append(request)


def witness(record: Record | WitnessFolder, clock: Callable[[], datetime] = lambda: NOON) -> Witness:
    return Witness((Cosigner("witness.example/w1", CosignatureKind.ED25519, bytes(32)),), record, clock)


def note(size: int, leaves: list[bytes] = LEAVES, signer: Signer = LOG) -> str:
    return signer.sign(Checkpoint(signer.vkey.name, size, independent.mth(leaves[:size])).text)


def request(old: int, new: int, leaves: list[bytes] = LEAVES) -> bytes:
    proof = independent.subproof(old, leaves[:new], True) if 0 < old < new else []  # noqa: FBT003  as the RFC writes it
    return AddCheckpoint(old, tuple(proof), note(new, leaves)).body


def test_the_example_request_of_the_format_is_read_and_written() -> None:
    text = (VECTORS / "add-checkpoint-example.txt").read_text(encoding="utf-8")
    read = AddCheckpoint.parse(text.encode())
    assert (read.old, len(read.proof)) == (20852014, 4)
    assert Checkpoint.parse(split_note(read.note)[0]).size == 20852163
    assert read.body == text.encode()


SIGSUM = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562"
SIGSUM_KEY = bytes.fromhex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f")


def test_requests_that_another_witness_is_tested_with_are_cosigned() -> None:
    """Checkpoints and proofs made by sigsum-go, from the tests of filippo.io/torchwood."""
    first, second, third = (
        (VECTORS / f"add-checkpoint-{name}.txt").read_text(encoding="utf-8")
        for name in ("first", "second", "third")
    )
    for later in (second, third):
        subject = witness(Record(VerifierKey(SIGSUM, SIGSUM_KEY)))
        assert subject.add_checkpoint(first.encode()).outcome is Outcome.COSIGNED
        assert subject.add_checkpoint(later.encode()).outcome is Outcome.COSIGNED
        assert subject.add_checkpoint(second.encode()).outcome is Outcome.CONFLICT
    flood = first.replace("\n\n", "\n" + "KgEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n" * 64 + "\n", 1)
    assert subject.add_checkpoint(flood.encode()).outcome is Outcome.MALFORMED


def test_a_log_that_grows_is_cosigned_from_size_to_size() -> None:
    record = Record(LOG.vkey)
    subject = witness(record)
    key = subject.cosigners[0].key
    for old, new in [(0, 0), (0, 1), (1, 1), (1, 7), (7, 8), (8, 40), (40, 40)]:
        reply = subject.add_checkpoint(request(old, new))
        assert reply.outcome is Outcome.COSIGNED
        assert open_note(note(new) + reply.text, [key])[1] == (key,)
        assert Held.of("log.example/alice", record.latest("log.example/alice")).checkpoint.size == new
    assert record.evidence == []


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_any_sequence_of_honest_growth_is_cosigned_and_every_step_back_is_not(sizes: list[int]) -> None:
    subject, held = witness(Record(LOG.vkey)), 0
    for size in sizes:
        reply = subject.add_checkpoint(request(min(held, size), size))
        if size >= held:
            assert reply.outcome is Outcome.COSIGNED
            held = size
        else:
            assert (reply.outcome, reply.text) == (Outcome.CONFLICT, f"{held}\n")


@pytest.mark.parametrize(
    ("old", "new", "leaves", "outcome", "evidence"),
    [
        (5, 12, OTHER, Outcome.INCONSISTENT, 1),  # a fork: its proof shows another past
        (5, 5, OTHER, Outcome.CONFLICT, 1),  # a fork at the same size
        (0, 12, LEAVES, Outcome.CONFLICT, 0),  # the witness has moved on
        (7, 12, LEAVES, Outcome.CONFLICT, 0),  # the log forgot a cosignature, or another's record
        (12, 5, LEAVES, Outcome.MALFORMED, 0),  # backwards
        (3, 3, LEAVES, Outcome.CONFLICT, 0),  # a roll back
    ],
)
def test_forks_and_steps_back_are_not_cosigned(
    old: int, new: int, leaves: list[bytes], outcome: Outcome, evidence: int
) -> None:
    record = Record(LOG.vkey)
    subject = witness(record)
    subject.add_checkpoint(request(0, 5))
    before = dict(record.held)
    reply = subject.add_checkpoint(request(old, new, leaves))
    assert reply.outcome is outcome
    if outcome is Outcome.CONFLICT:
        assert reply.text == "5\n"
    assert "—" not in reply.text
    assert (record.held, len(record.evidence)) == (before, evidence)


def test_a_proof_that_is_wrong_long_or_missing_is_not_cosigned() -> None:
    subject = witness(Record(LOG.vkey))
    subject.add_checkpoint(request(0, 5))
    right = AddCheckpoint.parse(request(5, 12))
    for proof in ((), right.proof[:-1], (*right.proof, bytes(32)), right.proof[::-1]):
        assert (
            subject.add_checkpoint(AddCheckpoint(5, proof, right.note).body).outcome is Outcome.INCONSISTENT
        )
    same = AddCheckpoint(5, (bytes(32),), note(5)).body
    assert subject.add_checkpoint(same).outcome is Outcome.INCONSISTENT
    assert subject.add_checkpoint(right.body).outcome is Outcome.COSIGNED


def test_an_empty_log_has_the_root_of_nothing() -> None:
    subject = witness(Record(LOG.vkey))
    assert independent.mth([]) == EMPTY_ROOT
    wrong = LOG.sign(Checkpoint("log.example/alice", 0, bytes(32)).text)
    assert subject.add_checkpoint(AddCheckpoint(0, (), wrong).body).outcome is Outcome.INCONSISTENT
    first = AddCheckpoint(0, (bytes(32),), note(1)).body
    assert subject.add_checkpoint(first).outcome is Outcome.INCONSISTENT


def test_unknown_logs_and_wrong_signatures_are_told_apart() -> None:
    subject = witness(Record(LOG.vkey))
    other = Signer("log.example/other", bytes(32))
    unknown = AddCheckpoint(0, (), note(3, LEAVES, other)).body
    assert subject.add_checkpoint(unknown).outcome is Outcome.UNKNOWN_LOG
    forged = AddCheckpoint(0, (), note(3, LEAVES, STRANGER)).body
    assert subject.add_checkpoint(forged).outcome is Outcome.UNSIGNED
    spoiled = AddCheckpoint(0, (), note(3).replace("\n3\n", "\n4\n")).body
    assert subject.add_checkpoint(spoiled).outcome is Outcome.UNSIGNED


def test_a_log_with_two_keys_may_sign_with_either() -> None:
    subject = witness(Record(LOG.vkey, STRANGER.vkey))
    assert (
        subject.add_checkpoint(AddCheckpoint(0, (), note(3, LEAVES, STRANGER)).body).outcome
        is Outcome.COSIGNED
    )
    assert subject.add_checkpoint(request(3, 9)).outcome is Outcome.COSIGNED


def test_signatures_of_strangers_are_not_kept_and_cannot_fill_the_record() -> None:
    record = Record(LOG.vkey)
    subject = witness(record)
    lines = "".join(STRANGER.line(f"{n}\n") for n in range(60))
    assert subject.add_checkpoint(AddCheckpoint(0, (), note(3) + lines).body).outcome is Outcome.COSIGNED
    held = record.latest("log.example/alice")
    assert held is not None
    assert len(split_note(held)[1]) == 2
    assert subject.add_checkpoint(request(3, 9)).outcome is Outcome.COSIGNED


def test_the_time_of_a_cosignature_never_goes_back_though_the_clock_does() -> None:
    moments = [NOON, NOON - timedelta(days=400), NOON + timedelta(hours=1)]
    subject = witness(Record(LOG.vkey), lambda: moments.pop(0))
    key = subject.cosigners[0].key
    times = []
    for old, new in [(0, 3), (3, 5), (5, 6)]:
        reply = subject.add_checkpoint(request(old, new))
        (line,) = split_note(f"x\n\n{reply.text}")[1]
        assert key.verifies(split_note(note(new))[0], line.value)
        times.append(cosigned_at(line.value))
    noon = int(NOON.timestamp())
    assert times == [noon, noon, noon + 3600]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"old 0\n",
        b"old 00\n\n",
        b"old -1\n\n",
        b"old " + b"9" * 30 + b"\n\n",
        b"new 0\n\n" + note(3).encode(),
        b"old 0\nAAAA\n\n" + note(3).encode(),
        b"old 0\n!\n\n" + note(3).encode(),
        b"old 0\n\nno note",
        b"old 0\n\n" + LOG.sign("no\ncheckpoint\n").encode(),
        b"old 0\n\n\xff",
        b"old 0\n\n" + b"x" * REQUEST_LIMIT,
        b"old 0\r\n\r\n" + note(3).encode(),
    ],
)
def test_what_is_no_request_is_malformed(body: bytes) -> None:
    assert witness(Record(LOG.vkey)).add_checkpoint(body).outcome is Outcome.MALFORMED


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_no_garbage_crashes_a_witness(body: bytes) -> None:
    assert witness(Record(LOG.vkey)).add_checkpoint(body).outcome is Outcome.MALFORMED


def test_two_keys_cosign_both(tmp_path: Path) -> None:
    both = [Cosigner("council.example/w", kind, bytes(32)) for kind in CosignatureKind]
    folder = WitnessFolder.create(tmp_path / "w", both)
    folder.watch(LOG.vkey)
    subject = Witness(folder.cosigners(), folder, lambda: NOON)
    reply = subject.add_checkpoint(request(0, 5))
    keys: list[CosignerKey] = [one.key for one in both]
    assert set(open_note(note(5) + reply.text, keys)[1]) == set(keys)
    assert subject.add_checkpoint(request(5, 9)).outcome is Outcome.COSIGNED


@pytest.fixture
def folder(tmp_path: Path) -> WitnessFolder:
    made = WitnessFolder.create(tmp_path / "w", [Cosigner("w", CosignatureKind.ED25519, bytes(32))])
    made.watch(LOG.vkey)
    return made


def test_what_was_cosigned_is_there_when_the_folder_is_opened_again(folder: WitnessFolder) -> None:
    assert witness(folder).add_checkpoint(request(0, 5)).outcome is Outcome.COSIGNED
    again = witness(WitnessFolder(folder.folder))
    assert again.add_checkpoint(request(0, 9)).text == "5\n"
    assert again.add_checkpoint(request(5, 9, OTHER)).outcome is Outcome.INCONSISTENT
    assert folder.evidence("log.example/alice") == 1
    assert again.add_checkpoint(request(5, 9)).outcome is Outcome.COSIGNED


def test_of_many_at_once_only_one_history_is_cosigned(folder: WitnessFolder) -> None:
    """Forks of every size from 6 to 30 are asked for at once, from the same old size."""
    subject = witness(folder)
    subject.add_checkpoint(request(0, 5))
    bodies = [request(5, size) for size in range(6, 31)]
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(subject.add_checkpoint, bodies))
    assert [reply.outcome for reply in replies].count(Outcome.COSIGNED) == 1
    assert {reply.outcome for reply in replies} == {Outcome.COSIGNED, Outcome.CONFLICT}


def test_a_record_that_cannot_be_written_or_read_cosigns_nothing(
    folder: WitnessFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = witness(folder)
    subject.add_checkpoint(request(0, 5))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(StorageError) as caught:
            subject.add_checkpoint(request(5, 9))
    assert caught.value.code == "storage_full"
    assert subject.add_checkpoint(request(5, 7)).outcome is Outcome.COSIGNED
    (held,) = (folder.folder / "held").iterdir()
    for torn in (b"", b"half a no", b"\xff"):
        held.write_bytes(torn)
        with pytest.raises((StorageError, LedgerError)):
            subject.add_checkpoint(request(7, 9))
