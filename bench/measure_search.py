"""Exact identification among a million references, and removal of one, beside a plain float32 scan."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterator

import numpy as np

from countenance.biometrics.model import (
    ComparisonScore,
    GalleryId,
    Pipeline,
    ReferenceId,
    SubjectId,
    Template,
)
from countenance.engine.processor import usable_cores
from countenance.engine.search import ExactSearch
from countenance.recognition.model import GalleryChange
from peer_search import FAISS_NAME, NUMPY_NAME, FaissFlat, NumpyScan, Places, Vectors
from report import Row, compared, hand_over
from turns import in_turns

REFERENCES = int(os.environ.get("BENCH_REFERENCES", "1000000"))
DIMENSION = 128
EACH = 4  # references of a subject
LIST = 10
PROBES = 40
GALLERY = GalleryId("bench")
PIPELINE = Pipeline("0" * 64, "bench")
_WITHIN = 0.7  # how far references of one subject lie from each other; mated cosine is then about 0.67
_NOTHING_EXCLUDED = ComparisonScore(-1.0)


def references(seed: int) -> Vectors:
    """Return unit vectors in groups of `EACH`, as templates of one subject lie together."""
    generator = np.random.default_rng(seed)
    centres = generator.standard_normal((REFERENCES // EACH, DIMENSION), dtype=np.float32)
    rows = np.repeat(centres, EACH, axis=0)
    rows += _WITHIN * generator.standard_normal(rows.shape, dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def probes(rows: Vectors) -> list[Template]:
    """Return mated probes: a stored template, moved as another photograph would move it."""
    generator = np.random.default_rng(1)
    chosen = rows[generator.integers(0, len(rows), PROBES)]
    moved = chosen + _WITHIN / np.sqrt(DIMENSION) * generator.standard_normal(chosen.shape, dtype=np.float32)
    return [Template(vector / np.linalg.norm(vector), PIPELINE) for vector in moved]


def changes(rows: Vectors) -> Iterator[GalleryChange]:
    """Yield the history that fills the gallery. Ids sort as the rows lie."""
    for number, row in enumerate(rows):
        yield _change(number + 1, number, Template(row, PIPELINE))


def _change(sequence: int, number: int, template: Template | None) -> GalleryChange:
    reference, subject = ReferenceId(f"ref_{number:09d}"), SubjectId(f"sub_{number // EACH:09d}")
    return GalleryChange(sequence=sequence, reference_id=reference, subject_id=subject, template=template)


def best_subjects(places: Places) -> list[str]:
    """Return what a list of nearest rows says of subjects: each once, at its best."""
    return list(dict.fromkeys(f"sub_{place // EACH:09d}" for place in places.tolist()))[:LIST]


def measure() -> list[Row]:
    """Return the rows."""
    rows = references(0)
    index = ExactSearch(threads=usable_cores())
    index.apply(GALLERY, changes(rows))
    asked = probes(rows)
    flat, scan = FaissFlat(rows), NumpyScan(rows)
    fetch = LIST * EACH  # so many rows hold at least `LIST` subjects

    def ours(number: int) -> list[str]:
        probe = asked[number % PROBES]
        found = index.search(GALLERY, probe, threshold=_NOTHING_EXCLUDED, limit=LIST)
        return [one.subject_id for one in found]

    def with_faiss(number: int) -> list[str]:
        return best_subjects(flat.search(asked[number % PROBES].vector, fetch)[1])

    def with_numpy(number: int) -> list[str]:
        return best_subjects(scan.search(asked[number % PROBES].vector, fetch)[1])

    differing = [number for number in range(PROBES) if ours(number) != with_numpy(number)]
    if differing:
        raise RuntimeError(f"{len(differing)} of {PROBES} lists differ from the float32 scan")
    note = f"{PROBES} of {PROBES} lists equal the float32 scan's, in order; {LIST} subjects a list"
    return [
        compared(
            "search_1m_vs_faiss_flat",
            *in_turns(ours, with_faiss, rounds=2 * PROBES),
            peer_name=FAISS_NAME,
            note=note,
        ),
        compared(
            "search_1m_vs_numpy",
            *in_turns(ours, with_numpy, rounds=PROBES),
            peer_name=NUMPY_NAME,
            note=note,
        ),
        _removal(index),
    ]


def _removal(index: ExactSearch) -> Row:
    """Remove one reference at a time from the full gallery; each is gone for the next search."""
    times = []
    for step in range(50):
        change = _change(REFERENCES + 1 + step, step * 997, None)
        started = time.perf_counter()
        index.apply(GALLERY, [change])
        times.append((time.perf_counter() - started) * 1e3)
    return Row(
        name="remove_one_1m_ms",
        ours=round(statistics.median(times), 4),
        spread={"ours": [round(min(times), 4), round(max(times), 4)]},
        note="one reference out of a million, visible to the next search; there is no peer",
    )


if __name__ == "__main__":
    hand_over(measure())
