"""What the subject's own page stores, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from countenance.errors import AlreadyExistsError, NotFoundError
from countenance.recognition.subjects.model import (
    AccessCode,
    Appearance,
    Place,
    RequestState,
    SubjectRequest,
    SubjectSession,
)
from fakes_staff import Unit


@dataclass
class SubjectState:
    access_codes: dict[bytes, AccessCode] = field(default_factory=dict)
    own_sessions: dict[bytes, SubjectSession] = field(default_factory=dict)
    subject_requests: dict[str, SubjectRequest] = field(default_factory=dict)
    appearances: dict[tuple[bytes, int], Appearance] = field(default_factory=dict)
    named: dict[tuple[str, int], None] = field(default_factory=dict)
    followed: int = 0


@dataclass
class FakeSubjectAccess:
    unit: Unit

    def put_code(self, code: AccessCode) -> None:
        self.unit.write().access_codes[code.digest] = code

    def code(self, digest: bytes) -> AccessCode | None:
        return self.unit.read(lambda state: state.access_codes.get(digest))

    def remove_codes(self, place: Place) -> int:
        codes = self.unit.write().access_codes
        gone = [digest for digest, code in codes.items() if code.place == place]
        for digest in gone:
            del codes[digest]
        return len(gone)

    def put_session(self, session: SubjectSession) -> None:
        self.unit.write().own_sessions[session.digest] = session

    def session(self, digest: bytes) -> SubjectSession | None:
        return self.unit.read(lambda state: state.own_sessions.get(digest))

    def remove_session(self, digest: bytes) -> None:
        self.unit.write().own_sessions.pop(digest, None)

    def forget(self, before: datetime) -> int:
        state = self.unit.write()
        count = 0
        for held in (state.access_codes, state.own_sessions):
            gone = [digest for digest, value in held.items() if value.expires < before]
            for digest in gone:
                del held[digest]
            count += len(gone)
        return count


@dataclass
class FakeSubjectRequests:
    unit: Unit

    def add(self, request: SubjectRequest) -> None:
        held = self.unit.write().subject_requests
        if request.id in held:
            raise AlreadyExistsError(f"there is a request `{request.id}` already")
        held[request.id] = request

    def put(self, request: SubjectRequest) -> None:
        held = self.unit.write().subject_requests
        if request.id not in held:
            raise NotFoundError(f"there is no request `{request.id}`")
        held[request.id] = request

    def get(self, request_id: str) -> SubjectRequest | None:
        return self.unit.read(lambda state: state.subject_requests.get(request_id))

    def of_subject(self, place: Place) -> tuple[SubjectRequest, ...]:
        def question(held: dict[str, SubjectRequest]) -> tuple[SubjectRequest, ...]:
            mine = sorted((one for one in held.values() if one.place == place), key=lambda one: one.id)
            return tuple(sorted(mine, key=lambda one: one.filed, reverse=True))

        return self.unit.read(lambda state: question(state.subject_requests))

    def of_customer(
        self, customer_id: str, state: RequestState | None, *, limit: int
    ) -> tuple[SubjectRequest, ...]:
        def question(held: dict[str, SubjectRequest]) -> tuple[SubjectRequest, ...]:
            wanted = [
                one
                for one in held.values()
                if one.customer_id == customer_id and (state is None or one.state is state)
            ]
            return tuple(sorted(wanted, key=lambda one: (one.due, one.id))[:limit])

        return self.unit.read(lambda held: question(held.subject_requests))

    def silence(self, place: Place) -> int:
        held = self.unit.write().subject_requests
        count = 0
        for name, one in held.items():
            if one.place == place and (one.text or one.answer):
                held[name] = replace(one, text="", answer="")
                count += 1
        return count


@dataclass
class FakeAppearances:
    unit: Unit

    def add(self, place: Place, appearance: Appearance) -> None:
        state = self.unit.write()
        key = state.subject_keys.get((place.gallery_id, place.subject_id))
        if key is not None:
            state.appearances[key, len(state.appearances)] = appearance

    def of_subject(self, place: Place, *, limit: int) -> tuple[Appearance, ...]:
        key = self.unit.read(lambda state: state.subject_keys.get((place.gallery_id, place.subject_id)))
        held: dict[tuple[bytes, int], Appearance] = self.unit.read(lambda state: state.appearances)
        mine = sorted(((at, one) for (owner, at), one in held.items() if owner == key), reverse=True)
        return tuple(one for _, one in mine)[:limit]


@dataclass
class FakeSubjectEntries:
    unit: Unit

    def followed(self) -> int:
        return self.unit.read(lambda state: state.followed)

    def follow(self, until: int, named: Iterable[tuple[str, int]]) -> None:
        state = self.unit.write()
        state.named.update(dict.fromkeys(named))
        state.followed = until

    def entries_of(self, commitment: str, *, limit: int) -> Sequence[int]:
        named: dict[tuple[str, int], None] = self.unit.read(lambda state: state.named)
        return sorted((entry for name, entry in named if name == commitment), reverse=True)[:limit]
