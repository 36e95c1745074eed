from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from countenance.errors import InvalidInputError, LedgerError
from countenance.ledger import Entry, EventType, JsonValue
from countenance.ledger.export import export
from countenance.ledger.findings import FAULT_LIMIT, Fault, FaultCode, Verification
from countenance.ledger.merkle import leaf_hash
from countenance.ledger.note import Signer
from countenance.ledger.proof import InclusionProof
from countenance.ledger.tiles import decode_entries, encode_entries
from countenance.ledger.verification import Trust, verify_export
from fakes import MemoryStore
from unit.ledger import independent

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
SIGNER = Signer("log.example/verified", bytes(range(32)))
STRANGER = Signer("log.example/verified", bytes(range(1, 33)))
KNOWN = Trust(keys=(SIGNER.vkey,))
SIZES = [0, 1, 2, 255, 256, 257, 300, 512, 700]


def filled(size: int, store: MemoryStore | None = None) -> MemoryStore:
    store = store or MemoryStore(SIGNER)
    with store() as work:
        for number in range(work.ledger.size(), size):
            work.ledger.append(Entry(EventType.KEY_ISSUED, NOON, {"number": number}))
        work.commit()
    return store


def written(store: MemoryStore, folder: Path) -> Path:
    with store() as work:
        export(work.ledger, folder)
    return folder


