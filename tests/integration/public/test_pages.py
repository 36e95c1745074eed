"""What a stranger reads: every page, its files, what caches are told, and what is passed on."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from countenance.entrypoints.pages.headers import HEADERS
from countenance.entrypoints.public import answering, asking
from countenance.entrypoints.public.application import PAGES as EVERY
from countenance.errors import StorageError
from countenance.policy.model import Denial
from countenance.vetting.publication import Operator
from public_stage import FILES, PAGES, PublicStage


class Links(HTMLParser):
    """The addresses that a page names, and the ids that they can lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"a", "link", "script"}:
            self.links.add(given.get("href") or given.get("src") or "")
        if given.get("id"):
            self.ids.add(str(given["id"]))


def test_every_listed_page_is_looked_at_here() -> None:
    assert {page.path for page in EVERY if page.listed} == set(PAGES)


@pytest.mark.parametrize("path", [*PAGES, *FILES])
def test_a_stranger_reads_every_page_and_a_cache_may_keep_it(lived: PublicStage, path: str) -> None:
    answer = lived.get(path)
    assert answer.status_code == 200
    assert re.fullmatch(r"public, max-age=[1-9]\d*(, immutable)?", answer.headers["cache-control"])
    assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
    assert "set-cookie" not in answer.headers
    again = lived.get(path, If_None_Match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]
    assert lived.get(path, If_None_Match='"other", W/' + answer.headers["etag"]).status_code == 304
    assert lived.get(path, If_None_Match='"other"').status_code == 200
    head = lived.client.head(path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])


@pytest.mark.parametrize("path", PAGES)
def test_no_page_runs_or_styles_anything_inline(lived: PublicStage, path: str) -> None:
    text = lived.get(path).text
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", text)


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_a_page_leads_somewhere(lived: PublicStage, path: str) -> None:
    here = Links(lived.get(path).text)
    for link in here.links:
        place, _, anchor = link.partition("#")
        if place.startswith(("https:", "mailto:")) or place in {"/console", "/subject"}:
            continue
        answer = lived.get(place or path)
        assert answer.status_code == 200, link
        if anchor:
            assert anchor in (here if not place else Links(answer.text)).ids, link


def test_a_page_stays_the_same_while_nothing_changes(lived: PublicStage) -> None:
    tags = {path: lived.get(path).headers["etag"] for path in PAGES}
    lived.later(seconds=90)
    assert {path: lived.get(path).headers["etag"] for path in PAGES} == tags


def test_what_is_no_public_page_is_passed_on(lived: PublicStage) -> None:
    assert lived.get("/v1/health").json()["status"] == "ok"
    for method, path in (("POST", "/"), ("PUT", "/register"), ("DELETE", "/ledger/checkpoint")):
        answer = lived.client.request(method, path)
        assert answer.headers["content-type"] == "application/problem+json"
    assert lived.get("/registered").headers["content-type"] == "application/problem+json"
    assert lived.get("/public").headers["location"] == "/"
    assert lived.get("/public/nothing").status_code == 404


def test_the_register_is_sorted_filtered_and_taken_along(lived: PublicStage) -> None:
    rows = list(csv.DictReader(io.StringIO(lived.get("/register?format=csv&sort=customer").text)))
    names = [row["Customer"] for row in rows]
    assert names == sorted(names, key=str.casefold)
    assert {"A bank", "A police department"} <= set(names)
    bank = next(row for row in rows if row["Lease"] == "bank-doors")
    assert (bank["Purpose"], bank["Ends"], bank["State"]) == (
        "identity verification",
        "2027-01-01",
        "in force",
    )
    for query, expected in (
        ("q=BANK", {"bank-doors", "rival-doors"}),
        ("q=bank-doors", {"bank-doors"}),
        ("kind=police", {"police-search"}),
        ("purpose=missing_children", {"ngo-missing"}),
        ("act=measure", {"lab-measure"}),
        ("act=nothing", set()),
    ):
        found = json.loads(lived.get(f"/register?format=json&{query}").text)["leases"]
        assert {lease["lease"] for lease in found} == expected
    assert "Nobody holds a lease with these words" in lived.get("/register?q=nobody-of-this-name").text
    assert lived.get("/register?page=999&sort=-expires").status_code == 200


def test_a_lease_is_gone_from_the_register_when_it_is_revoked(public: PublicStage) -> None:
    assert "bank-doors" in public.get("/register").text
    public.amend("bank-doors", suspended=True)
    public.later(seconds=3)
    assert "bank-doors" not in public.get("/register").text
    public.amend("bank-doors", suspended=False)
    public.later(seconds=3)
    assert "bank-doors" in public.get("/register").text


def test_a_lease_is_secret_only_where_it_says_so_and_the_reason_is_told(public: PublicStage) -> None:
    public.amend("ngo-missing", secret_because="The shelter is not to be found.")  # noqa: S106  a reason, no secret
    for path in ("/register", "/register?format=json", "/register?q=ngo-missing"):
        text = public.get(path).text
        assert "The shelter is not to be found." in text
        assert "Looks for missing children" not in text
        assert "ngo-missing</span>" not in text
    assert "ngo-missing" not in public.get("/register?format=csv").text


def test_a_lease_that_waits_for_reviewers_says_so(public: PublicStage) -> None:
    public.amend("bank-doors", reverify=public.clock())
    assert "waits for re-verification" in public.get("/register").text


