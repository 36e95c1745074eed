from __future__ import annotations

import hashlib
import uuid
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from countenance.entrypoints.azure_face.directory import LIFETIME, done_at, operation_id

NOW = datetime(2026, 7, 1, 12, 0, 0, 123000, tzinfo=UTC)


def commit_to(data: bytes) -> str:
    return hashlib.sha256(b"key" + data).hexdigest()


def test_an_operation_says_when_it_was_done_to_whom_it_was_given() -> None:
    name = operation_id("lease", NOW, commit_to)
    assert str(uuid.UUID(name)) == name
    assert done_at(name, "lease", NOW, commit_to) == NOW
    assert done_at(name, "other", NOW, commit_to) is None
    assert done_at(name, "lease", NOW, lambda data: commit_to(data)[::-1]) is None


def test_an_operation_is_good_for_48_hours() -> None:
    name = operation_id("lease", NOW, commit_to)
    assert done_at(name, "lease", NOW + LIFETIME - timedelta(seconds=1), commit_to) == NOW
    assert done_at(name, "lease", NOW + LIFETIME, commit_to) is None


@given(st.uuids())
def test_no_made_up_id_is_an_operation(name: uuid.UUID) -> None:
    assert done_at(str(name), "lease", NOW, commit_to) is None


@given(st.text(max_size=40))
def test_whatever_else_is_sent_is_none_either(text: str) -> None:
    assert done_at(text, "lease", NOW, commit_to) is None
