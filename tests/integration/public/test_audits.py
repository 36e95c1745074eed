from __future__ import annotations

from datetime import timedelta

from applying import ADMIN, RUTH
from countenance.fairness.audits import AuditTerms, AuditVerdict
from countenance.recognition.watching.audits import Handed
from public_stage import PublicStage

TERMS = AuditTerms(
    party="A <b>university</b>",
    contact="audit@example.com",
    protocol="ab" * 32,
    test_days=10,
    window_days=30,
    calls_a_minute=2,
    most_calls=5,
)
WHY = "an independent test that we can learn from"


def test_a_failed_audit_is_on_the_public_page_once_its_embargo_is_over_and_not_before(
    public: PublicStage,
) -> None:
    service = public.stage.countenance
    cases = service.gate.administer_audits
    begun = cases.approve(RUTH, cases.register(ADMIN, TERMS, WHY).id, WHY)
    outsider = service.authenticate(begun.issued.text)
    handed = Handed(
        verdict=AuditVerdict.FAILED, summary="One group errs more & more often.", report="cd" * 32
    )
    service.gate.run_audit.report(outsider, handed)
    cases.respond(ADMIN, begun.audit.id, "The camera at that door was replaced.")
    before = public.get("/audits")
    assert before.status_code == 200
    assert "university" not in before.text
    assert public.get("/audits?format=json").json() == {"audits": []}
    public.clock.advance(timedelta(days=31))
    page = public.get("/audits").text
    assert "A &lt;b&gt;university&lt;/b&gt;" in page
    assert "The system failed" in page
    assert "more &amp; more often" in page
    assert "The camera at that door was replaced." in page
    assert "audit@example.com" not in page
    (told,) = public.get("/audits?format=json").json()["audits"]
    assert (told["verdict"], told["protocol"], told["report"]) == ("failed", "ab" * 32, "cd" * 32)
