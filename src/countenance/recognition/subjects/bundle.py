"""Everything that is held of a subject as one file to take along: GDPR, Articles 15 and 20.

A ZIP archive with the record as JSON, and for each entry of the log that speaks of the subject its
bytes and its proof, all under one checkpoint, with the public key that they are verified with.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from countenance.consent.model import Consent
from countenance.consent.retention import Deadline
from countenance.fairness.labels import SOURCE, RecordedGroups
from countenance.ledger import Entry, EventType
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.subjects.model import OpenedSession, SubjectRequest
from countenance.recognition.subjects.record import OwnAct, OwnRecord, OwnReference, ReadOwnRecord

SCHEMA: Final = "countenance.subject-record/1"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_READ_ME: Final = """What is in this archive

record.json      everything that is held of you and what was done with it, for people and programs
entries/N.json   the entry N of the transparency log, byte for byte
entries/N.tlog-proof   the proof that this entry is in the log (c2sp.org/tlog-proof)
log.key          the public key that the log's checkpoint is signed with

Your face's template is not in here: it is a row of numbers that would let anybody who finds this
file search for you. What it was made with, and when, is in record.json.

To check a proof offline:
    countenance ledger check entries/N.tlog-proof entries/N.json --vkey "$(cat log.key)"
"""
_READ_ME_GERMAN: Final = """Was in diesem Archiv liegt

record.json      alles, was von Ihnen gespeichert ist und was damit getan wurde, für Menschen und Programme
entries/N.json   der Eintrag N des öffentlichen Protokolls, Byte für Byte
entries/N.tlog-proof   der Beleg, dass dieser Eintrag im Protokoll steht (c2sp.org/tlog-proof)
log.key          der öffentliche Schlüssel, mit dem das Protokoll unterschrieben ist

Die Zahlenreihe Ihres Gesichts liegt nicht darin: Wer diese Datei findet, könnte damit nach Ihnen suchen.
Wann und womit sie berechnet wurde, steht in record.json.

So prüfen Sie einen Beleg ohne Netz:
    countenance ledger check entries/N.tlog-proof entries/N.json --vkey "$(cat log.key)"
"""


@dataclass(frozen=True, slots=True)
class TakeAlong:
    """Make the archive, and put on the ledger that it was handed out."""

    read: ReadOwnRecord
    unit_of_work: Callable[[], UnitOfWork]
    clock: Callable[[], datetime]

    def document(self, opened: OpenedSession) -> Mapping[str, Any]:
        """Return the record as JSON has it."""
        return document_of(self._disclosed(opened))

    def __call__(self, opened: OpenedSession) -> bytes:
        """Return the archive's bytes."""
        record = self._disclosed(opened)
        with self.unit_of_work() as work:
            key = str(work.ledger.key)
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            _put(archive, "README.txt", _READ_ME.encode())
            _put(archive, "LIESMICH.txt", _READ_ME_GERMAN.encode())
            _put(archive, "record.json", _pretty(document_of(record)))
            _put(archive, "log.key", f"{key}\n".encode())
            for entry, leaf, proof in self.read.evidence(sorted(record.entries)):
                _put(archive, f"entries/{entry}.json", leaf)
                _put(archive, f"entries/{entry}.tlog-proof", proof.encode())
        return made.getvalue()

    def _disclosed(self, opened: OpenedSession) -> OwnRecord:
        record = self.read(opened)
        with self.unit_of_work() as work:
            fields = {"gallery": record.place.gallery_id, "subject": record.commitment}
            work.ledger.append(Entry(EventType.SUBJECT_DATA_DISCLOSED, self.clock(), fields))
            work.commit()
        return record


def document_of(record: OwnRecord) -> dict[str, Any]:
    """Return a record as texts, numbers and lists; moments in ISO 8601."""
    lease, kept = record.lease, record.retention
    return {
        "schema": SCHEMA,
        "made": record.read.isoformat(),
        "subject_id": record.place.subject_id,
        "gallery": {"id": record.gallery.id, "purpose": record.gallery.purpose.value},
        "controller": record.customer.name if record.customer is not None else None,
        "lease": None if lease is None else {"id": lease.id, "expires": lease.terms.expires.isoformat()},
        "in_use": record.in_use,
        "consent": None if record.consent is None else _consent(record.consent),
        "retention": [] if kept is None else [_deadline(one) for one in kept.deadlines],
        "legal_holds": 0 if kept is None else len(kept.held_by),
        "references": [_reference(held) for held in record.references],
        "acts": [_act(act) for act in record.acts],
        "events": [{"type": one.type, "at": one.at.isoformat(), "entry": one.entry} for one in record.events],
        "requests": [_request(one) for one in record.requests],
        "groups": _groups(record.groups),
        "name_in_the_log": record.commitment,
        "acts_known_up_to_entry": record.complete_to,
    }


def _groups(recorded: RecordedGroups | None) -> dict[str, Any] | None:
    """Return what the subject said of itself so that rates are watched by group."""
    if recorded is None:
        return None
    told = {"purpose": "fairness monitoring", "source": SOURCE, "answers": dict(recorded.answers)}
    return {**told, "recorded": recorded.recorded.isoformat()}


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "basis": consent.basis.value,
        "notice": consent.notice,
        "method": consent.method,
        "instruments": sorted(consent.instruments),
        "given": consent.given.isoformat(),
        "expires": _iso(consent.expires),
        "withdrawn": _iso(consent.withdrawn),
        "use_stopped_by_objection": _iso(consent.objected),
    }


def _deadline(one: Deadline) -> dict[str, Any]:
    return {"at": one.at.isoformat(), "source": one.source.value, "rule": one.rule, "text": one.text}


def _reference(held: OwnReference) -> dict[str, Any]:
    return {
        "id": held.id,
        "enrolled": held.enrolled.isoformat(),
        "model_digest": held.pipeline.model_digest,
        "pipeline": held.pipeline.version,
    }


def _act(act: OwnAct) -> dict[str, Any]:
    return {
        "act": act.act.value,
        "at": act.at.isoformat(),
        "by": act.customer,
        "purpose": act.purpose.value if act.purpose is not None else None,
        "outcome": act.outcome,
        "on_a_candidate_list": act.listed,
        "case": act.case_id,
        "case_state": act.case_state,
        "decision": act.decision_id,
        "entries": list(act.entries),
    }


def _request(request: SubjectRequest) -> dict[str, Any]:
    return {
        "id": request.id,
        "kind": request.kind.value,
        "state": request.state.value,
        "text": request.text,
        "about": request.about,
        "filed": request.filed.isoformat(),
        "due": request.due.isoformat(),
        "answer": request.answer,
        "answered": _iso(request.answered),
        "entry": request.entry,
        "answer_entry": request.answer_entry,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None


def _pretty(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _EPOCH), content, zipfile.ZIP_DEFLATED)
