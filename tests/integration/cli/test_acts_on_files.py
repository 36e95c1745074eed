"""Detect, compare and sort: acts on files, for the operator, under the evaluation lease."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from countenance.entrypoints.cli.sort import COLUMNS
from countenance.policy.model import Denial, Reason
from countenance.vetting.evaluation import EVALUATION
from fakes_engine import BLURRED, LARGEST, MANY_FACES, NO_FACE, photograph
from integration.cli.shell import Shell

DAVE, ERIN = photograph("dave"), photograph("erin")


def refuse_everything(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the gate refuse, by a rule with dates and a way to re-open it."""
    reason = Reason("house.test", "house", "Not today.", "a test", None, None, "Ask tomorrow.")
    monkeypatch.setattr(
        type(shell.stage.parts), "__getattribute__", _refusing(Denial(reasons=(reason,), conditions=()))
    )


def _refusing(denial: Denial):  # noqa: ANN202  a stand-in for one attribute
    def read(parts: object, name: str) -> object:
        return (lambda _: denial) if name == "decide" else object.__getattribute__(parts, name)

    return read


def test_two_photographs_of_one_person_match_with_the_evidence(shell: Shell) -> None:
    a, b = shell.image(DAVE, "a.jpg"), shell.image(photograph("dave", 2), "b.jpg")
    told = shell.json("compare", a, b)
    assert told["outcome"] == "match"
    assert told["score"] >= told["threshold"] == 0.5
    assert told["fmr"] == 0.0001
    assert told["fmr_interval"] == [0.00005, 0.0002]
    assert told["fmr_trials"] == 100_000
    assert told["calibration"] == "cal_fake"
    assert told["decision_id"].startswith("dec_")
    assert told["entry"] == told["permitted_by"] + 1
    assert [face["box"]["width"] for face in told["faces"]] == [110.5, 110.5]
    assert shell.types()[-2:] == ["verification:permitted", "verification:completed"]


def test_photographs_of_two_people_do_not_match_and_that_is_no_failure(shell: Shell) -> None:
    told = shell.json("compare", shell.image(DAVE, "a.jpg"), shell.image(ERIN, "b.jpg"))
    assert told["outcome"] == "no_match"
    assert told["score"] < told["threshold"]


def test_a_comparison_in_words_has_no_bare_percentage(shell: Shell) -> None:
    a, b = shell.image(DAVE, "a.jpg"), shell.image(photograph("dave", 2), "b.jpg")
    said = shell.run("compare", a, b)
    assert said.exit_code == 0
    assert said.stdout.startswith("match: the score reaches the threshold\n")
    assert "1 in 10,000 (95 % interval 1 in 20,000 to 1 in 5,000; 100,000 trials)" in said.stdout
    assert said.stdout.count("%") == 1
    assert "match found" not in said.stdout.lower()


def test_an_image_can_come_from_standard_input(shell: Shell) -> None:
    told = shell.json("compare", "-", shell.image(DAVE), stdin=photograph("dave", 3))
    assert told["outcome"] == "match"
    assert shell.run("compare", "-", "-").exit_code == 2
    assert len(shell.json("detect", "-", stdin=DAVE)["faces"]) == 1


def test_only_refuses_an_image_with_several_faces(shell: Shell) -> None:
    many, one = shell.image(MANY_FACES, "many.jpg"), shell.image(DAVE, "one.jpg")
    assert shell.json("compare", many, one)["outcome"] == "no_match"
    told = shell.json("compare", many, one, "--face", "only", status=4)
    assert told["error"]["code"] == "face_not_unique"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "image_empty"),
        (b"not an image", "image_unsupported"),
        (b"cut off", "image_corrupt"),
        (b"slow", "image_decode_timeout"),
        (b"x" * (LARGEST + 1), "image_too_large"),
        (NO_FACE, "face_not_found"),
    ],
)
def test_an_image_that_cannot_be_used_is_told_with_its_code(shell: Shell, content: bytes, code: str) -> None:
    a, b = shell.image(DAVE, "a.jpg"), shell.image(content, "b.jpg")
    assert shell.json("compare", a, b, status=4)["error"]["code"] == code


