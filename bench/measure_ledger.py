"""The log: appends that share their waits for the disk, proofs as it grows, and its verification.

`ledger_group_commit`: entries recorded by 32 threads at once, each in a unit of work of its own that is on
the disk before it returns, against the same entries one after the other with a commit each, in turns, at
the end of a log of a million; `ledger_batch_commit` the same where 64 come in one unit of work, and
`ledger_shared_wait` where each of the 32 threads has a transaction of its own.
`ledger_proof`: an inclusion proof from a log of a million entries against one from its first thousand.
`ledger_verify`: hashing every entry of the exported log up to its signed root and comparing every tile,
`ledger_verify_read` reading each entry besides,
against the bare hashing of the same leaves and nodes in memory. `COUNTENANCE_LOGGED` sets how many entries.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from operator import truediv
from pathlib import Path

from countenance.ledger.export import export
from countenance.ledger.model import Entry, EventType, JsonValue
from countenance.ledger.note import Signer
from countenance.ledger.verification import Trust, verify_export
from countenance.storage import (
    Database,
    Keyring,
    SqlUnitOfWork,
    check_installation,
    open_database,
    unit_of_work_factory,
)
from report import Row, hand_over

COUNT = int(os.environ.get("COUNTENANCE_LOGGED", "1000000"))
FEW = 1_000
TOGETHER = 10_000
THREADS = 32
APPENDS = 2_048
BATCH = 64
ROUNDS = 7
PROOFS = 200
START = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
SIGNER = Signer("log.example/measured", bytes(range(32)))
KEYRING = Keyring(bytes(range(32)))

Units = Callable[[], SqlUnitOfWork]


def entry(number: int) -> Entry:
    """Return an entry as long as those of acts: a permit, and every second its completion."""
    digest = hashlib.sha256(str(number // 2).encode()).hexdigest()
    fields: dict[str, JsonValue] = {"decision": f"dec_{digest[:32]}", "subject": digest, "question": digest}
    kind = EventType.VERIFICATION_COMPLETED if number % 2 else EventType.VERIFICATION_PERMITTED
    more: dict[str, JsonValue] = {"permitted": True, "act": "verify", "lease": "bank"}
    if number % 2:
        more = {"permit": number - 1, "outcome": "match"}
    return Entry(kind, START + timedelta(milliseconds=number), {**fields, **more})


def opened(folder: Path, name: str) -> tuple[Database, Units]:
    """Return a new database in a file, and what makes units of work on it."""
    database = open_database(f"sqlite:///{folder / name}")
    database.migrate()
    check_installation(database, KEYRING, SIGNER)
    return database, unit_of_work_factory(database, KEYRING, SIGNER)


def append_one(units: Units, number: int) -> None:
    """Append an entry in a unit of work of its own, which writes it itself."""
    with units() as work:
        work.ledger.append(entry(number))
        work.commit()


def record_one(units: Units, number: int) -> None:
    """Record an entry in a unit of work of its own, which may be written with others."""
    with units() as work:
        work.ledger.record(entry(number))
        work.commit()


def record_batch(units: Units, numbers: range) -> None:
    """Record entries that came together in one unit of work."""
    with units() as work:
        for number in numbers:
            work.ledger.record(entry(number))
        work.commit()


def one_after_the_other(units: Units) -> None:
    """Append entries with a commit and a wait each."""
    for number in range(APPENDS):
        append_one(units, number)


def timed(work: Callable[[], None]) -> float:
    """Return the seconds that `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def at_once(units: Units, act: Callable[[Units, int], None]) -> float:
    """Return the seconds that `act` takes for all entries, by threads of which each waits for its own.

    They are there before the first entry, as a server's are.
    """
    ready = threading.Barrier(THREADS + 1)

    def share(first: int) -> None:
        ready.wait()
        for number in range(first, APPENDS, THREADS):
            act(units, number)

    threads = [threading.Thread(target=share, args=(first,)) for first in range(THREADS)]
    for thread in threads:
        thread.start()

    def all_of_them() -> None:
        ready.wait()
        for thread in threads:
            thread.join()

    return timed(all_of_them)


def in_batches(units: Units) -> None:
    """Record the entries in batches, with a commit and a wait for each batch."""
    for start in range(0, APPENDS, BATCH):
        record_batch(units, range(start, start + BATCH))


def appends(units: Units, count: int) -> list[Row]:
    """Return the rows of appends to a log that has `count` entries: milliseconds for one, in turns."""
    ways: dict[str, Callable[[], float]] = {
        "alone": lambda: timed(lambda: one_after_the_other(units)),
        "recorded": lambda: at_once(units, record_one),
        "acts": lambda: at_once(units, append_one),
        "batches": lambda: timed(lambda: in_batches(units)),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    one_after_the_other(units)
    for round_ in range(ROUNDS):
        for name in list(ways)[:: 1 if round_ % 2 else -1]:
            taken[name].append(ways[name]() * 1e3 / APPENDS)
    notes = {
        "recorded": (
            "ledger_group_commit",
            f"{THREADS} threads, each entry recorded in a unit of work of its own",
        ),
        "batches": ("ledger_batch_commit", f"{BATCH} entries recorded in each unit of work, by one thread"),
        "acts": (
            "ledger_shared_wait",
            f"{THREADS} threads, each entry in a transaction of its own: one wait for all",
        ),
    }
    return [
        appends_row(
            row, taken[name], taken["alone"], f"{APPENDS} appends a round to {count:,} entries; {note}"
        )
        for name, (row, note) in notes.items()
    ]


def appends_row(name: str, ours: list[float], alone: list[float], note: str) -> Row:
    """Return one row of appends; the ratio is the median of those of the rounds."""
    return Row(
        name=name,
        ours=round(statistics.median(ours), 4),
        peer=round(statistics.median(alone), 4),
        ratio=round(statistics.median(map(truediv, alone, ours)), 3),
        peer_name="a commit and a wait for the disk each, one after the other",
        spread={
            "ours": [round(min(ours), 4), round(max(ours), 4)],
            "peer": [round(min(alone), 4), round(max(alone), 4)],
        },
        rounds=ROUNDS,
        note=note,
    )


def filled(units: Units, count: int) -> None:
    """Append `count` entries, many in one unit of work."""
    for start in range(0, count, TOGETHER):
        with units() as work:
            for number in range(start, min(start + TOGETHER, count)):
                work.ledger.record(entry(number))
            work.commit()


def proof(units: Units, count: int) -> Row:
    """Return the row of proofs: milliseconds for one, from the whole log and from its first thousand."""
    chance = random.Random(7)  # noqa: S311  which entries are proved is no secret
    times: dict[int, list[float]] = {}
    lengths: dict[int, int] = {}
    for size in (FEW, count):
        taken = []
        for _ in range(PROOFS):
            index = chance.randrange(size)
            with units() as work:
                started = time.perf_counter()
                found = work.ledger.inclusion_proof(index, size)
                taken.append((time.perf_counter() - started) * 1e3)
            lengths[size] = max(lengths.get(size, 0), len(found))
        times[size] = taken
    few, many = statistics.median(times[FEW]), statistics.median(times[count])
    return Row(
        name="ledger_proof",
        ours=round(many, 4),
        peer=round(few, 4),
        ratio=round(few / many, 3),
        peer_name=f"the same from {FEW:,} entries",
        rounds=PROOFS,
        note=f"{count:,} entries: up to {lengths[count]} hashes against {lengths[FEW]}; logarithmic is a "
        "ratio of a half, linear one of a thousandth",
    )


def bare_hashing(leaves: Sequence[bytes]) -> float:
    """Return the milliseconds that hashing every leaf and every node takes, and nothing else."""
    sha256 = hashlib.sha256
    started = time.perf_counter()
    row = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(row) > 1:
        pairs = zip(row[::2], row[1::2], strict=False)
        above = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        row = above + row[len(row) // 2 * 2 :]
    return (time.perf_counter() - started) * 1e3


def verification(units: Units, folder: Path, count: int) -> list[Row]:
    """Return the rows of verification: milliseconds for the whole log, its entries read or not."""
    log = folder / "log"
    with units() as work:
        export(work.ledger, log)
        leaves = list(work.ledger.leaves(0, count))
    trust = Trust(keys=(SIGNER.vkey,))
    series: dict[str, list[float]] = {"bare": [], "tree": [], "read": []}
    for _ in range(3):
        series["bare"].append(bare_hashing(leaves))
        for name in ("tree", "read"):
            started = time.perf_counter()
            result = verify_export(log, trust, read=name == "read")
            series[name].append((time.perf_counter() - started) * 1e3)
            if not result.ok or result.size != count or result.incomplete:
                raise RuntimeError("the log that was measured does not verify")
    bare = statistics.median(series["bare"])
    notes = {
        "tree": ("ledger_verify", "every entry from its file up to the signed root, every tile compared"),
        "read": ("ledger_verify_read", "the same, and each entry read: in its form, in time and permitted"),
    }
    return [
        Row(
            name=row,
            ours=round(statistics.median(series[name]), 1),
            peer=round(bare, 1),
            ratio=round(bare / statistics.median(series[name]), 3),
            peer_name="bare hashing of the same leaves and nodes",
            rounds=3,
            note=f"{count:,} entries; {note}; a third or more is within three times",
        )
        for name, (row, note) in notes.items()
    ]


def measure() -> list[Row]:
    """Return the rows."""
    folder = Path(tempfile.mkdtemp(prefix="countenance-ledger-"))
    try:
        database, units = opened(folder, "log.db")
        filled(units, COUNT)
        rows = [proof(units, COUNT), *verification(units, folder, COUNT), *appends(units, COUNT)]
        database.close()
    finally:
        shutil.rmtree(folder)
    return rows


if __name__ == "__main__":
    hand_over(measure())
