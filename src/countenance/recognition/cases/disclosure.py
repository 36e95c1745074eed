"""The disclosure bundle: what a defence needs to question a lead, as one zip that can be checked offline."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from countenance.errors import StateError
from countenance.ledger import Entry, EventType
from countenance.ledger.proof import InclusionProof
from countenance.oversight.model import CaseId, CaseState
from countenance.oversight.qualification import rates_of
from countenance.policy.codec import decision_to_json, question_to_json
from countenance.policy.publication import RulesOfTheDay
from countenance.recognition.cases.reading import CaseDossier, ReadBench
from countenance.recognition.cases.release import agreed_subjects, certificate
from countenance.recognition.ports import UnitOfWork
from countenance.vetting.documents import document_of
from countenance.vetting.model import Actor

ABOUT: Final = """\
What stands behind a released lead.

case.json        the case: when, under which lease and decision, who asked, settings of the search
probe.jpg        the probe as examiners saw it; case.json lists every edit that was made to it
candidates.json  the whole candidate list, with ranks and scores; none of these were shown to examiners
sheets.json      every examiner's sheet: the checklist and the verdict of each place, in their own order
examiners.json   how often each examiner errs where the truth is known, with its 95 % interval, and what
                 stands for them in the entries of the ledger
policy.json      the decision that permitted the search, the digests it rests on, and the rules in words
lead.json        the certificate
appeals.json     appeals against it, and what was said of them
ledger/          the entries of the ledger, each with a proof that it is in the log (c2sp.org/tlog-proof)

Subjects who have withdrawn their consent since are in none of these.
"""
_MOMENT: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Disclose:
    """Put the bundle of a released or overturned lead together."""

    read: ReadBench
    rules: Callable[[date], RulesOfTheDay]

    def __call__(self, actor: Actor, case_id: CaseId) -> bytes:
        """Return the bundle, a zip, and put on the ledger that it was given out.

        Raises `ForbiddenError`, `SeparationError`, `NotFoundError`, and `StateError` where there is no
        lead, or nothing of it is kept any more.
        """
        with self.read.bench.unit_of_work() as work:
            dossier = self.read.dossier_in(work, actor, case_id)
            if dossier.case.state not in {CaseState.RELEASED, CaseState.OVERTURNED}:
                raise StateError(f"case `{case_id}` is `{dossier.case.state}`: there is no lead to disclose")
            parts = self._parts(work, dossier)
            work.ledger.append(
                Entry(
                    EventType.CASE_DISCLOSED,
                    self.read.bench.access.clock(),
                    {"case": case_id, "actor": actor.id},
                )
            )
            work.commit()
        return _zipped(parts)

    def _parts(self, work: UnitOfWork, dossier: CaseDossier) -> dict[str, bytes]:
        parts = {
            "README.txt": ABOUT.encode(),
            "case.json": _json(_case(dossier)),
            "candidates.json": _json(_candidates(dossier)),
            "sheets.json": _json([document_of(one) for one in dossier.judged]),
            "examiners.json": _json(_examiners(work, dossier)),
            "policy.json": _json(self._policy(work, dossier)),
            "appeals.json": _json(document_of(dossier.file.appeals)),
        }
        probe = work.cases.probe(dossier.case.id)
        if probe is not None:
            parts["probe.jpg"] = probe
        if dossier.case.state is CaseState.RELEASED:
            whole = work.cases.get(dossier.case.id)
            if whole is not None:
                now = self.read.bench.access.clock()
                told = certificate(whole, dossier.file, agreed_subjects(work, whole, dossier.file, now))
                parts["lead.json"] = _json(document_of(told))
        size = work.ledger.size()
        for index in dossier.file.entries:
            proof = InclusionProof(index, work.ledger.inclusion_proof(index, size), work.ledger.checkpoint())
            parts[f"ledger/{index}.json"] = work.ledger.leaf(index)
            parts[f"ledger/{index}.tlog-proof"] = proof.text.encode()
        return parts

    def _policy(self, work: UnitOfWork, dossier: CaseDossier) -> dict[str, Any]:
        """Return the decision with its digests, and the rules of its day. `same`: this is the text."""
        record = work.decisions.get(dossier.case.decision_id)
        if record is None:
            return {}
        told = self.rules(record.asked.date())
        digests = dict(record.decision.digests)
        return {
            "question": json.loads(question_to_json(record.question)),
            "decision": json.loads(decision_to_json(record.decision)),
            "digests": digests,
            "packs": [
                {
                    "name": pack.name,
                    "sha256": pack.digest,
                    "same": digests.get(pack.name) == pack.digest,
                    "rules": document_of(pack.rules),
                }
                for pack in told.packs
            ],
            "laws": {
                "sha256": told.register_digest,
                "same": told.register_digest in digests.values(),
                "rules": [{"law": one.law.id, "rules": document_of(one.rules)} for one in told.laws],
            },
        }


def _case(dossier: CaseDossier) -> dict[str, Any]:
    case, file = dossier.case, dossier.file
    return {
        **document_of(case),
        "search": document_of(file.search),
        "probe": document_of(file.probe),
        "authorisation": file.authorisation or None,
        "release": document_of(file.release),
        "known_faces_mixed_in": len(file.fillers or ()),
        "recipients": document_of(file.recipients),
    }


def _candidates(dossier: CaseDossier) -> list[dict[str, Any]]:
    return [
        {**document_of(one), "agreed": one.reference_id in dossier.file.agreed} for one in dossier.candidates
    ]


def _examiners(work: UnitOfWork, dossier: CaseDossier) -> list[dict[str, Any]]:
    told = []
    for person in sorted({one.examiner for one in dossier.judged}):
        held = work.examining.authorisation(person)
        trials = work.examining.trials(person, since=held.since) if held is not None else ()
        told.append(
            {
                "authorisation": document_of(held),
                "on_ledger": work.ledger.pseudonym(person),
                "rates": document_of(rates_of(trials)),
                "trials": len(trials),
            }
        )
    return told


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def _zipped(parts: dict[str, bytes]) -> bytes:
    """Return the parts as a zip that is the same, byte for byte, for the same parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name in sorted(parts):
            bundle.writestr(zipfile.ZipInfo(name, _MOMENT), parts[name], zipfile.ZIP_DEFLATED)
    return written.getvalue()
