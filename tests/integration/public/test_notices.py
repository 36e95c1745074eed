"""Notices as whoever stands before one reads them."""

from __future__ import annotations

import pytest

from integration.api.agreeing import NOTICE
from public_stage import PublicStage


@pytest.fixture
def told(public: PublicStage) -> PublicStage:
    """An installation whose bank has published a notice in two languages, twice."""
    for days in (100, 200):
        made = public.stage.post("alice", "/v1/notices", {**NOTICE, "retention_days": days})
        assert made.status_code == 201, made.text
    return public


def test_a_stranger_reads_a_notice_in_the_language_of_the_browser(told: PublicStage) -> None:
    page = told.get("/notices/doors/2", accept_language="fr;q=0.9, de-AT;q=0.8")
    assert page.status_code == 200
    assert page.headers["content-language"] == "de-CH"
    assert '<section class="notice" lang="de-CH"' in page.text
    assert "Der gleichwertige Weg ohne Biometrie" in page.text
    assert told.get("/notices/doors/2").headers["content-language"] == "en"
    assert told.get("/notices/doors/2?language=de").headers["content-language"] == "de-CH"
    assert told.get("/notices/doors/2", accept_language="*, ;;, x" * 99).status_code == 200


def test_an_older_version_stays_and_says_that_there_is_a_newer_one(told: PublicStage) -> None:
    old, newest = told.get("/notices/doors/1"), told.get("/notices/doors")
    assert "There is a newer version" in old.text
    assert "Read version 2" in old.text
    assert "There is a newer version" not in newest.text
    assert 'data-notice="doors/2"' in newest.text


def test_a_page_leads_to_the_proof_that_it_was_published(told: PublicStage) -> None:
    notice = told.stage.call("alice", "GET", "/v1/notices/doors/versions/1").json()
    page = told.get("/notices/doors/1").text
    assert notice["digest"] in page
    assert f'href="/ledger/proof/{notice["entry"]}"' in page
    assert told.get(f"/ledger/proof/{notice['entry']}").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/notices/none",
        "/notices/doors/3",
        "/notices/doors/01",
        "/notices/doors/x",
        "/notices/%00",
        "/notices/",
    ],
)
def test_what_was_never_published_is_not_there(told: PublicStage, path: str) -> None:
    assert told.get(path).status_code == 404


def test_no_page_names_the_gallery_that_a_notice_speaks_of(told: PublicStage) -> None:
    gallery = {"gallery_id": "gallery-of-staff", "purpose": "identity_verification", "scraped": False}
    assert told.stage.post("alice", "/v1/galleries", gallery).status_code == 201
    own = {**NOTICE, "notice_id": "own", "gallery_id": "gallery-of-staff"}
    assert told.stage.post("alice", "/v1/notices", own).status_code == 201
    assert "gallery-of-staff" not in told.get("/notices/own").text