def test_an_installation_without_leases_says_that_nobody_may_use_it(public: PublicStage) -> None:
    public.later(days=300)
    assert "Nobody may use it now" in public.get("/register").text


def test_refusals_are_told_in_aggregate_from_the_day_after(public: PublicStage) -> None:
    assert "Nothing was refused yet" in public.get("/refusals").text
    public.refuse(3)
    public.later(days=1)
    assert "Fewer than five refusals so far" in public.get("/refusals").text
    assert json.loads(public.get("/refusals?format=json").text)["total"] is None
    public.refuse(3)
    public.later(days=1)
    told = json.loads(public.get("/refusals?format=json").text)
    assert told["total"] == 6
    assert told["kinds"] == [{"name": "police", "refusals": 6}]
    assert told["months"] == [{"name": "2026-07", "refusals": 6}]
    assert {"name": "house.us-police", "refusals": 6} in told["rules"]
    assert "July 2026" in public.get("/refusals").text


def test_the_note_tells_what_the_shipped_record_measured_and_no_more(lived: PublicStage) -> None:
    text = lived.get("/model").text
    record = json.loads(lived.get("/model?format=json").text)
    assert record["id"] in text
    assert f"{record['non_mated_trials']:,}" in text
    assert all(remark in text for remark in (part.replace("'", "&#39;") for part in record["remarks"]))
    assert "Not measured yet" in text
    shown = [float(found) for found in re.findall(r'data-label="Threshold">([\d.]+)<', text)]
    supported = {row["threshold"] for row in record["fmr_table"] if row["supported"]}
    assert shown
    assert set(shown) <= supported


def test_each_rule_in_force_stands_with_text_source_and_dates(lived: PublicStage) -> None:
    told = json.loads(lived.get("/rules?format=json").text)
    text = lived.get("/rules").text
    assert [pack["name"] for pack in told["packs"]] == ["house"]
    assert {"us-il-bipa", "us-tx-cubi"} <= {law["id"] for law in told["laws"]}
    for rule in (rule for part in (*told["packs"], *told["laws"]) for rule in part["rules"]):
        assert rule["text"]
        assert rule["source"]
        assert f'<span class="id">{rule["id"]}</span>' in text
        assert (rule["from"] or "") <= told["day"] < (rule["until"] or "9999")
    for change in told["coming"]:
        assert told["day"] < change["on"]


def test_a_question_is_answered_without_a_login_and_kept_nowhere(public: PublicStage) -> None:
    before = len(public.stage.events())
    text = public.get("/ask?act=identify&kind=police&place=US-CA&day=2021-06-01").text
    assert 'action="/ask"' in text
    assert "Refused" in text
    assert len(public.stage.events()) == before


def test_the_operator_is_named_where_it_was_set_and_missed_where_not(public: PublicStage) -> None:
    assert "The operator has not said how to reach them" in public.get("/rights").text
    public.stage.parts.operator = Operator(
        name="The <operator>",
        email="faces@example.org",
        authority="The authority",
        origin="https://faces.example",
    )
    text = public.get("/rights").text
    assert "The &lt;operator&gt;" in text
    assert 'href="mailto:faces@example.org"' in text
    assert "has not said" not in text
    assert "<loc>https://faces.example/register</loc>" in public.get("/sitemap.xml").text
    assert "Sitemap: https://faces.example/sitemap.xml" in public.get("/robots.txt").text


def test_what_a_caller_calls_the_host_is_repeated_nowhere(lived: PublicStage) -> None:
    for path in (*PAGES, *FILES):
        assert "evil.example" not in lived.get(path, Host="evil.example").text


def test_an_address_that_is_too_long_is_turned_away(lived: PublicStage) -> None:
    assert lived.get("/ask?q=" + "x" * answering.LONGEST_QUERY).status_code == 414


def test_one_reader_too_many_is_told_to_come_again(
    lived: PublicStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answering, "AT_ONCE", 0)
    answer = lived.get("/register")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert answer.headers["cache-control"] == "no-store"


def test_questions_leave_room_for_other_readers(public: PublicStage, monkeypatch: pytest.MonkeyPatch) -> None:
    started, finish = threading.Semaphore(0), threading.Event()

    def slow(asked: object) -> Denial:
        del asked
        started.release()
        finish.wait(10)
        return Denial((), ())

    monkeypatch.setattr(asking, "answer_to", slow)
    with TestClient(public.app) as client, ThreadPoolExecutor(asking.AT_ONCE) as pool:
        asked = [pool.submit(client.get, "/ask") for _ in range(asking.AT_ONCE)]
        assert all(started.acquire(timeout=10) for _ in asked)
        assert client.get("/ask?act=watch").status_code == 429
        assert client.get("/register").status_code == 200
        finish.set()
        assert [one.result().status_code for one in asked] == [200] * asking.AT_ONCE
        assert client.get("/ask").status_code == 200


def test_a_database_that_cannot_be_read_is_told_without_a_traceback(
    public: PublicStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise StorageError("the disk said `secret`")

    monkeypatch.setattr(public.stage.parts, "unit_of_work", broken)
    answer = public.get("/register")
    assert answer.status_code == 503
    assert answer.headers["cache-control"] == "no-store"
    assert "secret" not in answer.text
