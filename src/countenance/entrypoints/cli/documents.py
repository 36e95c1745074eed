"""What `--json` prints of the values that the acts answer with. The keys never change once released."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from countenance.entrypoints.cli.wording import remarks
from countenance.policy.standing_codec import caps_document

if TYPE_CHECKING:
    from datetime import datetime

    from countenance.biometrics.faces import DetectedFace, Point
    from countenance.biometrics.model import CandidateList, Threshold
    from countenance.consent.model import Consent
    from countenance.recognition.acts.galleries import GalleryView
    from countenance.recognition.model import DecisionRecord
    from countenance.vetting.model import ApiKey, Lease

Document = dict[str, Any]


def of_threshold(threshold: Threshold) -> Document:
    """Return a threshold with the false match rate that it stands for, and what must be said of that."""
    return {
        "threshold": float(threshold.score),
        "fmr": threshold.fmr.rate,
        "fmr_interval": [threshold.fmr.lower, threshold.fmr.upper],
        "fmr_trials": threshold.fmr.trials,
        "calibration": threshold.calibration_id,
        "remarks": list(remarks(threshold.calibration_id)),
    }


def of_face(face: DetectedFace) -> Document:
    """Return a face: box and landmarks in pixels of the upright image, pose in degrees."""
    box, marks, pose = face.box, face.landmarks, face.pose
    return {
        "box": {"left": box.left, "top": box.top, "width": box.width, "height": box.height},
        "confidence": face.confidence,
        "landmarks": {
            "right_eye": _point(marks.right_eye),
            "left_eye": _point(marks.left_eye),
            "nose": _point(marks.nose),
            "right_mouth": _point(marks.right_mouth),
            "left_mouth": _point(marks.left_mouth),
        },
        "pose": {"yaw": pose.yaw, "pitch": pose.pitch, "roll": pose.roll},
        "quality": [
            {"code": measure.code, "name": measure.name, "native": measure.native, "score": measure.score}
            for measure in face.quality
        ],
        "reasons": [reason.value for reason in face.reasons],
    }


def of_candidates(found: CandidateList, *, show_scores: bool) -> list[Document]:
    """Return a candidate list in rank order; scores are null where the permit forbids them."""
    return [
        {
            "rank": candidate.rank,
            "subject_id": candidate.subject_id,
            "reference_id": candidate.reference_id,
            "score": float(candidate.score) if show_scores else None,
        }
        for candidate in found.candidates
    ]


def of_decision_record(record: DecisionRecord) -> Document:
    """Return a decision as it stands on record, with what was asked."""
    from countenance.policy.codec import decision_document, question_document  # noqa: PLC0415  slow

    return {
        "decision_id": record.id,
        "entry": record.entry,
        "asked": record.asked.isoformat(),
        "actor_id": record.actor_id,
        "customer_id": record.customer_id,
        "question": question_document(record.question),
        **decision_document(record.decision),
    }


def of_gallery(view: GalleryView) -> Document:
    """Return a gallery with the number of its subjects."""
    gallery = view.gallery
    return {
        "gallery_id": gallery.id,
        "purpose": gallery.purpose.value,
        "subjects": view.subjects,
        "lease_id": gallery.lease_id,
        "scraped": gallery.scraped,
        "model_digest": gallery.pipeline.model_digest,
        "pipeline": gallery.pipeline.version,
        "created": gallery.created.isoformat(),
    }


def of_consent(consent: Consent) -> Document:
    """Return a consent record."""
    return {
        "gallery_id": consent.gallery_id,
        "subject_id": consent.subject_id,
        "notice": consent.notice,
        "method": consent.method,
        "instruments": sorted(consent.instruments),
        "given": consent.given.isoformat(),
        "expires": _moment(consent.expires),
        "withdrawn": _moment(consent.withdrawn),
        "basis": consent.basis.value,
        "minor": consent.minor,
        "record_id": consent.record_id,
    }


def of_key(key: ApiKey) -> Document:
    """Return a key without its secret, which nobody has."""
    return {
        "key_id": key.id,
        "role": key.role.value,
        "lease_id": key.lease_id,
        "label": key.label,
        "created": key.created.isoformat(),
        "expires": _moment(key.expires),
        "revoked": _moment(key.revoked),
        "person": key.person,
        "customer_id": key.customer_id,
    }


def of_lease(lease: Lease) -> Document:
    """Return what a lease allows."""
    terms = lease.terms
    return {
        "lease_id": lease.id,
        "customer_id": lease.customer_id,
        "acts": sorted(act.value for act in terms.acts),
        "purposes": sorted(purpose.value for purpose in terms.purposes),
        "galleries": sorted(terms.galleries),
        "spaces": sorted(space.value for space in terms.spaces),
        "cameras": sorted(camera.value for camera in terms.cameras),
        "model_digests": sorted(terms.model_digests),
        "fmr_ppb": terms.fmr_ppb,
        "n_max": terms.n_max,
        "max_candidates": lease.max_candidates,
        "examiners": terms.examiners,
        "caps": None if terms.caps is None else caps_document(terms.caps),
        "instruments": sorted(terms.instruments),
        "not_before": terms.not_before.isoformat(),
        "expires": terms.expires.isoformat(),
        "revoked": terms.revoked,
        "suspended": terms.suspended,
        "reverify": _moment(lease.reverify),
        "origin": lease.origin.value,
        "version": lease.version,
        "application_id": lease.application_id,
        "acts_for": sorted(kind.value for kind in lease.acts_for),
        "conditions": list(lease.conditions),
        "obligations": sorted(kind.value for kind in terms.obligations),
        "terms_of_use": lease.terms_of_use,
        "secret_because": lease.secret_because,
        "approved_by": list(lease.approved_by),
    }


def _point(point: Point) -> dict[str, float]:
    return {"x": point.x, "y": point.y}


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None
