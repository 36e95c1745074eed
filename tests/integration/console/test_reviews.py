"""Applying, reviewing, leasing and stopping, through the forms of the console."""

from __future__ import annotations

import hashlib
import html
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from applying import DIGEST, FILE, WHY, use
from console_stage import ConsoleStage, another
from countenance.entrypoints.console.use_fields import FIELDS
from countenance.entrypoints.console.use_form import field_of, use_from, values_of
from countenance.entrypoints.pages.duties import duties_foreseen, duties_of
from countenance.entrypoints.pages.forms import Form
from countenance.errors import InvalidInputError
from countenance.policy.evidence import FairnessCaps
from countenance.policy.model import Act, Camera, Obligation, ObligationKind, Purpose, Space
from countenance.recognition.model import DecisionSearch
from countenance.staff.model import LOCAL, StaffRole
from countenance.staff.sessions import csrf_token
from countenance.vetting.dossier import ApplicationId, ApplicationState
from countenance.vetting.factors import JUDGED
from countenance.vetting.foresight import Foreseen
from countenance.vetting.model import CustomerId, LeaseId, LeaseOrigin
from countenance.vetting.use import Use
from fakes_engine import photograph
from integration.api.stage import START
from staffing import PASSWORD

MARKS = {
    name: value
    for factor in JUDGED
    for name, value in ((f"{factor}.satisfied", "yes"), (f"{factor}.reason", WHY))
}
APPROVAL = {
    "approve_reasons": WHY,
    "expires": "2027-01-01",
    "reverify": "2026-10-01",
    "conditions": "No camera beside the door.\n\nThe porter stays beside it.",
    "examiners": "0",
}
CAPS = {
    "caps_fmr_ppb": "10000",
    "caps_ratio_ppb": "2.5",
    "caps_max_age_days": "365",
    "caps_min_subjects": "200",
}
REFUSAL = {
    "refuse_reasons": "The notice does not say who looks.",
    "reopening": "Say in the notice who looks, and why.",
}


def sent(held: Use) -> dict[str, Any]:
    """A use as a browser sends it."""
    return {name: value for name, value in values_of(held).items() if value}


