"""A measurement that was ended by SIGKILL goes on where it was, and gives the same bytes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from architecture.source import ROOT
from countenance.biometrics.faces import FaceChoice
from countenance.engine.measuring_folder import MeasuringFolder
from countenance.errors import InvalidInputError, StateError
from countenance.fairness import comparisons
from countenance.fairness.comparisons import Compared, Resuming, compare_all, laid_out
from countenance.fairness.manifest import Labels, read_manifest
from countenance.fairness.model import Caps
from countenance.recognition.measuring.fairness_run import FairnessPlan, FairnessReport
from countenance.vetting.evaluation import LOCAL
from fakes_engine import photograph
from world import World

IMAGES = 100
KEY, NAME = bytes(32), bytes(range(32))

KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from integration.cli.test_fairness_resuming import measured, shown
seen = []
def read(name):
    seen.append(name)
    if len(seen) == 70:
        os.kill(os.getpid(), signal.SIGKILL)
    return shown(name)
measured(Path({folder!r}), read)
"""


def shown(name: str) -> bytes:
    number = int(name.removesuffix(".jpg"))
    return b"no face" if number % 30 == 7 else photograph(f"subject {number // 2}", number % 2)


def plan(cap: float = 0.001) -> FairnessPlan:
    rows = (f"{i}.jpg,s{i // 2},{'abc'[i // 2 % 3]}" for i in range(IMAGES))
    return FairnessPlan(
        name="people",
        manifest=read_manifest(["image,subject,sex", *rows], Labels()),
        face=FaceChoice.CENTRAL,
        caps=Caps(fmr=cap),
        alpha=0.5,
        threshold=None,
        score=0.2,
    )


def measured(
    folder: Path | None, read: Callable[[str], bytes], of: FairnessPlan | None = None
) -> FairnessReport:
    world = World()
    world.acts.ensure_evaluation_lease()
    work_in = None if folder is None else (lambda name: world.measuring_work(folder, name))
    report = world.acts.fairness.measure(
        LOCAL, of or plan(), read=read, progress=lambda *_: None, work_in=work_in
    )
    world.check_ledger()
    return report


def test_what_was_killed_in_the_middle_goes_on_and_gives_the_same_document(tmp_path: Path) -> None:
    folder = tmp_path / "work"
    code = KILLED.format(tests=str(ROOT / "tests"), folder=str(folder))
    ended = subprocess.run([sys.executable, "-c", code], check=False, timeout=120)  # noqa: S603  our own
    assert ended.returncode == -signal.SIGKILL
    assert {file.name for file in folder.iterdir()} == {"templates"}
    read: list[str] = []
    report = measured(folder, lambda name: (read.append(name), shown(name))[1])
    assert len(read) == IMAGES - 64
    whole = measured(None, shown)
    assert (report.document, report.digest, report.failures) == (
        whole.document, whole.digest, whole.failures,
    )  # fmt: skip
    assert not folder.exists()


def test_work_of_another_plan_is_not_taken_over(tmp_path: Path) -> None:
    with MeasuringFolder(tmp_path, key=KEY, name=NAME) as work:
        work.keep(b"part")
    with pytest.raises(InvalidInputError, match="another measurement"):
        MeasuringFolder(tmp_path, key=KEY, name=bytes(32))
    (tmp_path / "letters.txt").write_text("dear", encoding="utf-8")
    with pytest.raises(InvalidInputError, match="a folder of its own"):
        MeasuringFolder(tmp_path, key=KEY, name=NAME)
    assert (tmp_path / "letters.txt").exists()


def test_nobody_reads_templates_from_the_folder_and_two_runs_do_not_share_it(tmp_path: Path) -> None:
    with MeasuringFolder(tmp_path, key=KEY, name=NAME) as work:
        work.keep(b"a template of somebody")
        with pytest.raises(StateError, match="another run"):
            MeasuringFolder(tmp_path, key=KEY, name=NAME)
    assert b"somebody" not in (tmp_path / "templates").read_bytes()
    assert (tmp_path / "templates").stat().st_mode & 0o077 == 0
    with MeasuringFolder(tmp_path, key=bytes([1] * 32), name=NAME) as other:
        assert list(other.kept()) == []


@pytest.mark.parametrize("cut", [1, 5, 37])
def test_a_torn_part_is_passed_over_and_written_anew(tmp_path: Path, cut: int) -> None:
    with MeasuringFolder(tmp_path, key=KEY, name=NAME) as work:
        for part in (b"first", b"second"):
            work.keep(part)
        work.replace_state([memoryview(b"counts "), memoryview(b"so far")])
    file = tmp_path / "templates"
    file.write_bytes(file.read_bytes()[:-cut])
    with MeasuringFolder(tmp_path, key=KEY, name=NAME) as work:
        assert list(work.kept()) == [b"first"]
        work.keep(b"second again")
        assert list(work.kept()) == [b"first", b"second again"]
        assert work.state() == b"counts so far"
        work.forget()
    assert not tmp_path.exists()


def people(images: int) -> tuple[np.ndarray[Any, Any], comparisons.Layout]:
    vectors = np.random.default_rng(1).standard_normal((images, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    subjects = np.arange(images) // 2
    order, layout = laid_out(subjects % 3, subjects)
    return vectors[order], layout


def same(one: Compared, other: Compared) -> bool:
    return all(
        (getattr(one, name) == getattr(other, name)).all()
        for name in ("pairs", "matches", "histogram", "subject_matches")
    )


class StoppedError(Exception):
    """The power went."""


def test_comparisons_go_on_from_the_counts_that_were_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparisons, "_ROWS", 16)
    monkeypatch.setattr(comparisons, "_STRETCH", 2)
    monkeypatch.setattr(comparisons, "_SAVE_EVERY", 0.0)
    monkeypatch.setattr(comparisons, "_SAVE_SHARE", 0.0)
    vectors, layout = people(300)
    whole = compare_all(vectors, layout, 0.4, lambda *_: None)
    saved: list[bytes] = []
    done: list[int] = []

    def stop(rows: int, _total: int) -> None:
        done.append(rows)
        if rows >= 200:
            raise StoppedError

    keeping = Resuming(lambda: saved[-1] if saved else None, lambda parts: saved.append(b"".join(parts)))
    with pytest.raises(StoppedError):
        compare_all(vectors, layout, 0.4, stop, keeping)
    done.clear()
    again = compare_all(vectors, layout, 0.4, lambda rows, _: done.append(rows), keeping)
    assert done[0] > 150
    assert same(again, whole)


def test_counts_that_do_not_fit_are_not_taken_over() -> None:
    vectors, layout = people(100)
    whole = compare_all(vectors, layout, 0.4, lambda *_: None)
    odd = Resuming(lambda: b"123", lambda _: None)
    assert same(compare_all(vectors, layout, 0.4, lambda *_: None, odd), whole)
