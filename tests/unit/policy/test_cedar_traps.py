"""What Cedar does that nobody would guess, each pinned here, and what the gate does about it."""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import replace
from pathlib import Path

import pytest
from cedarpy import (
    Decision as CedarDecision,
)
from cedarpy import (
    Entities,
    PolicySet,
    Schema,
    is_authorized,
    is_authorized_partial,
    validate_policies,
)

from countenance.errors import PackError
from countenance.policy import leasing
from countenance.policy.gate import build_policy
from countenance.policy.model import Act, CustomerKind, Denial, Permit, Purpose
from countenance.policy.packs import Pack, load_pack
from countenance.policy.rules import parse_rules
from countenance.policy.schema import schema, schema_text
from policy_cases import (
    CUSTOMERS,
    IDENTIFY,
    VERIFY,
    asked,
    installed,
    on,
    pack_of,
    permitted,
    refused_by,
    rules,
    unmet,
    with_packs,
)

OVERFLOWING = """
@id("own.overflow")
@text("Its arithmetic overflows.")
@source("test")
@reopens("never")
forbid (principal, action, resource)
when { context has gallery && context.gallery.subjects * 9223372036854775807 > 100 };
"""
NEVER_APPLIES = """
@id("own.never")
@text("Applies to nobody.")
@source("test")
@reopens("never")
forbid (principal, action, resource) when { context.jurisdictions.contains("ZZ") };
"""
BARE = {
    "principal": 'User::"a"',
    "action": 'Action::"view"',
    "resource": 'File::"b"',
    "context": {},
}


def test_trap_1_a_forbid_that_errs_is_skipped_by_cedar() -> None:
    policies = (
        "permit (principal, action, resource); forbid (principal, action, resource) when { context.x };"
    )
    answer = is_authorized(BARE, policies, [])
    assert answer.decision is CedarDecision.Allow
    assert answer.diagnostics.errors


def test_trap_1_a_rule_that_reads_an_attribute_that_is_missing_is_not_loaded(tmp_path: Path) -> None:
    file = tmp_path / "own.cedar"
    file.write_text(NEVER_APPLIES.replace('context.jurisdictions.contains("ZZ")', "context.gallery.scraped"))
    with pytest.raises(PackError) as caught:
        load_pack(str(file))
    assert any(reason.startswith("not_in_schema:2:own.never") for reason in caught.value.reasons)


def test_trap_1_an_error_in_a_rule_denies_although_everything_else_permits() -> None:
    policy = with_packs(pack_of(OVERFLOWING))
    decision = policy.decide(VERIFY)
    assert refused_by(decision) == {"gate.error"}
    assert "own.overflow" in decision.reasons[0].source
    assert permitted(policy.decide(replace(VERIFY, gallery=None)))


def test_trap_1_an_error_shows_beside_the_rules_that_refuse() -> None:
    policy = with_packs(asked("ibm-2020").packs[0], pack_of(OVERFLOWING))
    assert refused_by(policy.decide(VERIFY)) == {"gate.error", "vendor.ibm.2020"}


def test_trap_1_facts_that_do_not_fit_the_schema_deny() -> None:
    policies = PolicySet.from_str("permit (principal, action, resource);")
    request, entities = installed().request(VERIFY)
    broken = {**request, "context": json.dumps({"act": "verify"})}
    answer = is_authorized(broken, policies, entities, schema())
    assert answer.decision is CedarDecision.NoDecision
    assert not answer.allowed
    assert answer.diagnostics.errors


def test_trap_2_a_default_denial_has_no_reasons_in_cedar_and_has_them_here() -> None:
    bare = is_authorized(BARE, "permit (principal, action, resource) when { false };", [])
    assert bare.decision is CedarDecision.Deny
    assert bare.diagnostics.reasons == []
    decision = installed().decide(replace(VERIFY, act=Act.IDENTIFY))
    assert refused_by(decision) == {"lease.act"}
    states = {condition.id: condition.met for condition in decision.conditions}
    assert states["lease.act"] is False
    assert states["lease.purpose"] is True


def test_trap_3_cedar_takes_no_floats_so_rates_travel_as_integers() -> None:
    lease = {"uid": {"type": "Lease", "id": "l"}, "attrs": {"fmr": 0.0001}, "parents": []}
    small = Schema.from_str("entity Lease { fmr: Long };")
    with pytest.raises(ValueError, match="entity deserialization"):
        Entities.from_json_str(json.dumps([lease]), small)
    five_digits = 'permit (principal, action, resource) when { decimal("0.00001").lessThan(decimal("1.0")) };'
    assert is_authorized(BARE, five_digits, []).diagnostics.errors
    assert "decimal" not in schema_text()
    assert "fmr_ppb: Long" in schema_text()


def test_trap_4_cedar_hides_what_permits_beside_a_forbid_and_the_record_shows_it() -> None:
    police = replace(VERIFY, customer_kind=CustomerKind.POLICE)
    policy = asked("microsoft-2020")
    request, entities = policy.request(police)
    reported = is_authorized(request, policy.deciding, entities, schema()).diagnostics.reasons
    assert set(reported) == {"vendor.microsoft.2020", "vendor.microsoft.byorfor", "vendor.microsoft.openai"}
    decision = policy.decide(police)
    assert isinstance(decision, Denial)
    lease_conditions = [c for c in decision.conditions if c.id.startswith(("lease.", "gallery.", "consent."))]
    assert lease_conditions
    assert all(condition.met for condition in lease_conditions)