def codes(result: Verification) -> set[str]:
    return {fault.code.value for fault in result.faults}


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Exports of several sizes, to be copied before they are harmed."""
    parent = tmp_path_factory.mktemp("logs")
    return {size: written(filled(size), parent / str(size)) for size in SIZES}


@pytest.fixture
def copy(logs: dict[int, Path], tmp_path: Path) -> Callable[[int], Path]:
    return lambda size: shutil.copytree(logs[size], tmp_path / "copy")


@pytest.mark.parametrize("size", SIZES)
def test_a_whole_log_verifies_and_an_outsider_agrees(logs: dict[int, Path], size: int) -> None:
    result = verify_export(logs[size], KNOWN)
    assert result.ok
    assert result.faults == ()
    assert verify_export(logs[size]).ok
    if size:
        origin, read_size, root, _ = independent.read_log(logs[size])
        assert (origin, read_size, root) == (SIGNER.vkey.name, size, result.root)
    assert result.to_json()["size"] == size


@pytest.mark.parametrize("size", [300, 256, 1, 700])
def test_one_changed_byte_anywhere_is_found_and_named(copy: Callable[[int], Path], size: int) -> None:
    folder = copy(size)
    chance = random.Random(size)  # noqa: S311  which bytes are flipped is no secret
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    assert len(files) >= 4
    for path in files:
        content = path.read_bytes()
        places = {0, len(content) - 1, *(chance.randrange(len(content)) for _ in range(10))}
        for at in places:
            changed = content[:at] + bytes([content[at] ^ (1 << chance.randrange(8))]) + content[at + 1 :]
            path.write_bytes(changed)
            result = verify_export(folder)
            where = path.relative_to(folder).as_posix()
            assert not result.ok
            assert where in {fault.where for fault in result.faults}, (where, at, result.faults)
        path.write_bytes(content)
    assert verify_export(folder).ok


@pytest.mark.parametrize(
    ("size", "index"), [(1, 0), (300, 0), (300, 255), (300, 256), (300, 299), (700, 511)]
)
def test_a_changed_entry_is_named_and_nothing_else_is(
    copy: Callable[[int], Path], size: int, index: int
) -> None:
    folder = copy(size)
    bundle, leaves = bundle_of(folder, index, size)
    leaves[index % 256] = leaves[index % 256].replace(b"12:00:00", b"12:00:01")
    bundle.write_bytes(encode_entries(leaves))
    (fault,) = verify_export(folder, KNOWN).faults
    assert (fault.code, fault.index) == (FaultCode.ENTRY_HASH, index)
    assert fault.where == bundle.relative_to(folder).as_posix()


@pytest.mark.parametrize(
    ("tile", "number", "first"),
    [("0/000", 3, 3), ("0/002.p/188", 9, 521), ("1/000.p/2", 1, 256)],
)
def test_a_changed_hash_is_named_and_nothing_else_is(
    copy: Callable[[int], Path], tile: str, number: int, first: int
) -> None:
    folder = copy(700)
    path = folder / "tile" / tile
    hashes = bytearray(path.read_bytes())
    hashes[32 * number] ^= 1
    path.write_bytes(hashes)
    (fault,) = verify_export(folder, KNOWN).faults
    assert fault == replace(fault, code=FaultCode.TILE_HASH, where=f"tile/{tile}", index=first)


def test_entries_that_changed_places_are_both_named(copy: Callable[[int], Path]) -> None:
    folder = copy(300)
    bundle, leaves = bundle_of(folder, 0, 300)
    leaves[7], leaves[9] = leaves[9], leaves[7]
    bundle.write_bytes(encode_entries(leaves))
    faults = verify_export(folder).faults
    assert [(fault.code, fault.index) for fault in faults] == [
        (FaultCode.ENTRY_HASH, 7),
        (FaultCode.ENTRY_HASH, 9),
    ]


def test_a_removed_entry_is_named_where_it_is_missing(copy: Callable[[int], Path]) -> None:
    folder = copy(300)
    bundle, leaves = bundle_of(folder, 0, 300)
    del leaves[100]
    bundle.write_bytes(encode_entries(leaves))
    faults = verify_export(folder).faults
    assert {(fault.code, fault.index) for fault in faults} == {
        (FaultCode.BUNDLE_MALFORMED, 255),
        (FaultCode.ENTRY_HASH, 100),
    }


def test_an_entry_and_its_hash_changed_together_are_both_named(copy: Callable[[int], Path]) -> None:
    """The tile above knows better."""
    folder = copy(700)
    rewrite(folder, 300, 700)
    found = {(fault.where, fault.index) for fault in verify_export(folder, KNOWN).faults}
    assert ("tile/0/001", 256) in found


def test_the_last_entry_and_its_hash_changed_together_do_not_lead_to_the_signed_root(
    copy: Callable[[int], Path],
) -> None:
    folder = copy(300)
    rewrite(folder, 299, 300)
    assert codes(verify_export(folder, KNOWN)) == {"checkpoint_root"}


def test_a_log_rewritten_from_end_to_end_is_found_by_its_key(tmp_path: Path) -> None:
    """Somebody with the database and without the key can make everything fit but the signature."""
    folder = written(filled(300, MemoryStore(STRANGER)), tmp_path / "forged")
    assert verify_export(folder).ok
    assert codes(verify_export(folder, KNOWN)) == {"key_differs", "checkpoint_signature"}


def test_another_s_checkpoint_is_not_this_log_s(copy: Callable[[int], Path], tmp_path: Path) -> None:
    folder = copy(300)
    other = Signer("log.example/other", bytes(range(32)))
    elsewhere = written(filled(300, MemoryStore(other)), tmp_path / "elsewhere")
    shutil.copy(elsewhere / "checkpoint", folder / "checkpoint")
    assert codes(verify_export(folder)) == {"checkpoint_signature"}
    both = Trust(keys=(SIGNER.vkey, other.vkey))
    assert verify_export(folder, both).ok


def test_an_earlier_checkpoint_over_later_tiles_is_a_roll_back(
    copy: Callable[[int], Path], logs: dict[int, Path]
) -> None:
    folder = copy(700)
    shutil.copy(logs[300] / "checkpoint", folder / "checkpoint")
    result = verify_export(folder, KNOWN)
    assert "file_beyond_checkpoint" in codes(result)


def test_a_log_shorter_than_it_was_seen_before_is_a_roll_back(logs: dict[int, Path]) -> None:
    seen = (logs[300] / "checkpoint").read_text()
    assert verify_export(logs[700], replace(KNOWN, seen=(seen,))).ok
    assert verify_export(logs[300], replace(KNOWN, seen=(seen,))).ok
    assert codes(verify_export(logs[256], replace(KNOWN, seen=(seen,)))) == {"rolled_back"}


def test_a_log_that_does_not_grow_out_of_what_was_seen_is_rewritten(
    tmp_path: Path, logs: dict[int, Path]
) -> None:
    store = MemoryStore(SIGNER)
    with store() as work:
        work.ledger.append(Entry(EventType.KEY_REVOKED, NOON, {}))
        work.commit()
    folder = written(filled(400, store), tmp_path / "other-history")
    seen = (logs[300] / "checkpoint").read_text()
    assert verify_export(folder, KNOWN).ok
    assert codes(verify_export(folder, replace(KNOWN, seen=(seen,)))) == {"history_rewritten"}
    with pytest.raises(LedgerError):
        verify_export(folder, replace(KNOWN, seen=(seen.replace("300", "299"),)))


@pytest.mark.parametrize(
    "name",
    ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"],
)
def test_a_missing_file_is_named(copy: Callable[[int], Path], name: str) -> None:
    folder = copy(300)
    (folder / name).unlink()
    (fault,) = verify_export(folder).faults
    assert (fault.code, fault.where) == (FaultCode.FILE_MISSING, name)


def test_without_checkpoint_or_key_there_is_nothing_to_verify_against(copy: Callable[[int], Path]) -> None:
    folder = copy(300)
    (folder / "checkpoint").unlink()
    result = verify_export(folder)
    assert codes(result) == {"checkpoint_missing"}
    assert result.size == 300
    (folder / "key.pub").unlink()
    assert codes(verify_export(folder)) == {"checkpoint_missing", "key_missing"}
    assert codes(verify_export(folder, KNOWN)) == {"checkpoint_missing"}


@pytest.mark.parametrize("name", ["tile/0/001", "tile/0/002.p/3", "tile/2/000.p/1", "tile/entries/001"])
def test_a_tile_beyond_the_checkpoint_is_named(copy: Callable[[int], Path], name: str) -> None:
    folder = copy(300)
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(bytes(32))
    faults = [f for f in verify_export(folder).faults if f.code is FaultCode.FILE_BEYOND_CHECKPOINT]
    assert [fault.where for fault in faults] == [name]


@pytest.mark.parametrize("name", ["notes.txt", "tile/0/0", "tile/entries/.hidden", "tile/0/000.p/300"])
def test_a_file_that_is_no_part_of_a_log_is_named(copy: Callable[[int], Path], name: str) -> None:
    folder = copy(300)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"x")
    (fault,) = verify_export(folder).faults
    assert (fault.code, fault.where) == (FaultCode.FILE_UNEXPECTED, name)


def test_a_partial_tile_of_an_earlier_export_may_stay_if_the_log_grew_out_of_it(
    copy: Callable[[int], Path], logs: dict[int, Path]
) -> None:
    folder = copy(700)
    for name in ("tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1"):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy(logs[300] / name, folder / name)
    assert verify_export(folder).ok
    (folder / "tile/0/001.p/44").write_bytes(bytes(44 * 32))
    (fault,) = verify_export(folder).faults
    assert (fault.code, fault.where) == (FaultCode.TILE_HASH, "tile/0/001.p/44")


def test_truncated_files_are_named(copy: Callable[[int], Path]) -> None:
    for name in ("tile/0/000", "tile/entries/000", "checkpoint", "key.pub"):
        folder = copy(300)
        path = folder / name
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        assert name in {fault.where for fault in verify_export(folder).faults}
        shutil.rmtree(folder)


def test_folders_and_links_in_the_place_of_files_are_told(copy: Callable[[int], Path]) -> None:
    folder = copy(300)
    for name in ("tile/0/000", "checkpoint"):
        (folder / name).unlink()
    (folder / "tile/0/000").mkdir()
    (folder / "checkpoint").symlink_to("/dev/zero")
    unreadable = {f.where for f in verify_export(folder).faults if f.code is FaultCode.FILE_UNREADABLE}
    assert unreadable == {"tile/0/000", "checkpoint"}


def test_no_garbage_makes_it_crash(tmp_path: Path, logs: dict[int, Path]) -> None:
    chance = random.Random(7)  # noqa: S311  which garbage is no secret
    for round_ in range(25):
        folder = shutil.copytree(logs[300], tmp_path / str(round_))
        for path in [path for path in sorted(folder.rglob("*")) if path.is_file()]:
            if chance.random() < 0.4:
                path.write_bytes(chance.randbytes(chance.randrange(3000)))
        result = verify_export(folder)
        assert result.ok or all(isinstance(fault, Fault) and fault.text for fault in result.faults)


def test_a_checkpoint_over_more_entries_than_there_are_ends_and_counts_the_rest(tmp_path: Path) -> None:
    folder = tmp_path / "huge"
    folder.mkdir()
    text = f"{SIGNER.vkey.name}\n{10**18}\n{'A' * 43}=\n"
    (folder / "checkpoint").write_text(SIGNER.sign(text))
    (folder / "key.pub").write_text(f"{SIGNER.vkey}\n")
    result = verify_export(folder)
    assert len(result.faults) == FAULT_LIMIT
    assert result.root is None


def test_what_is_no_export_is_told(tmp_path: Path) -> None:
    assert codes(verify_export(tmp_path / "nowhere")) == {"not_an_export"}
    (tmp_path / "file").write_text("x")
    assert codes(verify_export(tmp_path / "file")) == {"not_an_export"}
    (tmp_path / "empty").mkdir()
    assert codes(verify_export(tmp_path / "empty")) == {"key_missing", "checkpoint_missing"}


def story(*steps: tuple[str, dict[str, JsonValue]]) -> MemoryStore:
    store = MemoryStore(SIGNER)
    with store() as work:
        for kind, fields in steps:
            work.ledger.append(Entry(EventType(kind), NOON, fields))
        work.commit()
    return store


def test_a_permit_without_completion_is_told_apart_from_faults(tmp_path: Path) -> None:
    store = story(
        ("verification:permitted", {"decision": "dec_1"}),
        ("verification:completed", {"decision": "dec_1", "permit": 0}),
        ("identification:permitted", {"decision": "dec_2"}),
        ("enrolment:permitted", {"decision": "dec_3"}),
        ("enrolment:failed", {"decision": "dec_3", "permit": 3}),
        ("identification:permitted", {"decision": "dec_4"}),
        ("identification:held", {"decision": "dec_4", "permit": 5}),
        ("verification:refused", {"decision": "dec_5"}),
        ("detection:permitted", {"decision": "dec_6"}),
    )
    result = verify_export(written(store, tmp_path / "log"))
    assert result.ok
    assert [(permit.index, permit.type, permit.decision) for permit in result.incomplete] == [
        (2, "identification:permitted", "dec_2"),
        (8, "detection:permitted", "dec_6"),
    ]


@pytest.mark.parametrize("permit", [-1, 0, 2, 3, 99])
def test_an_act_that_names_no_permit_of_its_own_is_a_fault(tmp_path: Path, permit: int) -> None:
    store = story(
        ("verification:refused", {"decision": "dec_1"}),
        ("verification:permitted", {"decision": "dec_1"}),
        ("verification:permitted", {"decision": "dec_2"}),
        ("verification:completed", {"decision": "dec_1", "permit": permit}),
    )
    (fault,) = verify_export(written(store, tmp_path / "log")).faults
    assert (fault.code, fault.index) == (FaultCode.ACT_WITHOUT_PERMIT, 3)


def test_an_entry_in_another_form_is_told_even_if_the_tree_fits_it(tmp_path: Path) -> None:
    store = filled(3)
    store.state.leaves = (*store.state.leaves, b'{"v":1, "t":"now"}')
    filled(5, store)
    faults = verify_export(written(store, tmp_path / "log")).faults
    assert [(fault.code, fault.index) for fault in faults] == [(FaultCode.ENTRY_MALFORMED, 3)]


def test_an_export_is_brought_up_to_date_and_leaves_nothing_stale(tmp_path: Path) -> None:
    store = filled(200)
    folder = written(store, tmp_path / "log")
    for size in (200, 300, 512, 700):
        with filled(size, store)() as work:
            assert export(work.ledger, folder).head.size == size
        assert verify_export(folder, KNOWN).ok
        fresh = written(store, tmp_path / f"fresh-{size}")
        assert names(folder) == names(fresh)


def test_export_and_verification_tell_how_far_they_are(tmp_path: Path) -> None:
    files: list[tuple[int, int]] = []
    entries: list[tuple[int, int]] = []
    with filled(300)() as work:
        export(work.ledger, tmp_path / "log", progress=lambda done, total: files.append((done, total)))
    verify_export(tmp_path / "log", progress=lambda done, total: entries.append((done, total)))
    assert files == [(done, 5) for done in range(6)]
    assert entries == [(256, 300), (300, 300)]


def test_an_export_touches_no_folder_of_somebody_else(tmp_path: Path, logs: dict[int, Path]) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with filled(3)() as work, pytest.raises(InvalidInputError):
        export(work.ledger, tmp_path / "mine")
    other = MemoryStore(STRANGER)
    theirs = shutil.copytree(logs[300], tmp_path / "theirs")
    with filled(3, other)() as work, pytest.raises(InvalidInputError):
        export(work.ledger, theirs)
    assert verify_export(theirs, KNOWN).ok


@pytest.mark.parametrize("index", [0, 255, 256, 299])
def test_a_proof_in_a_file_shows_that_an_entry_is_in_the_log(index: int) -> None:
    with filled(300)() as work:
        leaf = work.ledger.leaf(index)
        proof = InclusionProof(index, work.ledger.inclusion_proof(index, 300), work.ledger.checkpoint())
    again = InclusionProof.parse(proof.text)
    assert again == proof
    assert again.verify(leaf, [SIGNER.vkey]).size == 300
    assert proof.text.startswith(f"c2sp.org/tlog-proof@v1\nindex {index}\n")
    with_extra = replace(proof, extra=b"receipt")
    assert InclusionProof.parse(with_extra.text) == with_extra
    for wrong, keys in ((leaf + b" ", [SIGNER.vkey]), (leaf, [STRANGER.vkey]), (leaf, [])):
        with pytest.raises(LedgerError):
            again.verify(wrong, keys)
    with pytest.raises(LedgerError):
        replace(again, index=(index + 1) % 300).verify(leaf, [SIGNER.vkey])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:0],
        lambda text: text.replace("@v1", "@v2"),
        lambda text: text.replace("index 5", "index 05"),
        lambda text: text.replace("index 5", "index -5"),
        lambda text: text.replace("index 5\n", ""),
        lambda text: text.replace("index 5\n", "index 5\nAAAA\n"),
        lambda text: text.replace("index 5\n", "index 5\n!\n"),
        lambda text: text.replace("index 5\n", "extra !\nindex 5\n"),
        lambda text: text.partition("\n\n")[0],
        lambda text: text.partition("\n")[0] + "\n\n" + text.partition("\n\n")[2],
    ],
)
def test_what_is_no_proof_is_told(change: Callable[[str], str]) -> None:
    with filled(9)() as work:
        proof = InclusionProof(5, work.ledger.inclusion_proof(5, 9), work.ledger.checkpoint())
    with pytest.raises(LedgerError):
        InclusionProof.parse(change(proof.text))


def bundle_of(folder: Path, index: int, size: int) -> tuple[Path, list[bytes]]:
    width = min(size - index // 256 * 256, 256)
    part = "" if width == 256 else f".p/{width}"
    path = folder / "tile" / "entries" / f"{index // 256:03}{part}"
    leaves, trouble = decode_entries(path.read_bytes())
    assert trouble is None
    return path, list(leaves)


def rewrite(folder: Path, index: int, size: int) -> None:
    """Change an entry, and the hash of it as well."""
    bundle, leaves = bundle_of(folder, index, size)
    leaves[index % 256] = leaves[index % 256].replace(b"12:00:00", b"12:00:01")
    bundle.write_bytes(encode_entries(leaves))
    tile = Path(str(bundle).replace("tile/entries", "tile/0"))
    tile.write_bytes(b"".join(map(leaf_hash, leaves)))


def names(folder: Path) -> Sequence[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
