"""Galleries, consent, enrolment, verification, identification: with a key, as a customer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from countenance.biometrics.faces import FaceChoice
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.model import LeaseId
from fakes_engine import BLURRED, NO_FACE, photograph
from integration.cli.shell import Shell

DAVE, ERIN = photograph("dave"), photograph("erin")
ALICES = LeaseId("bank-doors")
CONSENT = ("--notice", "doors-1", "--method", "signed_form")


def test_a_gallery_is_made_shown_filled_and_deleted(shell: Shell) -> None:
    made = shell.json(
        "galleries",
        "create",
        "staff",
        "--purpose",
        "identity_verification",
        "--not-scraped",
        who="alice",
    )
    assert (made["gallery_id"], made["subjects"], made["scraped"]) == ("staff", 0, False)
    assert shell.json("galleries", "list", who="alice") == {"galleries": [made], "next": None}
    assert shell.json("galleries", "show", "staff", who="alice") == made
    assert "Nobody is enrolled here" in shell.run("galleries", "subjects", "staff", who="alice").stdout
    shell.json("consent", "give", "staff", "dave", *CONSENT, who="alice")
    shell.json("enrol", "staff", "dave", shell.image(DAVE), who="alice")
    page = shell.json("galleries", "subjects", "staff", who="alice")
    assert page == {"gallery_id": "staff", "subjects": ["dave"], "next": None}
    told = shell.json("galleries", "delete", "staff", "--yes", who="alice")
    assert told == {"gallery_id": "staff", "subjects": 1, "deleted": True}
    assert shell.run("galleries", "show", "staff", who="alice").exit_code == 5
    assert shell.types()[-2:] == ["gallery:deleted", "request:refused"]


def test_subjects_come_in_pages(shell: Shell) -> None:
    shell.furnish(("dave", DAVE), ("erin", ERIN), ("frank", photograph("frank")))
    first = shell.json("galleries", "subjects", "staff", "--limit", "2", who="alice")
    assert (first["subjects"], first["next"]) == (["dave", "erin"], "erin")
    rest = shell.json("galleries", "subjects", "staff", "--after", "erin", who="alice")
    assert (rest["subjects"], rest["next"]) == (["frank"], None)
    assert "--after erin" in shell.run("galleries", "subjects", "staff", "--limit", "2", who="alice").stdout


@pytest.mark.parametrize(
    "arguments", [("galleries", "delete", "staff"), ("consent", "withdraw", "staff", "dave")]
)
def test_nothing_is_destroyed_where_nobody_can_be_asked(shell: Shell, arguments: tuple[str, ...]) -> None:
    shell.furnish(("dave", DAVE))
    told = shell.run(*arguments, who="alice", stdin=b"y\n")
    assert told.exit_code == 2
    assert "--yes" in told.stderr
    assert shell.json(*arguments, who="alice", status=2)["error"]["code"] == "usage"
    assert shell.json("galleries", "subjects", "staff", who="alice")["subjects"] == ["dave"]


def test_the_key_can_stand_in_a_file(shell: Shell) -> None:
    told = shell.run("galleries", "list", "--key-file", shell.key_file("alice"))
    assert told.exit_code == 0
    assert told.stderr == ""


def test_a_key_file_that_others_can_read_is_warned_of(shell: Shell) -> None:
    path = Path(shell.key_file("alice"))
    path.chmod(0o644)
    told = shell.run("galleries", "list", "--key-file", str(path))
    assert told.exit_code == 0
    assert "can be read by others" in told.stderr


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 5000])
def test_a_file_that_is_no_key_file_is_told(shell: Shell, content: bytes) -> None:
    told = shell.json("galleries", "list", "--key-file", shell.image(content, "odd.key"), status=2)
    assert told["error"]["message"].endswith("is no key file")


def test_a_key_never_stands_among_the_arguments() -> None:
    from countenance.entrypoints.cli.commands import load  # noqa: PLC0415  only this test reads options

    for command in ("enrol", "verify", "identify"):
        assert "--key" not in {name for option in load(command).params for name in option.opts}


def test_consent_is_recorded_shown_and_withdrawn(shell: Shell) -> None:
    shell.furnish()
    given = shell.json(
        "consent",
        "give",
        "staff",
        "dave",
        *CONSENT,
        "--instrument",
        "written_release",
        "--expires",
        "2027-01-31T12:00:00Z",
        who="alice",
    )
    assert given["instruments"] == ["written_release"]
    assert given["expires"] == "2027-01-31T12:00:00+00:00"
    assert given["withdrawn"] is None
    assert shell.json("consent", "show", "staff", "dave", who="alice") == given
    shell.json("enrol", "staff", "dave", shell.image(DAVE), who="alice")
    ended = shell.json("consent", "withdraw", "staff", "dave", "--yes", who="alice")
    assert ended["references"] == 1
    assert shell.json("consent", "show", "staff", "dave", who="alice")["withdrawn"] == ended["withdrawn"]
    said = shell.run("consent", "withdraw", "staff", "dave", "--yes", who="alice")
    assert "no references erased" in said.stdout


def test_a_moment_without_a_zone_is_refused(shell: Shell) -> None:
    shell.furnish()
    arguments = ("consent", "give", "staff", "dave", *CONSENT, "--expires")
    assert shell.json(*arguments, "2027-01-31T12:00:00", who="alice", status=2)["error"]["code"] == (
        "naive_datetime"
    )
    assert shell.json(*arguments, "tomorrow", who="alice", status=2)["error"]["code"] == "invalid_input"


def test_a_subject_is_enrolled_and_verified(shell: Shell) -> None:
    shell.furnish()
    shell.json("consent", "give", "staff", "dave", *CONSENT, who="alice")
    stored = shell.json("enrol", "staff", "dave", shell.image(DAVE), who="alice")
    assert (stored["outcome"], stored["duplicate"]) == ("enrolled", False)
    assert stored["reference_id"].startswith("ref_")
    told = shell.json("verify", "staff", "dave", shell.image(photograph("dave", 2)), who="alice")
    assert told["outcome"] == "match"
    assert told["score"] >= told["threshold"]
    assert (told["fmr"], told["calibration"]) == (0.0001, "cal_fake")
    assert told["entry"] == told["permitted_by"] + 1
    told = shell.json("verify", "staff", "dave", shell.image(ERIN), who="alice")
    assert told["outcome"] == "no_match"
    assert shell.run("verify", "staff", "dave", shell.image(ERIN), who="alice").stdout.startswith("no match")


def test_several_images_are_enrolled_and_a_useless_one_ends_nothing(shell: Shell) -> None:
    shell.furnish()
    shell.json("consent", "give", "staff", "dave", *CONSENT, who="alice")
    images = [shell.image(DAVE, "1.jpg"), shell.image(NO_FACE, "2.jpg"), shell.image(DAVE, "3.jpg")]
    rows = shell.json("enrol", "staff", "dave", *images, who="alice", status=4)
    assert [row.get("outcome") for row in rows] == ["enrolled", None, "enrolled"]
    assert rows[1]["error"]["code"] == "face_not_found"
    assert rows[2]["duplicate"]
    said = shell.run("enrol", "staff", "dave", *images, who="alice")
    assert said.exit_code == 4
    assert "was enrolled before" in said.stdout
    assert "2.jpg" in said.stderr


def test_a_lease_that_ends_on_the_way_ends_the_run_and_tells_what_was_done(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.furnish()
    shell.json("consent", "give", "staff", "dave", *CONSENT, who="alice")
    extract = shell.stage.engine.extract

    def last(images: Sequence[bytes], *, choice: FaceChoice) -> object:
        shell.stage.countenance.revoke_lease(LOCAL_ADMINISTRATOR, ALICES)
        return extract(images, choice=choice)

    monkeypatch.setattr(shell.stage.engine, "extract", last)
    images = [shell.image(photograph("dave", number), f"{number}.jpg") for number in (1, 2, 3)]
    rows = shell.json("enrol", "staff", "dave", *images, who="alice", status=3)
    assert [row.get("outcome", row.get("error", {}).get("code")) for row in rows] == ["enrolled", "refused"]


def test_without_consent_nobody_is_enrolled_and_nothing_is_looked_at(shell: Shell) -> None:
    shell.furnish()
    told = shell.json("enrol", "staff", "dave", shell.image(DAVE), who="alice", status=3)
    assert told["outcome"] == "refused"
    assert "consent.missing" in [reason["id"] for reason in told["reasons"]]
    assert all(reason["reopens"] for reason in told["reasons"])
    assert shell.types()[-1] == "enrolment:refused"
    assert shell.stage.engine.seen == []


def test_after_a_withdrawal_the_next_verification_is_refused(shell: Shell) -> None:
    shell.furnish(("dave", DAVE))
    shell.json("consent", "withdraw", "staff", "dave", "--yes", who="alice")
    told = shell.json("verify", "staff", "dave", shell.image(DAVE), who="alice", status=3)
    assert (told["outcome"], told["score"]) == ("refused", None)


def test_a_face_too_poor_to_rely_on_says_why(shell: Shell) -> None:
    shell.furnish(("dave", DAVE))
    told = shell.json("verify", "staff", "dave", shell.image(BLURRED), who="alice", status=4)
    assert told["error"]["code"] == "face_quality_low"
    assert told["error"]["reasons"] == ["blurred"]


def test_candidates_are_listed_for_people_to_judge(shell: Shell) -> None:
    shell.stage.furnish("archivist", "portraits", "media_archive", ("dave", DAVE), ("erin", ERIN))
    told = shell.json("identify", "portraits", shell.image(photograph("erin", 5)), who="archivist")
    assert told["outcome"] == "match"
    assert [(one["rank"], one["subject_id"]) for one in told["candidates"]] == [(1, "erin")]
    assert (told["case_id"], told["threshold"], told["fmr"]) == (None, 0.5, 0.0001)
    said = shell.run("identify", "portraits", shell.image(photograph("erin", 5)), who="archivist")
    assert "1 candidate for people to judge" in said.stdout
    told = shell.json("identify", "portraits", shell.image(photograph("frank")), who="archivist")
    assert (told["outcome"], told["candidates"]) == ("no_match", [])
    said = shell.run("identify", "portraits", shell.image(photograph("frank")), who="archivist")
    assert "no candidate" in said.stdout


def test_a_held_list_shows_a_case_and_no_candidate(shell: Shell) -> None:
    shell.stage.furnish("nina", "missing", "missing_children", ("dave", DAVE))
    told = shell.json("identify", "missing", shell.image(photograph("dave", 2)), who="nina")
    assert (told["outcome"], told["candidates"], told["examiners"]) == ("held", None, 2)
    said = shell.run("identify", "missing", shell.image(photograph("dave", 2)), who="nina")
    assert said.stdout.startswith("held: the candidates wait for 2 examiners")
    assert "dave" not in said.stdout
    case = shell.json("cases", "show", told["case_id"], who="nina")
    assert (case["state"], case["examiners"]) == ("held", 2)
    assert "candidates" not in case
    assert shell.run("cases", "show", told["case_id"], who="bob").exit_code == 0


def test_a_refused_search_names_the_vendors_position(shell: Shell) -> None:
    shell.stage.furnish("officer", "suspects", "criminal_investigation")
    told = shell.json("identify", "suspects", shell.image(DAVE), who="officer", status=3)
    assert told["outcome"] == "refused"
    assert "house.us-police" in [reason["id"] for reason in told["reasons"]]
    assert shell.stage.engine.seen == []


def test_the_operators_own_lease_reaches_nothing_enrolled(shell: Shell) -> None:
    """Without a key there is no act on a gallery, though the database lies beside the command line."""
    shell.furnish(("dave", DAVE))
    assert shell.run("verify", "staff", "dave", shell.image(DAVE)).exit_code == 3
    assert shell.types()[-1] == "request:refused"