def test_trap_5_cedars_policy_ids_are_positions_and_here_they_are_the_annotated_ids() -> None:
    positional = is_authorized(BARE, '@id("own") permit (principal, action, resource);', [])
    assert positional.diagnostics.reasons == ["policy0"]
    request, entities = asked("ibm-2020").request(on("2021-01-01", act=Act.VERIFY))
    answer = is_authorized(request, asked("ibm-2020").deciding, entities, schema())
    assert answer.diagnostics.reasons == ["vendor.ibm.2020"]


def test_trap_5_an_id_that_stands_twice_is_refused_in_a_pack_and_between_packs() -> None:
    _, faults = parse_rules(NEVER_APPLIES + NEVER_APPLIES, pack="own", effect="forbid")
    assert [(fault.code, fault.line) for fault in faults] == [("repeated_id", 8)]
    other = pack_of(NEVER_APPLIES.replace('"ZZ"', '"YY"'), name="other")
    with pytest.raises(PackError) as caught:
        with_packs(pack_of(NEVER_APPLIES), other)
    assert caught.value.reasons == ("repeated_id:2:own.never",)


@pytest.mark.parametrize("identity", ["lease.act", "lease/verify", "unleased"])
def test_trap_5_no_pack_can_take_an_id_of_the_gates_own(identity: str) -> None:
    pack = pack_of(NEVER_APPLIES.replace("own.never", identity))
    with pytest.raises(PackError):
        with_packs(pack)


def test_trap_6_an_overflow_of_a_number_or_a_date_is_an_error_and_denies() -> None:
    late = 'permit (principal, action, resource) when { datetime("9999-12-31").offset(duration("9223372036854775807ms")) > datetime("2020-01-01") };'  # noqa: E501  one policy
    assert is_authorized(BARE, late, []).diagnostics.errors
    huge = replace(VERIFY.lease, n_max=2**63) if VERIFY.lease else None
    overflown = installed().decide(replace(VERIFY, lease=huge))
    assert refused_by(overflown) == {"gate.error"}
    assert unmet(overflown) == {"gate.error"}
    crowd = replace(VERIFY, gallery=replace(CUSTOMERS, subjects=2**63))
    assert refused_by(installed().decide(crowd)) == {"gate.error"}


def test_trap_7_partial_evaluation_previews_and_never_decides() -> None:
    request = {key: value for key, value in BARE.items() if key != "context"}
    policies = (
        "permit (principal, action, resource); forbid (principal, action, resource) when { context.x };"
    )
    assert is_authorized_partial(request, policies, []).decision is CedarDecision.NoDecision
    sources = Path(leasing.__file__).parent.glob("*.py")
    assert not [source.name for source in sources if "is_authorized_partial" in source.read_text("utf-8")]


@pytest.mark.parametrize(
    "text",
    [
        NEVER_APPLIES.replace("forbid", "permit"),
        OVERFLOWING + NEVER_APPLIES.replace("forbid", "permit"),
    ],
)
def test_trap_8_a_pack_of_prohibitions_that_permits_is_not_loaded(text: str, tmp_path: Path) -> None:
    file = tmp_path / "own.cedar"
    file.write_text(text)
    with pytest.raises(PackError) as caught:
        load_pack(str(file))
    assert any(reason.startswith("wrong_effect:") for reason in caught.value.reasons)


def test_trap_8_a_duty_permits_nothing_even_where_nothing_forbids() -> None:
    text = '@id("own.duty") @text("A duty.") @source("test") permit (principal, action, resource);'
    duties, faults = parse_rules(text, pack="own", effect="permit")
    assert not faults
    pack = Pack(name="own", title="", about="", versions=(), rules=duties, digest="0" * 64)
    policy = with_packs(pack)
    request, entities = policy.request(replace(VERIFY, act=Act.IDENTIFY))
    assert is_authorized(request, policy.deciding, entities, schema()).decision is CedarDecision.Deny
    assert refused_by(policy.decide(replace(VERIFY, act=Act.IDENTIFY))) == {"lease.act"}
    assert "own.duty" in rules(policy.decide(VERIFY))


def test_every_policy_as_it_is_evaluated_is_valid_in_the_schema() -> None:
    everything = build_policy(
        [load_pack(name) for name in ("house", "microsoft-2020", "amazon-2020", "ibm-2020", "axon-2019")],
        register=installed().register,
    )
    for policies in (everything.deciding, everything.recording):
        assert validate_policies(str(policies), schema()).errors == []


def test_a_misspelt_word_of_a_closed_list_is_not_in_the_schema() -> None:
    text = NEVER_APPLIES.replace(
        'context.jurisdictions.contains("ZZ")', 'context.kinds.contains(Kind::"polcie")'
    )
    _, faults = parse_rules(text, pack="own", effect="forbid")
    assert [fault.code for fault in faults] == ["not_in_schema"]
    assert "polcie" in faults[0].detail


def test_a_decision_costs_less_than_three_times_the_bare_call() -> None:
    request, entities = installed().request(VERIFY)
    bare: list[float] = []
    whole: list[float] = []
    for _ in range(60):
        start = time.perf_counter()
        is_authorized(request, installed().deciding, entities, schema())
        middle = time.perf_counter()
        assert isinstance(installed().decide(VERIFY), Permit)
        bare.append(middle - start)
        whole.append(time.perf_counter() - middle)
    assert statistics.median(whole) < 3 * statistics.median(bare)


def test_what_is_held_for_examiners_is_an_obligation_of_the_permit_not_a_rule_that_permits() -> None:
    assert permitted(installed().decide(IDENTIFY))
    assert not permitted(installed().decide(replace(IDENTIFY, purpose=Purpose.BORDER)))
