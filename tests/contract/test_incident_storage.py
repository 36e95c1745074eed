from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from contract import examples
from contract.examples import HOUR, NOON
from countenance.fairness.audits import Audit, AuditId, AuditTerms
from countenance.fairness.evidence import Evidence, EvidenceId, Step
from countenance.fairness.monitored import Measure, Watched
from countenance.fairness.reports import KeptReport
from countenance.fairness.sequential import Stream
from countenance.oversight.incidents import (
    Incident,
    IncidentId,
    IncidentKind,
    Resolution,
    Scope,
    ScopeKind,
)
from countenance.policy.evidence import FairnessCaps, KindOfUse
from countenance.policy.model import Stop
from countenance.storage import Keyring, unit_of_work_factory
from countenance.storage.rotation import rotate_master_key
from storing import KEYRING, SIGNER, Place

FIRST = Incident(
    id=IncidentId("inc_1"),
    kind=IncidentKind.SCORE_DRIFT,
    scope=Scope(kind=ScopeKind.LEASE, of="lease"),
    stops=Stop.CONSEQUENTIAL_ACTS,
    opened=NOON,
    by="monitor",
    reason="mated scores fell at gate 3",
    evidence="ab" * 32,
    lease="lease",
    narrowed_version=4,
)
SECOND = replace(FIRST, id=IncidentId("inc_2"), opened=NOON + HOUR, stops=None, narrowed_version=None)


def keep(place: Place, *incidents: Incident) -> None:
    with place.unit() as work:
        for incident in incidents:
            work.incidents.put(incident)
        work.commit()


def test_incidents_come_back_as_they_were_and_the_newest_first(place: Place) -> None:
    keep(place, FIRST, SECOND)
    with place.unit() as work:
        assert work.incidents.get(FIRST.id) == FIRST
        assert work.incidents.get(IncidentId("inc_3")) is None
        assert work.incidents.all(limit=9) == (SECOND, FIRST)
        assert work.incidents.all(skip=1, limit=9) == (FIRST,)
        assert work.incidents.all(limit=1) == (SECOND,)


def test_those_that_are_open_are_found_and_resolved_ones_are_not(place: Place) -> None:
    keep(place, SECOND, FIRST)
    with place.unit() as work:
        assert work.incidents.open() == (FIRST, SECOND)
    solved = Resolution(by="ruth", reason="a lamp was broken", at=NOON + timedelta(days=1), restored=True)
    keep(place, replace(FIRST, resolution=solved))
    with place.unit() as work:
        assert work.incidents.open() == (SECOND,)
        assert work.incidents.get(FIRST.id) == replace(FIRST, resolution=solved)


def test_what_people_wrote_of_an_incident_is_sealed_and_moves_with_the_master_key(place: Place) -> None:
    if place.database is None:
        return
    keep(place, FIRST)
    with place.database.engine.connect() as connection:
        (row,) = connection.exec_driver_sql("SELECT sealed FROM incidents").all()
    assert b"gate 3" not in bytes(row[0])
    new = Keyring(bytes(32))
    rotate_master_key(place.database, KEYRING, new)
    with unit_of_work_factory(place.database, new, SIGNER)() as work:
        assert work.incidents.get(FIRST.id) == FIRST
    rotate_master_key(place.database, new, KEYRING)


def test_the_caps_of_a_lease_come_back_as_they_were_stored(place: Place) -> None:
    lease = examples.lease()
    caps = FairnessCaps(max_age_days=90, min_subjects=50, fmr_ppb=1_000, ratio_ppb=3_000_000_000)
    capped = replace(lease, terms=replace(lease.terms, caps=caps))
    with place.unit() as work:
        work.leases.put(capped)
        work.commit()
    with place.unit() as work:
        assert work.leases.get(lease.id) == capped


