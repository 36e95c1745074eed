"""Verifying an export with a policy: witnesses, several checkpoints, keys that change, clocks that lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from countenance.errors import InvalidInputError, LedgerError
from countenance.ledger import Entry, EventType
from countenance.ledger.checkpoint import Checkpoint
from countenance.ledger.cosignature import CosignatureKind, Cosigner
from countenance.ledger.explaining import explain
from countenance.ledger.export import export
from countenance.ledger.hashes import verify_hashes
from countenance.ledger.note import Signer
from countenance.ledger.trust_policy import TrustPolicy
from countenance.ledger.verification import Trust, verify_export
from fakes import MemoryStore

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LOG = Signer("log.example/judged", bytes(range(32)))
NEW = Signer("log.example/judged", bytes(range(1, 33)))
W1 = Cosigner("witness.example/w1", CosignatureKind.ED25519, bytes(32))
W2 = Cosigner("witness.example/w2", CosignatureKind.ML_DSA_44, bytes(32))
POLICY = TrustPolicy.parse(
    f"log {LOG.vkey}\nwitness w1 {W1.key}\nwitness w2 {W2.key}\ngroup both all w1 w2\nquorum both\n".encode()
)


def store_of(times: Sequence[datetime], signer: Signer = LOG) -> MemoryStore:
    store = MemoryStore(signer)
    with store() as work:
        for number, time in enumerate(times):
            work.ledger.append(Entry(EventType.KEY_ISSUED, time, {"n": number}))
        work.commit()
    return store


def written(store: MemoryStore, folder: Path, *witnesses: Cosigner, at: datetime = NOON + HOUR) -> Path:
    with store() as work:
        export(work.ledger, folder)
    path = folder / "checkpoint"
    note = path.read_text(encoding="utf-8")
    text = note.partition("\n\n")[0] + "\n"
    path.write_text(note + "".join(one.cosign(text, at) for one in witnesses), encoding="utf-8")
    return folder


def codes(folder: Path, trust: Trust) -> list[str]:
    found = [fault.code.value for fault in verify_export(folder, trust).faults]
    assert [fault.code.value for fault in verify_hashes(folder, trust).faults] == found
    return found


def test_a_log_that_enough_witnesses_cosigned_verifies_under_the_policy(tmp_path: Path) -> None:
    folder = written(store_of([NOON] * 300), tmp_path / "log", W1, W2)
    result = verify_export(folder, Trust(policy=POLICY))
    assert (result.ok, result.notices) == (True, ())
    assert dict(result.witnesses) == dict.fromkeys(("w1", "w2"), int((NOON + HOUR).timestamp()))
    assert result.to_json()["witnesses"]
    assert codes(folder, Trust(policy=POLICY)) == []


def test_too_few_witnesses_and_a_wrong_cosignature_are_faults(tmp_path: Path) -> None:
    folder = written(store_of([NOON] * 5), tmp_path / "log", W1)
    assert codes(folder, Trust(policy=POLICY)) == ["quorum_not_met"]
    assert codes(folder, Trust(keys=(LOG.vkey,))) == []
    other = W2.cosign(Checkpoint("log.example/judged", 4, bytes(32)).text, NOON)
    with (folder / "checkpoint").open("a", encoding="utf-8") as file:
        file.write(other)
    assert "checkpoint_signature" in codes(folder, Trust(policy=POLICY))


def test_a_policy_for_another_log_is_a_fault_and_one_without_logs_takes_the_key_given(tmp_path: Path) -> None:
    folder = written(store_of([NOON] * 5), tmp_path / "log", W1, W2)
    other = TrustPolicy.parse(f"log {NEW.vkey}\nquorum none\n".encode())
    assert codes(folder, Trust(policy=other)) == ["key_differs", "checkpoint_signature"]
    anybody = replace(POLICY, logs=())
    assert codes(folder, Trust(policy=anybody)) == []
    assert codes(folder, Trust(keys=(LOG.vkey,), policy=anybody)) == []


def test_every_checkpoint_that_was_kept_must_lie_on_the_way(tmp_path: Path) -> None:
    store, notes = MemoryStore(LOG), []
    for size in (0, 1, 255, 256, 300):
        with store() as work:
            for number in range(work.ledger.size(), size):
                work.ledger.append(Entry(EventType.KEY_ISSUED, NOON, {"n": number}))
            work.commit()
        with store() as work:
            notes.append(work.ledger.checkpoint())
    folder = written(store, tmp_path / "log")
    trust = Trust(keys=(LOG.vkey,), seen=tuple(reversed(notes)))
    assert codes(folder, trust) == []
    forged = LOG.sign(Checkpoint("log.example/judged", 255, bytes(32)).text)
    assert codes(folder, replace(trust, seen=(*notes, forged))) == ["forked", "history_rewritten"]
    longer = LOG.sign(Checkpoint("log.example/judged", 999, bytes(32)).text)
    assert codes(folder, replace(trust, seen=(*notes, longer))) == ["rolled_back"]
    stranger = Signer("log.example/judged", bytes(32)).sign(
        Checkpoint("log.example/judged", 1, bytes(32)).text
    )
    with pytest.raises(LedgerError):
        verify_export(folder, replace(trust, seen=(stranger,)))


def test_while_the_key_changes_both_keys_verify_and_afterwards_the_new_one_alone(tmp_path: Path) -> None:
    store = store_of([NOON] * 5)
    folder = written(store, tmp_path / "log")
    store.signer = NEW.beside(LOG)
    with store() as work:
        work.ledger.append(Entry(EventType.LEDGER_KEY_ROTATED, NOON, {"key": str(NEW.vkey)}))
        work.commit()
    written(store, folder)
    assert (folder / "key.pub").read_text() == f"{NEW.vkey}\n{LOG.vkey}\n"
    for keys in ((), (LOG.vkey,), (NEW.vkey,), (LOG.vkey, NEW.vkey)):
        assert codes(folder, Trust(keys=keys)) == []
    store.signer = NEW
    with store() as work:
        work.ledger.append(Entry(EventType.LEDGER_KEY_RETIRED, NOON, {"key": str(NEW.vkey)}))
        work.commit()
    written(store, folder)
    assert codes(folder, Trust(keys=(NEW.vkey,))) == []
    assert codes(folder, Trust(keys=(LOG.vkey,))) == ["key_differs", "checkpoint_signature"]
    store.signer = Signer("log.example/judged", bytes(32))
    with store() as work:
        work.ledger.append(Entry(EventType.KEY_ISSUED, NOON, {}))
        work.commit()
    with store() as work, pytest.raises(InvalidInputError):
        export(work.ledger, folder)


def test_a_key_file_with_keys_of_two_logs_is_malformed(tmp_path: Path) -> None:
    folder = written(store_of([NOON]), tmp_path / "log")
    other = Signer("log.example/other", bytes(32))
    for text in (f"{LOG.vkey}\n{other.vkey}\n", f"{LOG.vkey}\n\n", f"{LOG.vkey}"):
        (folder / "key.pub").write_text(text)
        assert codes(folder, Trust(keys=(LOG.vkey,))) == ["key_malformed"]


def test_a_clock_that_goes_back_is_noticed_with_the_entry(tmp_path: Path) -> None:
    times = [NOON, NOON + HOUR, NOON + timedelta(minutes=56), NOON, NOON + 2 * HOUR]
    result = verify_export(written(store_of(times), tmp_path / "log"))
    assert result.ok
    (notice,) = result.notices
    assert (notice.code.value, notice.index) == ("clock_went_back", 3)
    assert "entry 1 had said 2026-01-05T13:00" in notice.text


def test_an_entry_from_after_its_cosignature_shows_a_lying_clock(tmp_path: Path) -> None:
    """The log says one o'clock, and a witness had seen that entry at noon."""
    store = store_of([NOON, NOON + HOUR, NOON + HOUR])
    early = verify_export(written(store, tmp_path / "a", W1, W2, at=NOON), Trust(policy=POLICY))
    assert early.ok
    assert [(notice.code.value, notice.index) for notice in early.notices] == [("clock_ahead", 2)]
    close = written(store, tmp_path / "b", W1, W2, at=NOON + timedelta(minutes=56))
    assert verify_export(close, Trust(policy=POLICY)).notices == ()


