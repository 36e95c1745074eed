from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from architecture.error_tree import tree
from countenance.entrypoints.pages import words
from countenance.entrypoints.pages.assets import Assets
from countenance.entrypoints.pages.faults import told
from countenance.entrypoints.pages.forms import LARGEST_FIELDS, read_form
from countenance.entrypoints.pages.same_origin import sent_from_here
from countenance.entrypoints.pages.site import PagesAt, look_of, site_of
from countenance.entrypoints.pages.tables import PAGE, Column, arranged, as_csv
from countenance.errors import ForbiddenError, NotFoundError, OversizedImageError, StorageError
from countenance.policy.model import Act, Camera, CustomerKind, Jurisdiction, Purpose, Question, Reason, Space

PAGES = "countenance.entrypoints.pages"
LOOK = look_of("/site", PAGES)


def boom(_: Request) -> Response:
    raise ZeroDivisionError("a secret stands here")


def missing(_: Request) -> Response:
    raise NotFoundError("no gallery `doors`")


def forbidden(_: Request) -> Response:
    raise ForbiddenError("the role does not include this")


def closed(_: Request) -> Response:
    raise StorageError("the database answered `SQLITE_IOERR`")


async def form(request: Request) -> Response:
    sent = await read_form(request, largest_file=1000)
    return Response(f"{sent.text('name')}|{len(sent.files.get('image', b''))}")


ROUTES = [
    Route("/site/boom", boom),
    Route("/site/missing", missing),
    Route("/site/forbidden", forbidden),
    Route("/site/closed", closed),
    Route("/site/form", form, methods=["POST"]),
]


async def elsewhere(scope: object, receive: object, send: object) -> None:
    await Response("elsewhere")(scope, receive, send)  # type: ignore[arg-type]  # an application of one answer


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(PagesAt(elsewhere, "/site", site_of(LOOK, ROUTES)), raise_server_exceptions=True)


def test_a_static_file_is_kept_for_ever_because_its_name_carries_its_digest(client: TestClient) -> None:
    url = LOOK.assets.url("pages.css")
    answer = client.get(url)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert client.get(url.replace("pages.", "other.")).status_code == 404
    with pytest.raises(KeyError):
        Assets("/site/static", (PAGES,)).url("nothing.css")


def test_every_answer_carries_a_policy_under_which_nothing_inline_runs(client: TestClient) -> None:
    for path in (LOOK.assets.url("pages.css"), "/site/missing", "/site/nowhere", "/site/boom"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
    assert client.get("/site/missing").headers["cache-control"] == "no-store"


def test_what_is_forbidden_and_what_is_not_there_are_the_same_bytes(client: TestClient) -> None:
    answers = [client.get(path) for path in ("/site/missing", "/site/forbidden", "/site/nowhere")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_a_crash_is_a_page_with_a_reference_and_nothing_of_what_was_sent(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = client.get("/site/boom")
    assert answer.status_code == 500
    assert "req_" in answer.text
    assert "secret" not in answer.text + caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_a_database_that_cannot_be_reached_says_what_to_do(client: TestClient) -> None:
    answer = client.get("/site/closed")
    assert answer.status_code == 503
    assert "Try again in a minute" in answer.text


def test_every_error_of_the_tree_has_a_page_that_says_what_to_do() -> None:
    for kind in tree():
        error = (
            kind("refused", decision_id="dec_1", entry=1, reasons=())
            if kind.__name__ == "RefusedError"
            else kind("the thing is `x`")
        )
        fault = told(error)
        assert fault.advice.endswith(".")
        assert fault.happened.endswith(".")
        assert 400 <= fault.status < 600


def test_what_lies_elsewhere_is_passed_on(client: TestClient) -> None:
    assert client.get("/v1/health").text == "elsewhere"
    assert client.get("/sitemap").text == "elsewhere"


def test_a_form_is_read_with_its_file(client: TestClient) -> None:
    assert client.post("/site/form", data={"name": " anna "}).text == "anna|0"
    sent = client.post("/site/form", data={"name": "anna"}, files={"image": ("a.jpg", b"x" * 999)})
    assert sent.text == "anna|999"


def test_a_form_that_is_too_large_or_none_is_refused_with_a_page(client: TestClient) -> None:
    too_large = client.post("/site/form", data={"name": "a" * (LARGEST_FIELDS + 2001)})
    assert too_large.status_code == told(OversizedImageError("too large")).status
    file = client.post("/site/form", files={"image": ("a.jpg", b"x" * 1001)})
    assert "1000 bytes" in file.text
    assert client.post("/site/form", json={"a": 1}).status_code == 400
    many = "&".join(f"a{n}=1" for n in range(1000))
    form_type = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/site/form", content=many, headers=form_type).status_code == 400


def request_with(headers: Mapping[str, str]) -> Request:
    raw = [
        (name.lower().encode(), value.encode()) for name, value in {"host": "a.example", **headers}.items()
    ]
    return Request(
        {
            "type": "http",
            "method": "POST",
            "scheme": "https",
            "path": "/",
            "query_string": b"",
            "headers": raw,
        }
    )


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"origin": "https://a.example"}, True),
        ({"origin": "https://a.example", "sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": "https://b.example"}, False),
        ({"origin": "http://a.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": "https://a.example", "sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({}, False),
    ],
)
def test_only_a_page_of_this_origin_may_change_something(headers: dict[str, str], ours: bool) -> None:  # noqa: FBT001  one column of the table
    assert sent_from_here(request_with(headers)) is ours


ROWS = [(f"r{number:03}", number % 7) for number in range(60)]
COLUMNS: list[Column[tuple[str, int]]] = [
    Column("name", "Name", lambda row: row[0], key=lambda row: row[0]),
    Column("size", "Size", lambda row: row[1], key=lambda row: row[1], number=True),
    Column("note", "Note", lambda row: f"={row[0]}"),
]


def test_a_table_shows_a_page_and_knows_the_addresses_of_the_others() -> None:
    table = arranged("/t", {"q": "a b", "page": "2"}, COLUMNS, ROWS, order="name")
    assert [row[0] for row in table.rows][:2] == ["r025", "r026"]
    assert (table.first, table.last, table.total) == (26, 50, 60)
    assert table.previous_url == "/t?q=a+b&page=1"
    assert table.next_url == "/t?q=a+b&page=3"
    assert arranged("/t", {"page": "3"}, COLUMNS, ROWS, order="name").next_url is None


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "²", "900"])
def test_a_page_that_is_none_is_the_nearest_that_is(page: str) -> None:
    table = arranged("/t", {"page": page}, COLUMNS, ROWS, order="name")
    assert 0 < len(table.rows) <= PAGE


