from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countenance.errors import InvalidInputError, PackError
from countenance.policy.explanation import reason_of
from countenance.policy.gate import HOUSE, explaining_policy, installed_policy
from countenance.policy.model import Act, Camera, CustomerKind, Purpose, Space
from countenance.policy.packs import EXPLAINED, inspect_pack, load_pack, shipped_pack, shipped_packs
from countenance.policy.rules import parse_rules, rule_lines
from policy_cases import asked, on, permitted, refused_by, rules

VALID = """// A comment; with "a quote and a semicolon.
@id("own.rule")
@text("Own; rule // not a comment.")
@source("test")
@reopens("never")
@from("2020-01-01")
@until("2021-01-01")
forbid (principal, action, resource);
"""


def written(folder: Path, text: str, name: str = "own.cedar") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_the_packs_of_the_plan_are_shipped_and_valid() -> None:
    assert {"house", "microsoft-2020", "amazon-2020", "ibm-2020"} <= set(shipped_packs())
    for name in shipped_packs():
        pack = shipped_pack(name)
        assert pack.rules
        assert pack.title
        assert all(rule.text and rule.source for rule in pack.rules)


def test_the_rules_of_the_vendors_have_the_names_of_the_reference() -> None:
    names = {rule.name for name in shipped_packs() for rule in shipped_pack(name).rules}
    assert {
        "vendor.ibm.2020",
        "vendor.amazon.2020",
        "vendor.amazon.2021",
        "vendor.amazon.terms",
        "vendor.microsoft.2020",
        "vendor.microsoft.review",
        "vendor.microsoft.byorfor",
        "vendor.microsoft.mobilecam",
        "vendor.microsoft.openai",
        "vendor.microsoft.limited",
        "vendor.microsoft.2019",
        "vendor.axon.2019",
    } <= names


def test_a_pack_of_ones_own_binds_between_its_dates(tmp_path: Path) -> None:
    policy = installed_policy([str(written(tmp_path, VALID))])
    for day, refused in (
        ("2019-12-31", False),
        ("2020-01-01", True),
        ("2020-12-31", True),
        ("2021-01-01", False),
    ):
        question = on(day, act=Act.DETECT, space=Space.CONTROLLED)
        assert ("own.rule" in refused_by(policy.decide(question))) is refused


def test_a_folder_is_a_pack_with_versions_and_duties(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    written(folder, 'title = "Own"\n[versions]\nfirst = "the first"\n', "pack.toml")
    written(folder, VALID.replace("@reopens", '@version("first")\n@reopens'), "prohibitions.cedar")
    duty = (
        '@id("own.duty") @text("t") @source("s") @obliges("no_scores") permit (principal, action, resource);'
    )
    written(folder, duty, "duties.cedar")
    pack = load_pack(f"{tmp_path}/own")
    assert pack.versions == ("first",)
    assert [reason_of(rule).pack for rule in pack.rules] == ["own@first", "own"]


def test_a_version_answers_with_its_own_rules_alone() -> None:
    announced = {rule.name for rule in shipped_pack("amazon-2020@announced").rules}
    binding = {rule.name for rule in shipped_pack("amazon-2020@binding").rules}
    assert announced == {"vendor.amazon.2020"}
    assert binding == {"vendor.amazon.2021", "vendor.amazon.terms"}
    decision = asked("amazon-2020@announced").decide(on("2021-01-01", customer_kind=CustomerKind.POLICE))
    assert set(decision.digests) == {"amazon-2020@announced", "gate", "schema"}
    both = asked("amazon-2020@announced", "amazon-2020@binding")
    question = on("2021-05-20", customer_kind=CustomerKind.POLICE)
    assert refused_by(both.decide(question)) == {"vendor.amazon.2020", "vendor.amazon.2021"}


@pytest.mark.parametrize(
    "name", ["", "nobody-2020", "amazon-2020@draft", "house@announced", "../house", "HOUSE"]
)
def test_a_pack_that_is_not_there_is_said_to_be_not_there(name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"no pack|no version|cannot be read"):
        load_pack(name)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("forbid (principal action, resource);", ["not_cedar:1:"]),
        (VALID + "\nforbid (principal, action resource);\n", ["not_cedar:10:"]),
        ("forbid (principal, action, resource);", ["missing_annotation:1:"] * 4),
        (VALID.replace("own.rule", "Own Rule"), ["malformed_id:2:Own Rule"]),
        (VALID.replace("2021-01-01", "2021-13-01"), ["malformed_annotation:2:own.rule"]),
        (VALID.replace('@until("2021-01-01")', '@needs("a_flag")'), ["malformed_annotation:2:own.rule"]),
        (VALID.replace('@until("2021-01-01")', '@listed("fun")'), ["malformed_annotation:2:own.rule"]),
        (VALID.replace('@until("2021-01-01")', '@reopening("flag")'), ["malformed_annotation:2:own.rule"]),
        (VALID.replace("@until", "@ends"), ["unknown_annotation:2:own.rule"]),
        (VALID.replace("@until", '@version("x") @until'), ["unknown_version:2:own.rule"]),
        (VALID.replace("principal, action", "principal == ?principal, action"), ["template:1:"]),
        (
            VALID.replace("principal, action", 'principal, action == Action::"kill"'),
            ["not_in_schema:2:own.rule"] * 2,
        ),
        (VALID.replace("resource);", "resource) when { 1 };"), ["not_in_schema:2:own.rule"]),
    ],
)
def test_a_pack_that_does_not_validate_says_what_is_wrong_and_on_which_line(
    text: str, faults: list[str], tmp_path: Path
) -> None:
    with pytest.raises(PackError) as caught:
        load_pack(str(written(tmp_path, text)))
    assert caught.value.reasons == tuple(faults)
    assert "line" in caught.value.message
    assert not caught.value.message.endswith(".")


