from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from countenance.engine.artefacts import ArtefactCache, ArtefactState, artefact_key


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    cache = ArtefactCache(tmp_path / "new" / "folder")
    assert cache.get("key") is None
    assert cache.put("key", b"content")
    content = cache.get("key")
    assert content is not None
    assert bytes(content) == b"content"
    assert cache.state("key") is ArtefactState.INTACT


def test_only_the_owner_can_read_the_folder_and_its_files(tmp_path: Path) -> None:
    cache = ArtefactCache(tmp_path / "cache")
    cache.put("key", b"content")
    assert (tmp_path / "cache").stat().st_mode & 0o077 == 0
    assert (tmp_path / "cache" / "key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped", "longer", "header", "directory"])
def test_a_damaged_artefact_is_noticed_and_made_again(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    cache = ArtefactCache(tmp_path)
    cache.put("key", b"content" * 100)
    path = tmp_path / "key"
    whole = path.read_bytes()
    match damage:
        case "cut":
            path.write_bytes(whole[: len(whole) // 2])
        case "empty":
            path.write_bytes(b"")
        case "flipped":
            path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        case "longer":
            path.write_bytes(whole + b"x")
        case "header":
            path.write_bytes(b"C" + whole[1:])
        case "directory":
            path.unlink()
            path.mkdir()
    assert cache.state("key") is ArtefactState.DAMAGED
    with caplog.at_level(logging.WARNING):
        assert bytes(cache.get_or_make("key", lambda: b"made again")) == b"made again"
    assert "`key` is damaged" in caplog.text
    if damage != "directory":
        assert cache.state("key") is ArtefactState.INTACT


def test_nothing_half_written_is_left_where_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    cache = ArtefactCache(tmp_path)
    with caplog.at_level(logging.WARNING):
        assert bytes(cache.get_or_make("key", lambda: b"made")) == b"made"
    assert "No space left" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_everything_is_made_each_time() -> None:
    cache = ArtefactCache(None)
    assert not cache.put("key", b"content")
    assert cache.get("key") is None
    assert cache.state("key") is ArtefactState.ABSENT


def test_keys_differ_wherever_a_part_differs() -> None:
    keys = {
        artefact_key("prepared", "a", "bc"),
        artefact_key("prepared", "ab", "c"),
        artefact_key("compiled", "a", "bc"),
        artefact_key("prepared", "a", "bc", ""),
    }
    assert len(keys) == 4
    assert all(key.replace("-", "").isalnum() for key in keys)
