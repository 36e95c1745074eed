"""Tables that the database pages, sorts and filters, and every table as a file."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from applying import GATE, customer, use
from console_stage import ConsoleStage
from contract import examples
from countenance.entrypoints.pages.tables import PAGE, mark_of, marked_at
from countenance.policy.model import CustomerKind
from countenance.recognition.model import GalleryOrder, gallery_place
from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.dossier import ApplicationState
from countenance.vetting.keys import KeyRequest, in_force
from countenance.vetting.listing import KeyOrder, LeaseOrder, key_place, lease_place
from countenance.vetting.model import CustomerId, LeaseId, Role

TABLES = {
    "/console/applications": "olivia",
    "/console/customers": "olivia",
    "/console/leases": "olivia",
    "/console/keys": "olivia",
    "/console/staff": "olivia",
    "/console/decisions": "carol",
    "/console/ledger": "carol",
    "/console/galleries": "rita",
    "/console/cases": "rita",
    "/console/examiners": "rita",
    "/console/incidents": "rita",
    "/console/nominations": "rita",
    "/console/conditions": "rita",
}


def shown(text: str) -> list[str]:
    """The first cell of every row."""
    rows = re.findall(r'<tr><th scope="row"[^>]*><a [^>]*>([^<]*)</a>', text)
    return [html.unescape(row) for row in rows]


def following(text: str, word: str) -> str | None:
    found = re.search(rf'<a rel="{word}" href="([^"]+)"', text)
    return html.unescape(found[1]) if found else None


def walked(console: ConsoleStage, who: str, path: str) -> list[list[str]]:
    """Every page from an address on, by the links of the pages."""
    pages, address = [], path
    while address:
        text = console.get(who, address).text
        pages.append(shown(text))
        address = following(text, "next") or ""
    return pages


def test_customers_are_walked_by_name_forwards_and_back(console: ConsoleStage) -> None:
    vetting = console.service.vetting
    for number in range(2 * PAGE):
        name = f"{'Émile' if number % 2 else 'emil'} {number:03}"
        vetting.customers(LOCAL_ADMINISTRATOR, customer(CustomerId(f"c-{number:03}"), name=name))
    everyone = vetting.read_customers.all(LOCAL_ADMINISTRATOR)
    expected = [one.name for one in sorted(everyone, key=lambda one: (one.name.casefold(), one.id))]
    pages = walked(console, "olivia", "/console/customers")
    assert [name for page in pages for name in page] == expected
    assert len(pages[0]) == PAGE
    down = walked(console, "olivia", "/console/customers?sort=-name")
    assert [name for page in down for name in page] == expected[::-1]
    text = console.get("olivia", "/console/customers").text
    assert following(text, "prev") is None
    second = console.get("olivia", following(text, "next") or "").text
    back = console.get("olivia", following(second, "prev") or "").text
    assert shown(back) == pages[0]
    assert following(back, "prev") is None
    assert len(walked(console, "olivia", "/console/customers?q=%C3%89MILE")) == 1


def test_a_customer_that_comes_between_two_pages_moves_no_other(console: ConsoleStage) -> None:
    vetting = console.service.vetting
    for number in range(PAGE):
        vetting.customers(LOCAL_ADMINISTRATOR, customer(CustomerId(f"m-{number:03}"), name=f"M {number:03}"))
    text = console.get("olivia", "/console/customers?q=m-").text
    assert len(shown(text)) == PAGE
    vetting.customers(LOCAL_ADMINISTRATOR, customer(CustomerId("m-late"), name="A late one"))
    vetting.customers(LOCAL_ADMINISTRATOR, customer(CustomerId("m-last"), name="Z"))
    assert following(text, "next") is None
    first = console.get("olivia", "/console/customers?q=m-").text
    assert shown(first)[0] == "A late one"
    after = mark_of("m 023", "m-023")
    assert shown(console.get("olivia", f"/console/customers?q=m-&after={after}").text) == ["M 024", "Z"]


def test_customers_are_filtered_by_kind(console: ConsoleStage) -> None:
    text = console.get("olivia", "/console/customers?kind=police").text
    kinds = {one.name: one.kind for one in console.service.vetting.read_customers.all(LOCAL_ADMINISTRATOR)}
    assert shown(text)
    assert {kinds[name] for name in shown(text)} == {CustomerKind.POLICE}
    assert '<option value="police" selected>' in text
    assert "Nothing matches" in console.get("olivia", "/console/customers?q=%00&kind=campus_police").text


def test_applications_are_ordered_filtered_and_each_sees_their_own(console: ConsoleStage) -> None:
    vetting, ada = console.service.vetting, console.actor("ada")
    clock = console.stage.parts.clock
    for title in ("First", "Second", "Third"):
        vetting.draft.begin(ada, GATE, use(clock(), title=title))
        clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]  # the fake clock
    sent = console.applied()
    title = vetting.read_applications.one(ada, sent).draft.use.title
    path = "/console/applications"
    assert walked(console, "rita", path) == [[title, "Third", "Second", "First"]]
    assert walked(console, "rita", f"{path}?sort=changed") == [["First", "Second", "Third", title]]
    assert walked(console, "rita", f"{path}?state={ApplicationState.SUBMITTED}") == [[title]]
    assert walked(console, "rita", f"{path}?customer={GATE}&state=draft&sort=changed") == [
        ["First", "Second", "Third"]
    ]
    assert "None is like that" in console.get("rita", f"{path}?customer=nobody").text
    assert walked(console, "ada", f"{path}?sort=changed") == [["First", "Second", "Third", title]]
    other = console.get("ada", f"{path}?customer=bank").text
    assert shown(other) == []
    told = console.get("rita", f"{path}?state=draft&format=json").json()
    assert told["total"] == 3
    assert [one["title"] for one in told["applications"]] == ["Third", "Second", "First"]


def test_keys_are_walked_in_every_order_and_each_page_says_which_are_in_force(console: ConsoleStage) -> None:
    service, clock = console.service, console.stage.parts.clock
    for number in range(PAGE + 3):
        label = f"{'Door' if number % 2 else 'door'}\t{number:03}"
        issued = service.issue_key(
            LOCAL_ADMINISTRATOR, KeyRequest(role=Role.AUDITOR, lease_id=None, label=label)
        )
        clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]  # the fake clock
    service.revoke_key(LOCAL_ADMINISTRATOR, issued.key.id)
    keys = service.list_keys(LOCAL_ADMINISTRATOR)

    def walk(address: str) -> list[str]:
        found = []
        while address:
            text = console.get("olivia", address).text
            found += re.findall(r'<td data-label="Id"><span class="id">([0-9a-f]{16})</span>', text)
            address = following(text, "next") or ""
        return found

    for order in KeyOrder:
        ordered = sorted(keys, key=lambda key: (key_place(key, order).key, key.id))
        names = [key.id for key in ordered]
        assert walk(f"/console/keys?standing=all&sort={order}") == names
        assert walk(f"/console/keys?standing=all&sort=-{order}") == names[::-1]
    newest = [key.id for key in sorted(keys, key=lambda key: (key.created, key.id), reverse=True)]
    force = {key.id for key in keys if in_force(key, clock())}
    assert walk("/console/keys") == [name for name in newest if name in force]
    assert issued.key.id not in force
    second = following(console.get("olivia", "/console/keys?standing=all").text, "next") or ""
    assert "in force" in console.get("olivia", second).text


def test_leases_are_walked_in_every_order_and_found_by_how_they_stand(console: ConsoleStage) -> None:
    service = console.service
    held = service.list_leases(LOCAL_ADMINISTRATOR)
    with console.stage.parts.unit_of_work() as work:
        for number in range(PAGE):
            terms = replace(held[0].terms, id=f"l-{number:03}")
            work.leases.put(replace(held[0], terms=terms, customer_id=GATE))
        work.commit()
    service.revoke_lease(LOCAL_ADMINISTRATOR, LeaseId("l-007"))
    service.vetting.suspend_lease(console.actor("rita"), LeaseId("l-008"), "To be looked at by somebody.")
    leases, path = service.list_leases(LOCAL_ADMINISTRATOR), "/console/leases"
    for order in LeaseOrder:
        ordered = sorted(leases, key=lambda one: (lease_place(one, order).key, one.id))
        names = [one.id for one in ordered]
        assert [name for page in walked(console, "rita", f"{path}?sort={order}") for name in page] == names
        down = walked(console, "rita", f"{path}?sort=-{order}")
        assert [name for page in down for name in page] == names[::-1]
    assert walked(console, "rita", f"{path}?standing=revoked") == [["l-007"]]
    assert walked(console, "rita", f"{path}?standing=suspended") == [["l-008"]]
    force = [name for page in walked(console, "rita", f"{path}?standing=in+force") for name in page]
    assert {"l-000", "l-024"} <= {*force}
    assert not {"l-007", "l-008"} & {*force}
    assert "None stands so" in console.get("rita", f"{path}?standing=to+come").text
    told = console.get("ada", f"{path}?format=json").json()
    assert told["total"] == PAGE
    assert {one["customer"] for one in told["leases"]} == {GATE}
    assert console.get("rita", f"{path}?format=json").json()["total"] == len(leases)


def test_galleries_of_every_customer_are_walked_in_every_order_and_found_by_letters(
    console: ConsoleStage,
) -> None:
    with console.stage.parts.unit_of_work() as work:
        for number in range(PAGE):
            work.galleries.add(examples.gallery(f"m-{number:02}", "archive"))
            work.galleries.add(examples.gallery(f"M-{number:02}", "bank"))
        work.commit()
    views = console.service.console.browse.galleries(console.actor("rita"))
    path = "/console/galleries"

    def walk(address: str) -> list[str]:
        found = []
        while address:
            text = console.get("rita", address).text
            found += re.findall(r'<tr><th scope="row" data-label="Gallery">([^ <]+)', text)
            address = following(text, "next") or ""
        return found

    for order in GalleryOrder:
        placed = [gallery_place(one.gallery, one.subjects, order) for one in views]
        names = [place.id for place in sorted(placed, key=lambda place: (place.key, place.id))]
        assert walk(f"{path}?sort={order}") == names
        assert walk(f"{path}?sort=-{order}") == names[::-1]
    found = walk(f"{path}?q=ARCHIVE")
    assert found == [f"m-{number:02}" for number in range(PAGE)]
    assert console.get("rita", f"{path}?q=%00").status_code == 200
    assert console.get("rita", f"{path}?format=json&q=m-0").json()["total"] == 20


def test_a_lease_shows_the_first_keys_and_galleries_under_it_and_how_many_more_there_are(
    console: ConsoleStage,
) -> None:
    lease = LeaseId("bank-doors")
    for number in range(PAGE + 1):
        request = KeyRequest(role=Role.OPERATOR, lease_id=lease, label=f"gate {number:02}")
        console.service.issue_key(LOCAL_ADMINISTRATOR, request)
    with console.stage.parts.unit_of_work() as work:
        for number in range(PAGE + 3):
            work.galleries.add(replace(examples.gallery(f"m-{number:02}", "bank"), lease_id=lease))
        work.commit()
    text = console.get("olivia", f"/console/leases/{lease}").text
    held = [key for key in console.service.list_keys(LOCAL_ADMINISTRATOR) if key.lease_id == lease]
    more = re.findall(r"And ([0-9]+) more, among <a href=\"/console/([a-z]+)", text)
    assert {name: int(number) for number, name in more} == {"galleries": 3, "keys": len(held) - PAGE}
    assert "m-24" in text
    assert "m-25" not in text
    assert "all keys" not in console.get("rita", f"/console/leases/{lease}").text
    assert console.get("ada", f"/console/leases/{lease}").status_code == 404


@pytest.mark.parametrize("path", TABLES)
def test_every_table_is_taken_along_as_csv_and_as_json(console: ConsoleStage, path: str) -> None:
    page = console.get(TABLES[path], path)
    assert page.status_code == 200
    told = console.get(TABLES[path], f"{path}?format=json")
    assert told.headers["content-type"] == "application/json"
    assert "attachment" in told.headers["content-disposition"]
    (rows,) = [value for name, value in told.json().items() if name != "total"]
    sheet = console.get(TABLES[path], f"{path}?format=csv")
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    lines = [*csv.reader(io.StringIO(sheet.text))]
    assert len(lines) == len(rows) + 1
    assert all(len(row) == len(lines[0]) for row in rows)
    if rows:
        links = re.findall(rf'href="{path}\?[^"]*format=(csv|json)[^"]*"', page.text)
        assert sorted(links) == ["csv", "json"]


@pytest.mark.parametrize(
    "text", ["", "x", "e30", "W10", "WyJhIl0", "WzEsMl0", "\x00", "a" * 3000, "WyJcdTAwMDAiLCJhIl0", "[]"]
)
def test_a_mark_that_nobody_wrote_is_the_first_page(console: ConsoleStage, text: str) -> None:
    assert marked_at(text) is None
    answer = console.client("olivia").get("/console/customers", params={"after": text})
    assert answer.status_code == 200
    assert shown(answer.text)


def test_a_mark_comes_back_as_it_was_written() -> None:
    assert marked_at(mark_of("ß & Co", "c-1")) == ("ß & Co", "c-1")


def test_a_title_is_only_shown(console: ConsoleStage) -> None:
    vetting, ada = console.service.vetting, console.actor("ada")
    vetting.draft.begin(ada, GATE, replace(use(console.stage.parts.clock()), title="=1+1"))
    sheet = console.get("ada", "/console/applications?format=csv&sort=title").text
    assert "'=1+1" in sheet