def test_one_fault_in_a_long_pack_is_found_on_its_own_line(tmp_path: Path) -> None:
    text = "".join(VALID.replace("own.rule", f"own.rule{number}") for number in range(20))
    broken = text.replace('@id("own.rule7")', '@id("own.rule7") @id2("x")')
    with pytest.raises(PackError) as caught:
        load_pack(str(written(tmp_path, broken)))
    assert caught.value.reasons == ("unknown_annotation:58:own.rule7",)


def test_what_is_no_text_or_far_too_large_is_no_pack(tmp_path: Path) -> None:
    binary = tmp_path / "own.cedar"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidInputError, match="read as text"):
        load_pack(str(binary))
    binary.write_bytes(b"/" * (1 << 21))
    with pytest.raises(InvalidInputError, match="megabyte"):
        load_pack(str(binary))
    with pytest.raises(InvalidInputError, match="no pack"):
        load_pack(f"{tmp_path}/")


@pytest.mark.parametrize("text", ["title = 1", "title = ", 'versions = "announced"'])
def test_a_broken_description_of_a_pack_is_a_fault(text: str, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    written(folder, text, "pack.toml")
    written(folder, VALID, "prohibitions.cedar")
    with pytest.raises(PackError):
        load_pack(f"{tmp_path}/own")


def test_an_id_in_both_files_of_a_pack_is_a_fault(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    written(folder, VALID, "prohibitions.cedar")
    written(
        folder,
        '@id("own.rule") @text("t") @source("s") permit (principal, action, resource);',
        "duties.cedar",
    )
    pack, faults = inspect_pack(folder)
    assert pack is None
    assert [fault.code for fault in faults] == ["repeated_id"]


def test_the_digest_of_a_pack_covers_every_byte_of_it(tmp_path: Path) -> None:
    first = load_pack(str(written(tmp_path, VALID))).digest
    second = load_pack(str(written(tmp_path, VALID + "// more\n"))).digest
    assert first != second
    assert first == load_pack(str(written(tmp_path, VALID.replace("\n", "\r\n")))).digest


def test_an_installation_cannot_leave_out_the_house_rules_or_the_laws() -> None:
    policy = installed_policy(["amazon-2020"])
    assert [pack.name for pack in policy.packs] == [HOUSE, "amazon-2020"]
    assert policy.register is not None
    assert {"house", "amazon-2020", "laws", "gate", "schema"} == set(policy.digests)


def test_ibm_is_asked_by_name_and_binds_everybody() -> None:
    assert "ibm-2020" not in EXPLAINED
    school = on("2020-06-08", act=Act.VERIFY, customer_kind=CustomerKind.SCHOOL_DISTRICT, places="DE")
    assert refused_by(asked("ibm-2020").decide(school)) == {"vendor.ibm.2020"}
    assert permitted(asked("ibm-2020").decide(on("2020-06-07", customer_kind=CustomerKind.POLICE)))
    assert permitted(asked("ibm-2020").decide(on("2021-01-01", act=Act.DETECT)))


@pytest.mark.parametrize(
    ("day", "fields", "refused"),
    [
        ("2024-05-01", {"camera": Camera.BODY_WORN, "space": Space.PUBLIC}, True),
        ("2024-04-30", {"camera": Camera.BODY_WORN, "space": Space.PUBLIC}, False),
        ("2024-05-01", {"camera": Camera.FIXED, "space": Space.PUBLIC}, False),
        ("2024-05-01", {"camera": Camera.DASH, "space": Space.CONTROLLED}, False),
        ("2024-05-01", {"camera": None, "space": None}, True),
    ],
)
def test_microsoft_refuses_officers_mobile_cameras_everywhere(
    day: str, fields: dict[str, object], *, refused: bool
) -> None:
    question = on(day, customer_kind=CustomerKind.POLICE, places="DE", **fields)
    decision = asked("microsoft-2020").decide(question)
    assert ("vendor.microsoft.mobilecam" in refused_by(decision)) is refused


@pytest.mark.parametrize(
    ("kind", "place", "refused"),
    [
        (CustomerKind.POLICE, "US-TX", True),
        (CustomerKind.SHERIFF, "US", True),
        (CustomerKind.CAMPUS_POLICE, "US", True),
        (CustomerKind.FEDERAL_AGENCY, "US", False),
        (CustomerKind.POLICE, "GB", False),
        (CustomerKind.PRIVATE, "US", False),
        (None, "US", True),
        (CustomerKind.POLICE, (), True),
    ],
)
def test_microsofts_position_binds_police_departments_in_the_united_states(
    kind: CustomerKind | None, place: str, *, refused: bool
) -> None:
    decision = asked("microsoft-2020@announced").decide(on("2021-01-01", customer_kind=kind, places=place))
    assert permitted(decision) is not refused


def test_whoever_acts_for_police_is_bound_by_microsofts_terms() -> None:
    vendor = on(
        "2021-01-01",
        customer_kind=CustomerKind.VENDOR,
        acts_for=frozenset({CustomerKind.POLICE}),
        places="US",
    )
    refused = refused_by(asked("microsoft-2020").decide(vendor))
    assert refused == {"vendor.microsoft.2020", "vendor.microsoft.byorfor"}
    assert refused_by(asked("microsoft-2020@binding").decide(vendor)) == {"vendor.microsoft.byorfor"}


def test_the_case_of_2019_is_remembered() -> None:
    question = on("2019-04-16", customer_kind=CustomerKind.POLICE, places="US-CA", camera=Camera.BODY_WORN)
    assert refused_by(asked("microsoft-2020").decide(question)) == {"vendor.microsoft.2019"}


def test_registration_is_named_beside_a_permit_since_it_was_asked_for() -> None:
    for day, expected in (("2022-06-20", False), ("2022-06-21", True)):
        decision = asked("microsoft-2020").decide(on(day, customer_kind=CustomerKind.PRIVATE, places="FR"))
        assert permitted(decision)
        assert ("vendor.microsoft.limited" in rules(decision)) is expected


def test_amazons_terms_bind_law_enforcement_that_the_moratorium_leaves_out() -> None:
    prosecutor = on(
        "2022-01-01",
        act=Act.WATCH,
        customer_kind=CustomerKind.PROSECUTOR,
        places="US",
        purpose=Purpose.CRIMINAL_INVESTIGATION,
    )
    assert refused_by(asked("amazon-2020").decide(prosecutor)) == {"vendor.amazon.terms"}


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet='@id("x")forbid/ ;\n{}\\permit[]=,:."0', max_size=200))
def test_no_text_makes_the_reader_of_packs_fail_in_another_way_than_by_faults(text: str) -> None:
    rules, faults = parse_rules(text, pack="own", effect="forbid")
    assert not rules or not faults or {rule.id for rule in rules}
    assert all(line >= 1 for line in rule_lines(text))


def test_explaining_policies_are_kept() -> None:
    assert explaining_policy(("house",), laws=True) is explaining_policy(("house",), laws=True)