def test_an_endless_pipe_ends_at_the_limit(shell: Shell) -> None:
    told = shell.json("detect", "-", stdin=b"x" * (3 * LARGEST), status=4)
    assert told["error"]["code"] == "image_too_large"


def test_a_file_that_is_not_there_is_a_usage_error_and_nothing_is_asked(shell: Shell) -> None:
    before = shell.types()
    assert shell.run("compare", "nowhere.jpg", shell.image(DAVE)).exit_code == 2
    assert shell.run("detect", str(shell.folder)).exit_code == 2
    assert shell.types() == before


def test_a_refused_comparison_tells_rules_and_how_to_reopen(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_everything(shell, monkeypatch)
    a, b = shell.image(DAVE, "a.jpg"), shell.image(DAVE, "b.jpg")
    told = shell.json("compare", a, b, status=3)
    assert (told["outcome"], told["score"], told["threshold"], told["fmr"]) == ("refused", None, None, None)
    assert told["decision_id"].startswith("dec_")
    assert told["reasons"] == [
        {
            "id": "house.test",
            "pack": "house",
            "text": "Not today.",
            "source": "a test",
            "from": None,
            "until": None,
            "reopens": "Ask tomorrow.",
        }
    ]
    assert shell.types()[-1] == "verification:refused"
    said = shell.run("compare", a, b)
    assert said.exit_code == 3
    for words in ("Refused.", "Not today.", "house.test", "Ask tomorrow.", "dec_", "ledger entry"):
        assert words in said.stdout
    assert shell.stage.engine.seen == []


def test_one_image_gives_one_document_and_several_give_a_list(shell: Shell) -> None:
    one = shell.json("detect", shell.image(DAVE))
    assert (one["width"], one["height"], len(one["faces"])) == (640, 480, 1)
    face = one["faces"][0]
    assert set(face) == {"box", "confidence", "landmarks", "pose", "quality", "reasons"}
    assert face["quality"] == [{"code": 65, "name": "Sharpness", "native": 12.5, "score": 90}]
    assert set(face["landmarks"]) == {"right_eye", "left_eye", "nose", "right_mouth", "left_mouth"}
    several = shell.json("detect", shell.image(MANY_FACES, "many.jpg"), shell.image(NO_FACE, "none.jpg"))
    assert [len(document["faces"]) for document in several] == [3, 0]
    assert shell.json("detect", shell.image(MANY_FACES, "many.jpg"), "--limit", "2")["faces"][2:] == []


def test_an_image_that_cannot_be_used_keeps_no_other_from_being_looked_at(shell: Shell) -> None:
    good, bad = shell.image(DAVE, "good.jpg"), shell.image(b"cut off", "bad.jpg")
    told = shell.json("detect", bad, good, status=4)
    assert told[0]["error"]["code"] == "image_corrupt"
    assert len(told[1]["faces"]) == 1
    said = shell.run("detect", bad, good)
    assert said.exit_code == 4
    assert "bad.jpg" in said.stderr
    assert "good.jpg: 1 face" in said.stdout


def test_lines_of_json_come_one_an_image(shell: Shell) -> None:
    said = shell.run("detect", shell.image(DAVE, "a.jpg"), shell.image(b"cut off", "b.jpg"), "--jsonl")
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    assert [Path(line["file"]).name for line in lines] == ["a.jpg", "b.jpg"]
    assert "error" in lines[1]


def test_what_speaks_against_a_face_is_said(shell: Shell) -> None:
    image = shell.image(BLURRED, "blurred.jpg")
    assert shell.json("detect", image)["faces"][0]["reasons"] == ["blurred"]
    assert "against using it: blurred" in shell.run("detect", image).stdout


def test_the_evaluation_lease_is_granted_once_and_covers_no_gallery(shell: Shell) -> None:
    image = shell.image(DAVE)
    shell.run("detect", image)
    shell.run("detect", image)
    assert shell.types().count("lease:granted") == shell.types()[: len(shell.types()) - 4].count(
        "lease:granted"
    )
    lease = shell.json("leases", "show", EVALUATION)
    assert lease["galleries"] == []


def sorted_rows(shell: Shell, *arguments: str) -> list[dict[str, str]]:
    said = shell.run("sort", *arguments)
    assert said.exit_code == 0, said.output
    return list(csv.DictReader(StringIO(said.stdout)))


@pytest.fixture
def folders(shell: Shell) -> tuple[str, str]:
    """Two known people, one with two images and one with a useless one; and four unknown images."""
    shell.image(photograph("dave", 1), "known/dave/1.jpg")
    shell.image(photograph("dave", 2), "known/dave/2.jpg")
    shell.image(photograph("erin", 1), "known/erin.jpg")
    shell.image(NO_FACE, "known/frank.jpg")
    shell.image(b"notes", "known/notes.txt")
    shell.image(photograph("erin", 7), "unknown/a.jpg")
    shell.image(photograph("dave", 7), "unknown/deep/b.PNG")
    shell.image(photograph("somebody"), "unknown/c.jpg")
    shell.image(b"cut off", "unknown/d.jpg")
    return str(shell.folder / "known"), str(shell.folder / "unknown")


def test_folders_are_sorted_into_candidates(shell: Shell, folders: tuple[str, str]) -> None:
    rows = sorted_rows(shell, *folders)
    assert [(row["image"], row["known"], row["candidate"], row["error"]) for row in rows] == [
        ("frank.jpg", "frank", "", "face_not_found"),
        ("a.jpg", "", "erin", ""),
        ("c.jpg", "", "", ""),
        ("d.jpg", "", "", "image_corrupt"),
        ("deep/b.PNG", "", "dave", ""),
    ]
    assert tuple(rows[0]) == COLUMNS
    assert float(rows[1]["score"]) >= float(rows[1]["threshold"])
    assert rows[1]["fmr"] == "0.0001"
    assert rows[4]["reference"].startswith("dave/")
    assert shell.types()[-2:] == ["search:permitted", "search:completed"]


def test_a_sorting_can_be_one_document_or_a_file(shell: Shell, folders: tuple[str, str]) -> None:
    told = shell.json("sort", *folders)
    assert [row["image"] for row in told] == ["frank.jpg", "a.jpg", "c.jpg", "d.jpg", "deep/b.PNG"]
    assert told[1]["candidates"][0]["subject_id"] == "erin"
    assert told[2]["candidates"] == []
    assert told[3]["error"]["code"] == "image_corrupt"
    table = shell.folder / "table.csv"
    assert shell.run("sort", *folders, "--out", str(table)).stdout == ""
    assert len(table.read_text().splitlines()) == 6


def test_a_name_that_a_spreadsheet_would_run_is_made_harmless(shell: Shell) -> None:
    shell.image(DAVE, "known/=HYPERLINK(1).jpg")
    shell.image(photograph("dave", 2), "unknown/+1.jpg")
    (row,) = sorted_rows(shell, str(shell.folder / "known"), str(shell.folder / "unknown"))
    assert (row["image"], row["candidate"]) == ("'+1.jpg", "'=HYPERLINK(1)")


def test_an_empty_folder_is_an_error(shell: Shell, folders: tuple[str, str]) -> None:
    empty = shell.folder / "empty"
    empty.mkdir()
    assert shell.json("sort", str(empty), folders[1], status=2)["error"]["code"] == "invalid_input"
    assert shell.json("sort", folders[0], str(empty), status=2)["error"]["code"] == "invalid_input"


def test_known_people_without_a_usable_face_are_an_error_on_the_record(
    shell: Shell, folders: tuple[str, str]
) -> None:
    shell.image(NO_FACE, "faceless/x.jpg")
    assert shell.run("sort", str(shell.folder / "faceless"), folders[1]).exit_code == 2
    assert shell.types()[-1] == "search:failed"