def test_a_table_sorts_by_columns_that_sort_and_by_nothing_else() -> None:
    down = arranged("/t", {"sort": "-size"}, COLUMNS, ROWS, order="name")
    assert down.rows[0][1] == 6
    assert down.sorted_by(COLUMNS[1]) == "descending"
    assert "sort=size" in down.sort_url(COLUMNS[1])
    for other in ("note", "nothing"):
        assert arranged("/t", {"sort": other}, COLUMNS, ROWS, order="name").sort == "name"


def test_an_exported_table_has_every_row_and_no_formula() -> None:
    table = arranged("/t", {"format": "csv", "page": "2"}, COLUMNS, ROWS, order="name")
    answer = as_csv(table, "rows")
    lines = bytes(answer.body).decode().splitlines()
    assert len(lines) == len(ROWS) + 1
    assert lines[1] == "r000,0,'=r000"
    assert 'filename="rows.csv"' in answer.headers["content-disposition"]


def test_every_word_of_the_closed_lists_reads_like_language() -> None:
    for kind in (Act, Camera, CustomerKind, Purpose, Space):
        for word in kind:
            assert "_" not in words.plain(word)
    assert words.plain(Space.OWN_DEVICE) != words.plain(Camera.OWN_DEVICE)
    assert words.plain(Space.PUBLIC_ACCOMMODATION) != words.plain(CustomerKind.PUBLIC_ACCOMMODATION)


def test_moments_and_spans_are_written_as_people_write_them() -> None:
    noon = datetime(2020, 6, 11, 12, 5, tzinfo=UTC)
    assert words.day(date(2020, 6, 11)) == "11 June 2020"
    assert words.moment(noon) == "11 June 2020, 12:05 UTC"
    assert words.left(noon + timedelta(days=3), noon) == "in 3 days"
    assert words.left(noon - timedelta(hours=5), noon) == "5 hours ago"
    assert words.left(noon + timedelta(seconds=20), noon) == "in 1 minute"
    assert words.counted(0, "key") == "no keys"
    assert words.counted(1204, "entry", "entries") == "1,204 entries"
    assert words.one_in(100_000) == "1 in 10,000"


def test_a_question_reads_as_one_sentence_that_says_what_was_left_out() -> None:
    on = datetime(2026, 1, 1, tzinfo=UTC)
    full = Question(
        act=Act.IDENTIFY,
        on=on,
        customer_kind=CustomerKind.PRIVATE,
        acts_for=frozenset({CustomerKind.POLICE}),
        jurisdictions=frozenset({Jurisdiction("US-CA")}),
        purpose=Purpose.CRIMINAL_INVESTIGATION,
        space=Space.PUBLIC,
        camera=Camera.FIXED,
    )
    assert words.asked(full) == (
        "A private company, acting for a police department, asked to search a gallery for a face "
        "for criminal investigation in public space with a fixed camera, in US-CA, on 1 January 2026."
    )
    assert "for no stated purpose, in an unnamed place" in words.asked(Question(act=Act.DETECT, on=on))


def test_the_dates_of_a_rule_say_since_and_until() -> None:
    rule = Reason("r", "p", "t", "s", date(2020, 6, 10), date(2021, 6, 10), None)
    assert words.dates_of(rule) == "since 10 June 2020, until 10 June 2021"
    assert words.dates_of(Reason("r", "p", "t", "s", None, None, None)) == ""
