"""The report that `countenance fairness run --report` writes: one file that stands alone, in words."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from countenance.entrypoints.cli.context import CommandLine
from countenance.entrypoints.cli.exit_codes import ExitCode
from countenance.entrypoints.cli.main import app
from countenance.fairness.measurement import document_digest
from fakes_engine import LARGEST, photograph
from world import World

HOSTILE = ("<script>alert(1)</script>", r"$\frac{1}{0$", "_hidden", "東アジア")


Report = tuple[str, dict[str, Any], bytes, World]


def world() -> World:
    made = World()
    made.max_image_bytes = LARGEST
    return made


def manifest(folder: Path, groups: tuple[str, ...]) -> Path:
    folder.mkdir()
    lines = ["image,subject,sex"]
    for i in range(24):
        for number in (1, 2):
            (folder / f"{i}-{number}.jpg").write_bytes(photograph(f"subject {i}", number))
            lines.append(f"{i}-{number}.jpg,s{i},{groups[i % len(groups)]}")
    (folder / "0-1.jpg").write_bytes(b"no face")
    path = folder / "manifest.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def written(folder: Path, groups: tuple[str, ...], *more: str) -> Report:
    """Page, document and PDF of a run, and the world it ran in."""
    path, out, place = manifest(folder / "people", groups), folder / "out", world()
    line = CommandLine(opener=lambda: place.acts)
    told = CliRunner().invoke(app, ["fairness", "run", str(path), "--report", str(out), *more], obj=line)
    assert told.exit_code == 0, told.output
    page = (out / "report.html").read_text(encoding="utf-8")
    document = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return page, document, (out / "report.pdf").read_bytes(), place


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Two groups whose labels nobody stated the source of, and a cap."""
    return written(tmp_path_factory.mktemp("plain"), ("a", "b"), "--fmr-cap", "0.001")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Names that would be markup, a formula, or left out; labels with a source, and a remark."""
    more = ("--source", "sex=self-reported", "--remark", "Not for doors.")
    return written(tmp_path_factory.mktemp("hostile"), HOSTILE, *more)


def test_the_verdict_comes_first_in_words_that_promise_nothing(plain: Report) -> None:
    page, document, _, _ = plain
    assert document["verdict"] == "insufficient evidence"
    text = re.sub(r"<[^>]+>|\s+", " ", page.partition("<body>")[2])
    assert "This is not a pass" in text[:700]
    assert text.index("Insufficient evidence") < text.index("What each cap and group")
    for word in ("unbiased", "bias-free", "fair system", "accuracy of"):
        assert word not in page.lower()


def test_the_page_stands_alone_and_every_picture_has_words(plain: Report) -> None:
    page = plain[0]
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page
    pictures = re.findall(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)">', page)
    assert len(pictures) == page.count("<img") == 5
    for data, words in pictures:
        assert len(words) > 30
        assert ET.fromstring(base64.b64decode(data)).tag.endswith("svg")  # noqa: S314  our own file


def test_the_digest_on_the_page_is_that_of_the_json_and_of_the_ledger(plain: Report) -> None:
    page, document, _, place = plain
    measured = {key: value for key, value in document.items() if key != "record"}
    digest = document["record"]["digest"]
    assert document_digest(measured) == digest == place.events()[-1]["fairness"]
    for said in (digest, document["plan_digest"], document["data_set_digest"]):
        assert said in page


def test_the_page_tells_of_searches_failures_and_kinds_of_pairs(plain: Report) -> None:
    page, document, pdf, _ = plain
    for heading in (
        "Searching a gallery",
        "Pairs with anybody",
        "GFRR",
        "How scores lie about the threshold",
    ):
        assert heading in page
    assert "No searches were measured" in page
    group = document["groups"]["a"]
    assert group["gfrr"] == pytest.approx(group["fte"] + (1 - group["fte"]) * group["frr"])
    kinds = document["kinds"]["by_group"]["a"]
    assert kinds["random"]["nonmated"] == kinds["yoked"]["nonmated"] + 23 * 24
    assert sum(document["nonmated_scores"]["a"]) == group["nonmated"]
    assert len(pdf) > 20_000


def test_it_says_where_labels_come_from_or_that_nobody_said(plain: Report, hostile: Report) -> None:
    assert "nobody stated where these labels come from" in plain[0]
    assert "labels are self-reported" in hostile[0]
    assert "Not for doors." in hostile[0]
    assert "face not found" in plain[0]


def test_names_of_groups_are_text_and_neither_markup_nor_formulas(hostile: Report) -> None:
    page, document, pdf, _ = hostile
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert sorted(document["groups"]) == sorted(HOSTILE)
    assert pdf.startswith(b"%PDF")


def test_no_image_and_no_name_of_one_is_in_the_report(plain: Report) -> None:
    for text in (plain[0], json.dumps(plain[1])):
        assert "0-1.jpg" not in text
        assert "image/jpeg" not in text


def test_the_same_measurement_gives_the_same_picture(plain: Report) -> None:
    from countenance.entrypoints.cli.fairness_plots import plots  # noqa: PLC0415  slow to load

    picture = plots(plain[1])[0].svg()
    assert base64.b64encode(picture).decode("ascii") in plain[0]


def test_a_report_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    path, place = manifest(tmp_path / "people", ("a", "b")), world()
    line = CommandLine(opener=lambda: place.acts)
    told = CliRunner().invoke(app, ["fairness", "run", str(path), "--report", str(tmp_path)], obj=line)
    assert told.exit_code == ExitCode.USAGE
    assert "exists already" in told.stderr
    assert place.types() == []