def test_a_use_goes_through_the_form_unchanged() -> None:
    held = use(START.replace(hour=0))
    fields = {
        name: tuple(value) if isinstance(value, list) else (value,) for name, value in sent(held).items()
    }
    assert use_from(Form(fields), Use()) == held
    assert use_from(Form({}), Use()) == Use()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_max", "many"),
        ("fmr_ppb", "0"),
        ("acts", "fly"),
        ("begins", "tomorrow"),
        ("appeals.contact", "only a contact"),
        ("instruments.0.reference", "without a kind"),
    ],
)
def test_what_cannot_be_read_is_named_where_it_stands(name: str, value: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        use_from(Form({name: (value,)}), Use())
    assert field_of(refused.value).split(".")[0] == name.split(".", maxsplit=1)[0]


def test_every_field_of_the_form_is_a_field_of_a_use() -> None:
    shown = values_of(use(START))
    assert set(shown) == {field.path for field in FIELDS}


def test_an_applicant_writes_adds_a_file_and_sends_it(console: ConsoleStage) -> None:
    begun = console.post("ada", "/console/applications", title="Staff door")
    place = begun.headers["location"].removesuffix("/edit")
    page = console.get("ada", place).text
    assert "in the way" in page
    assert "Send to the reviewers" in page
    client = console.client("ada")
    token = csrf_token(console.sessions["ada"].token)
    added = client.post(
        f"{place}/files",
        data={"form_token": token, "name": "everything.txt"},
        files={"file": ("everything.txt", FILE)},
    )
    assert added.headers["location"].endswith("done=evidence")
    fields = {**sent(use(START)), "based_on": "1"}
    wrong = client.post(f"{place}/edit", data={"form_token": token, **fields, "n_max": "many"})
    assert "N_max` needs a whole number" in wrong.text or "needs a whole number" in wrong.text
    saved = client.post(f"{place}/edit", data={"form_token": token, **fields})
    assert saved.headers["location"].endswith("done=application-saved")
    late = client.post(f"{place}/edit", data={"form_token": token, **fields, "title": "Other"})
    assert "was written meanwhile" in late.text
    text = console.get("ada", place).text
    assert "everything.txt" in text
    assert "2 of 2 uses would be permitted" in text
    assert "Changed since version 1" in text
    done = console.post("ada", f"{place}/submit")
    assert done.headers["location"].endswith("done=application-submitted")
    assert "An application waits for your review" in console.get("rita", "/console").text
    download = console.get("rita", f"{place}/files/{DIGEST}")
    assert hashlib.sha256(download.content).hexdigest() == DIGEST
    assert "attachment" in download.headers["content-disposition"]


def test_caps_of_two_reviewers_bind_the_lease_at_the_stricter_of_each(console: ConsoleStage) -> None:
    application = console.applied()
    place = f"/console/applications/{application}"
    for who in ("rita", "ruben"):
        console.post(who, f"{place}/marks", **MARKS)
    rita, ruben = (
        {**APPROVAL, **CAPS},
        {**APPROVAL, **CAPS, "caps_fmr_ppb": "20000", "caps_min_subjects": "50"},
    )
    wrong = console.post("rita", f"{place}/approve", **{**rita, "caps_ratio_ppb": "half"})
    assert wrong.status_code == 409
    assert 'href="#caps_ratio_ppb"' in wrong.text
    assert 'value="half" aria-invalid="true"' in wrong.text
    assert WHY in wrong.text
    assert console.post("rita", f"{place}/approve", **rita).headers["location"].endswith("reviewed")
    assert "1 in 10,000" in console.get("rita", place).text
    assert console.post("ruben", f"{place}/approve", **ruben).headers["location"].endswith("reviewed")
    lease_id = console.service.vetting.read_applications.one(
        console.actor("ada"), application
    ).application.lease_id
    lease = console.service.vetting.read_leases.one(console.actor("rita"), lease_id)
    assert lease.terms.caps == FairnessCaps(
        max_age_days=365, min_subjects=200, fmr_ppb=50_000, ratio_ppb=2_500_000_000
    )
    shown = console.get("ada", f"/console/leases/{lease_id}").text
    assert "Strangers taken for each other in the worst group: at most 1 in 20,000" in shown


def test_two_reviewers_approve_and_only_then_there_is_a_lease(console: ConsoleStage) -> None:
    application = console.applied()
    place = f"/console/applications/{application}"
    early = console.post("rita", f"{place}/approve", **APPROVAL)
    assert "stand in the way of approval" in early.text
    assert console.post("rita", f"{place}/marks", **MARKS).headers["location"].endswith("reviewed")
    assert console.post("rita", f"{place}/approve", **APPROVAL).headers["location"].endswith("reviewed")
    again = console.post("rita", f"{place}/approve", **APPROVAL)
    assert again.status_code == 409
    assert "No camera beside the door." not in console.get("ruben", place).text
    console.post("ruben", f"{place}/marks", **MARKS)
    console.post("ruben", f"{place}/approve", **{**APPROVAL, "expires": "2026-12-01"})
    text = console.get("ada", place).text
    assert "Approved on" in text
    assert "by a reviewer and a reviewer" in " ".join(text.split())
    assert "Rita" not in text
    told = " ".join(console.get("carol", place).text.split())
    assert "by Rita and Ruben" in told or "by Ruben and Rita" in told
    lease = re.search(r"/console/leases/([\w-]+)", text)
    assert lease is not None
    shown = console.get("rita", lease[0]).text
    assert "The customer “gatehouse” may enrol a subject and compare a face with one subject" in shown
    assert "1 December 2026" in shown
    assert "The porter stays beside it." in shown
    assert "4 groups, the smallest with 40,000 trials" in shown


def test_a_refusal_says_how_to_re_open_and_is_appealed_to_others(console: ConsoleStage) -> None:
    application = console.applied()
    place = f"/console/applications/{application}"
    assert "Reasons" in console.post("rita", f"{place}/refuse", refuse_reasons="no", reopening="").text
    console.post("rita", f"{place}/refuse", **REFUSAL)
    text = console.get("ada", place).text
    assert "Say in the notice who looks, and why." in text
    assert "An application was refused" in console.get("ada", "/console").text
    console.post("ada", f"{place}/appeal", grounds="The notice does say so, in its first line.")
    appeal = re.search(rf"{place}/appeals/(\w+)", console.get("ruben", place).text)
    assert appeal is not None
    vote = {"uphold": "yes", "judge_reasons": "It does say so, in its first line."}
    involved = console.post("rita", appeal[0], **vote)
    assert "took part in a ruling" in involved.text
    assert console.post("ruben", appeal[0], **vote).headers["location"].endswith("reviewed")


def verified(console: ConsoleStage) -> int:
    """What the next call under the lease is answered."""
    return console.stage.verify("alice", "staff", "dave", photograph("dave", 2)).status_code


def test_any_reviewer_stops_a_lease_and_another_lets_it_go_on(console: ConsoleStage) -> None:
    console.stage.furnish(
        "alice", "staff", "identity_verification", ("dave", b"photograph of dave, number 1")
    )
    place = "/console/leases/bank-doors"
    why = "Two complaints of this morning have to be looked into."
    assert verified(console) == 200
    assert "is a reason" in console.post("rita", f"{place}/suspend", reason="no").text
    assert console.post("rita", f"{place}/suspend", reason=why).headers["location"].endswith("suspended")
    assert verified(console) == 403
    assert "another one has to look" in console.post("rita", f"{place}/resume", reason=why).text
    assert console.post("ruben", f"{place}/resume", reason=why).headers["location"].endswith("resumed")
    assert verified(console) == 200
    assert console.post("olivia", f"{place}/revoke", reason=why).headers["location"].endswith("revoked")
    assert verified(console) == 403
    assert why in console.get("carol", place).text


def hidden(text: str) -> dict[str, str]:
    """The hidden fields of a page, but the token."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', text)
    return {name: html.unescape(value) for name, value in found if name != "form_token"}


def test_the_stop_button_asks_again_who_it_is_and_keeps_what_was_typed(console: ConsoleStage) -> None:
    clock = console.stage.parts.clock
    clock.advance(timedelta(minutes=6))  # type: ignore[attr-defined]  # the fake clock
    place = "/console/leases/bank-doors"
    why = f'{WHY} "So" <b>it</b> is.'
    asked = console.post("rita", f"{place}/suspend", reason=why, back=place)
    assert asked.status_code == 403
    assert "Confirm that it is you" in asked.text
    assert "in force" in console.get("rita", place).text
    kept = hidden(asked.text)
    wrong = console.post("rita", "/console/confirm", **kept, password=PASSWORD, code="000000")
    assert wrong.status_code == 401
    assert hidden(wrong.text) == kept
    clock.advance(timedelta(seconds=60))  # type: ignore[attr-defined]  # the fake clock
    code = console.people["rita"].code(clock())
    client = console.client("rita")
    token = csrf_token(console.sessions["rita"].token)
    right = client.post(
        "/console/confirm", data={**kept, "form_token": token, "password": PASSWORD, "code": code}
    )
    assert "in force" in console.get("carol", place).text
    fields = hidden(right.text)
    assert fields == {"reason": why, "back": place}
    then = re.search(r'action="(/console/leases/[^"]+)"', right.text)
    fresh = re.search(r'name="form_token" value="([^"]+)"', right.text)
    assert then is not None
    assert fresh is not None
    done = client.post(then[1], data={**fields, "form_token": fresh[1]})
    assert done.headers["location"].endswith("suspended")
    assert html.escape(why, quote=False) in console.get("carol", place).text.replace("&#34;", '"')


@pytest.mark.parametrize(
    "then", ["https://elsewhere.example/x", "//elsewhere.example", "/v1/keys", "/console"]
)
def test_what_waits_for_a_confirmation_goes_nowhere_else(console: ConsoleStage, then: str) -> None:
    code = console.people["rita"].code(console.stage.parts.clock() + timedelta(seconds=60))
    console.stage.parts.clock.advance(timedelta(seconds=60))  # type: ignore[attr-defined]  # the fake clock
    fields = {"then": then, "held.reason": WHY, "next": "/console", "password": PASSWORD, "code": code}
    answer = console.post("rita", "/console/confirm", **fields)
    assert answer.headers["location"] == "/console?done=confirmed"


def test_customers_are_put_on_record_and_their_people_invited(console: ConsoleStage) -> None:
    fields = {"id": "city-museum", "name": "City Museum", "kind": "private", "jurisdictions": "ch, de"}
    done = console.post("olivia", "/console/customers", **fields)
    assert "City Museum" in console.get("carol", done.headers["location"]).text
    for wrong in (
        {**fields},
        {**fields, "id": "x y"},
        {**fields, "kind": ""},
        {**fields, "jurisdictions": "?"},
    ):
        assert "There is a problem" in console.post("olivia", "/console/customers", **wrong).text
    person = {"login": "nora", "name": "Nora", "role": "applicant", "customer": "city-museum"}
    assert "The link for Nora" in console.post("olivia", "/console/staff", **person).text
    assert "Nora" in console.get("rita", "/console/customers/city-museum").text
    missing = console.post("olivia", "/console/staff", **{**person, "login": "nina", "customer": "none"})
    assert "No customer `none`." in missing.text


def test_an_applicant_sees_nothing_of_others(console: ConsoleStage) -> None:
    vetting, olivia = console.service.vetting, console.actor("olivia")
    other = vetting.draft.begin(
        olivia, vetting.read_customers.all(olivia)[0].id, Use(title="Of somebody else")
    )
    nothing = console.get("ada", "/console/applications/app_nothing")
    for path in (
        f"/console/applications/{other.id}",
        "/console/leases/bank-doors",
        "/console/applications/x/edit",
    ):
        answer = console.get("ada", path)
        assert answer.status_code == 404
        assert answer.text.count("There is nothing here for you") == nothing.text.count(
            "There is nothing here for you"
        )
    assert "Of somebody else" not in console.get("ada", "/console/applications").text
    assert "bank-doors" not in console.get("ada", "/console/leases").text


ACTS = ["edit", "submit", "withdraw", "marks", "messages", "approve", "refuse", "appeal", "resume"]
TRICKS = ["straw man", "raise", "reset", "confirm"]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ada", "olivia", "rita", "ruben", "bob", "carol"]),
        st.sampled_from([*ACTS, *TRICKS]),
    ),
    min_size=4,
    max_size=14,
)


@given(steps=STEPS)
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_sequence_of_console_acts_yields_a_permit_without_two_reviewers(
    template: ConsoleStage, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str]]
) -> None:
    console = another(template, tmp_path_factory.mktemp("acts"))
    application = console.applied()
    approvals: set[str] = set()
    for turn, (who, act) in enumerate(steps):
        if act in TRICKS:
            _cheat(console, application, who, f"straw{turn}" if act == "straw man" else act)
            continue
        before = console.service.vetting.read_applications.one(console.actor("olivia"), application)
        _step(console, application, who, act)
        after = console.service.vetting.read_applications.one(console.actor("olivia"), application)
        if (
            after.application.round != before.application.round
            or after.application.version != before.application.version
        ):
            approvals = set()
        if act == "approve" and who in {"rita", "ruben"}:
            approvals.add(who)
        if after.lease is not None:
            assert after.application.ruling is not None
            assert len(set(after.application.ruling.reviewers)) >= 2
            assert after.lease.origin is LeaseOrigin.APPLICATION
            assert len(set(after.lease.approved_by)) >= 2
        if after.application.state is ApplicationState.APPROVED:
            assert approvals == {"rita", "ruben"}
    leases = {one.id for one in console.service.vetting.read_leases(console.actor("olivia"))}
    final = console.service.vetting.read_applications.one(console.actor("olivia"), application)
    assert (final.application.lease_id in leases) is (final.lease is not None)
    roles = {one.member.login: one.member for one in console.service.staff.read_accounts(LOCAL)}
    held = {login for login, one in roles.items() if one.role is StaffRole.REVIEWER and one.disabled is None}
    assert held <= {"rita", "ruben"} | ({"carol"} if ("rita", "confirm") in steps else set()) | (
        {"carol"} if ("ruben", "confirm") in steps else set()
    )
    console.stage.parts.close()


def _cheat(console: ConsoleStage, application: ApplicationId, who: str, act: str) -> None:
    """Try to become a second reviewer: by a straw man, a raised role, or the account of another one."""
    carol, ruben = (console.people[name].member.id for name in ("carol", "ruben"))
    path, fields = {
        "raise": (f"/console/staff/{carol}/role", {"role": "reviewer"}),
        "reset": (f"/console/staff/{ruben}/reset", {}),
        "confirm": (f"/console/nominations/{carol}/confirm", {}),
    }.get(act, ("/console/staff", {"login": act, "name": "Straw", "role": "reviewer"}))
    answer = console.post(who, path, **fields)
    assert answer.status_code < 500
    link = re.search(r"/console/join/[\w-]{43}", answer.text)
    if link is not None:
        assert who == "olivia"
        assert console.get(None, link[0]).status_code == 409
        taken = console.client().post(link[0], data={"password": PASSWORD, "again": PASSWORD})
        assert taken.status_code == 409
    console.post(act if act in console.sessions else "carol", f"/console/applications/{application}/approve")


def _step(console: ConsoleStage, application: ApplicationId, who: str, act: str) -> None:
    place = f"/console/applications/{application}"
    fields: dict[str, str] = {}
    if act == "edit":
        view = console.service.vetting.read_applications.one(console.actor("olivia"), application)
        fields = {**sent(use(START)), "title": f"Version {view.application.version}"}
        fields["based_on"] = str(view.application.version)
    elif act == "resume":
        place = f"/console/leases/lease-{application.removeprefix('app_')}"
        fields = {"reason": WHY}
    fields |= {
        "marks": MARKS,
        "messages": {"question": WHY},
        "approve": APPROVAL,
        "refuse": REFUSAL,
        "appeal": {"grounds": WHY},
    }.get(act, {})
    token = csrf_token(console.sessions[who].token)
    answer = console.client(who).post(f"{place}/{act}", data={"form_token": token, **fields})
    assert answer.status_code < 500


def test_what_a_lease_allows_is_told_from_its_fields(lived: ConsoleStage) -> None:
    text = lived.get("carol", "/console/leases/ngo-missing").text
    assert "Every search is held until 2 people have judged it alone." in text
    lease = lived.service.vetting.read_leases.one(lived.actor("carol"), LeaseId("ngo-missing"))
    assert Act.IDENTIFY in lease.terms.acts


def test_a_lease_tells_each_duty_that_its_permits_came_with_and_whom_it_obliges(lived: ConsoleStage) -> None:
    page = lived.get("carol", "/console/leases/ngo-missing").text
    sought = DecisionSearch(customer_id=CustomerId("ngo"), permitted=True, act=Act.IDENTIFY)
    records = lived.service.console.browse.decisions(lived.actor("carol"), sought, skip=0, limit=5).records
    duties = [duty for record in records for duty in duties_of(record.decision.obligations)]  # type: ignore[union-attr]  # permits alone
    assert duties
    for duty in duties:
        assert duty.title in page
        assert html.escape(duty.what, quote=False).replace("'", "&#39;") in page
    assert "Whom it obliges" in page
    refused = lived.get("carol", "/console/leases/police-search").text
    assert "Packs and laws refuse" in refused


def test_the_duties_of_a_dry_run_say_with_which_acts_they_come() -> None:
    lead, hold = Obligation(ObligationKind.LEAD_ONLY), Obligation(ObligationKind.HOLD_FOR_EXAMINERS, 2)
    seen = [
        Foreseen(
            act=act,
            purpose=Purpose.MISSING_CHILDREN,
            space=Space.CONTROLLED,
            camera=Camera.FILE,
            permitted=act is not Act.WATCH,
            until=None,
            reasons=(),
            obligations=obligations,
        )
        for act, obligations in ((Act.VERIFY, (lead,)), (Act.IDENTIFY, (hold, lead)), (Act.WATCH, (hold,)))
    ]
    first, second = duties_foreseen(seen)
    assert (first.kind, first.when) == (hold.kind, "search a gallery for a face")
    assert "2 trained examiners" in first.what
    assert (second.kind, second.when) == (lead.kind, "")
    every = duties_of([Obligation(kind, 3) for kind in ObligationKind])
    assert [duty.kind for duty in every] == list(ObligationKind)
    assert all(duty.who and duty.what and duty.kept for duty in every)