def test_a_witness_that_cannot_be_verified_here_is_a_notice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = TrustPolicy.parse(f"log {LOG.vkey}\nwitness w1 {W1.key}\nwitness w2 {W2.key}\nquorum w1\n".encode())
    folder = written(store_of([NOON]), tmp_path / "log", W1, W2)
    kind = CosignatureKind.ED25519
    monkeypatch.setattr(type(W2.key), "verifiable", property(lambda key: key.kind is kind))
    result = verify_export(folder, Trust(policy=one))
    assert result.ok
    assert [notice.code.value for notice in result.notices] == ["witness_unverifiable"]


def test_every_event_is_told_in_a_sentence_without_its_code() -> None:
    for kind in EventType:
        told = explain(
            f'{{"decision":"dec_1","n":[1,null,true,{{"a":"b"}}],"t":"2026-01-05T12:00:00.000000Z","type":"{kind}","v":1}}'.encode()
        )
        assert told.title == kind
        assert told.sentence.endswith(".")
        assert told.sentence[0].isupper()
        assert "_" not in told.sentence
        assert told.moment == NOON
        assert told.fields[0] == ("decision", "id of the decision that this belongs to", "dec_1")
        assert told.fields[1] == ("n", "", "1, nothing, yes, a: b")
    permitted = explain(b'{"t":"x","type":"identification:permitted","v":1}')
    assert permitted.sentence == (
        "Somebody asked to search a gallery for the mates of a probe. The gate permitted it; "
        "only then was anything looked at."
    )
    assert permitted.moment is None
    with pytest.raises(LedgerError):
        explain(b"{}")
