"""What subjects wrote and what signs webhooks opens under a new master key, and no more under the old one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from countenance.biometrics.model import GalleryId, SubjectId
from countenance.errors import ConfigurationError
from countenance.recognition.subjects.model import Place, RequestKind, RequestState, SubjectRequest
from countenance.recognition.webhooks.model import Announcement, AnnouncementKind, Endpoint, Secret
from countenance.storage import Database, Keyring, check_installation, unit_of_work_factory
from countenance.storage.rotation import rotate_master_key
from storing import KEYRING, SIGNER

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
REQUEST = SubjectRequest(
    id="req_1",
    place=Place(GalleryId("clients"), SubjectId("dave")),
    customer_id="bank",
    kind=RequestKind.CORRECTION,
    state=RequestState.OPEN,
    text="My name is Dave Muster.",
    filed=NOON,
    due=NOON + timedelta(days=31),
    entry=0,
)
ENDPOINT = Endpoint(
    id="hook_1",
    customer_id="bank",
    url="https://hooks.example.org/",
    kinds=frozenset({AnnouncementKind.TEST}),
    secrets=(Secret(value=b"\x05" * 32, made=NOON), Secret(value=b"\x06" * 32, made=NOON, until=NOON)),
    created=NOON,
    made_by="key_1",
)
ANNOUNCED = Announcement(id="evt_1", kind=AnnouncementKind.TEST, customer_id="bank", at=NOON, data={"a": "b"})


def test_a_new_master_key_opens_what_subjects_wrote_and_what_signs(sqlite: Database) -> None:
    with unit_of_work_factory(sqlite, KEYRING, SIGNER)() as work:
        work.subject_requests.add(REQUEST)
        work.webhooks.put_endpoint(ENDPOINT)
        work.webhooks.announce(ANNOUNCED, {ENDPOINT.id: NOON + timedelta(days=3)}, at=NOON)
        work.commit()
    new = Keyring(bytes(range(32, 64)))
    rotate_master_key(sqlite, KEYRING, new)
    with unit_of_work_factory(sqlite, new, SIGNER)() as work:
        assert work.subject_requests.get("req_1") == REQUEST
        assert work.webhooks.endpoint("hook_1") == ENDPOINT
        (delivery,) = work.webhooks.deliveries("hook_1", None, limit=9)
        assert delivery.announcement == ANNOUNCED
    with pytest.raises(ConfigurationError):
        check_installation(sqlite, KEYRING, SIGNER)