def report(number: int, **changes: object) -> Evidence:
    plain = Evidence(
        id=EvidenceId(f"evi_{number}"),
        report=f"{number:064x}",
        model_digest="model",
        threshold_ppb=400,
        uses=frozenset({KindOfUse.ONE_TO_ONE}),
        measured=NOON + number * HOUR,
        groups=4,
        fmr_ppb=7,
        entry=number,
        registered=Step(by="ruth", reason="like the use", at=NOON + timedelta(days=9)),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # any field


def test_the_newest_registered_report_for_model_threshold_and_use_is_found(place: Place) -> None:
    many = frozenset({KindOfUse.ONE_TO_MANY})
    kept = [
        report(1),
        report(2),
        report(3, registered=None),
        report(4, model_digest="other"),
        report(5, threshold_ppb=401),
        report(6, uses=many),
    ]
    with place.unit() as work:
        for one in kept:
            work.evidence.put(one)
        work.commit()
    with place.unit() as work:
        assert work.evidence.newest("model", 400, KindOfUse.ONE_TO_ONE) == kept[1]
        assert work.evidence.newest("model", 400, KindOfUse.ONE_TO_MANY) == kept[5]
        assert work.evidence.newest("nothing", 400, KindOfUse.ONE_TO_ONE) is None
        assert work.evidence.all() == tuple(reversed(kept))
        assert work.evidence.get(EvidenceId("evi_3")) == kept[2]
        assert work.evidence.get(EvidenceId("evi_9")) is None
    gone = replace(kept[1], withdrawn=Step(by="rudi", reason="the data was not like it", at=NOON))
    with place.unit() as work:
        work.evidence.put(gone)
        work.commit()
        assert work.evidence.newest("model", 400, KindOfUse.ONE_TO_ONE) == gone


def test_what_is_watched_is_kept_with_the_place_along_the_ledger(place: Place) -> None:
    stream = Stream(trials=400, errors=3, baseline=0.02, detectors=(0.25, 1.0, 3.5e-9), alarms=1)
    kept = Watched(gallery_id="doors", measure=Measure.NO_MATCH, under="100:2027", stream=stream)
    other = replace(kept, measure=Measure.APPEALED, stream=Stream())
    with place.unit() as work:
        assert work.monitored.followed() == 0
        work.monitored.put(kept)
        work.monitored.put(other)
        work.monitored.follow(7)
        work.commit()
    with place.unit() as work:
        work.monitored.follow(9)
        work.commit()
        assert work.monitored.followed() == 9
        assert work.monitored.get("doors", Measure.NO_MATCH) == kept
        assert work.monitored.get("doors", Measure.OVERRIDDEN) is None
        assert work.monitored.all() == (other, kept)


def test_audits_are_found_by_the_lease_of_their_key_and_their_calls_are_counted(place: Place) -> None:
    terms = AuditTerms(
        party="A university",
        contact="audit@example.com",
        protocol="ab" * 32,
        test_days=10,
        window_days=30,
        calls_a_minute=2,
        most_calls=9,
    )
    step = Step(by="olivia", reason="an independent test", at=NOON)
    first = Audit(id=AuditId("aud_1"), terms=terms, registered=step, key_lease="aud-1")
    newer = Audit(id=AuditId("aud_2"), terms=terms, registered=replace(step, at=NOON + HOUR))
    with place.unit() as work:
        work.audits.put(first)
        work.audits.put(newer)
        for minute in (7, 7, 8):
            work.audits.count(first.id, minute)
        work.commit()
    with place.unit() as work:
        assert work.audits.of_lease("aud-1") == first
        assert work.audits.of_lease("") is None
        assert work.audits.get(AuditId("aud_3")) is None
        assert work.audits.all() == (newer, first)
        assert work.audits.calls(first.id, 7) == (2, 3)
        assert work.audits.calls(first.id, 9) == (0, 3)
        assert work.audits.calls(newer.id, 7) == (0, 0)


def test_a_kept_report_and_its_files_come_back_sealed_and_under_a_new_master_key(place: Place) -> None:
    kept = KeptReport(
        digest="ab" * 32,
        kind="groups",
        name="doors",
        made_on="2026-07-01",
        verdict="pass",
        model_digest="model",
        threshold_ppb=400,
        images=9,
        subjects=3,
        groups=2,
        entry=7,
        kept=NOON,
        files=("report.html", "report.json"),
    )
    files = {"report.html": b"<p>rates</p>" * 99, "report.json": b"{}"}
    with place.unit() as work:
        work.fairness_reports.put(kept, files)
        work.fairness_reports.put(replace(kept, name="another"), {"report.json": b"changed"})
        work.fairness_reports.put(replace(kept, digest="cd" * 32, kept=NOON + HOUR), {})
        work.commit()
    with place.unit() as work:
        assert work.fairness_reports.get(kept.digest) == kept
        assert {name: work.fairness_reports.file(kept.digest, name) for name in files} == files
        assert work.fairness_reports.file(kept.digest, "report.pdf") is None
        assert work.fairness_reports.get("ef" * 32) is None
        assert [one.digest for one in work.fairness_reports.all()] == ["cd" * 32, kept.digest]
    if place.database is None:
        return
    with place.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT sealed FROM fairness_report_files").all()
    assert not any(b"rates" in bytes(row[0]) for row in rows)
    new = Keyring(bytes(32))
    rotate_master_key(place.database, KEYRING, new)
    with unit_of_work_factory(place.database, new, SIGNER)() as work:
        assert work.fairness_reports.file(kept.digest, "report.html") == files["report.html"]
    rotate_master_key(place.database, new, KEYRING)
