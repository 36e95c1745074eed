"""Routes that list rows a page at a time: nobody who comes or goes moves another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from countenance.vetting.authority import LOCAL_ADMINISTRATOR
from countenance.vetting.keys import KeyRequest
from countenance.vetting.model import Role
from integration.api.stage import Stage
from many_galleries import many_galleries


def told(stage: Stage, path: str, who: str = "olivia") -> Any:  # noqa: ANN401  any document
    answer = stage.call(who, "GET", path)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("path", "rows", "name"), [("/v1/leases", "leases", "lease_id"), ("/v1/keys", "keys", "key_id")]
)
def test_leases_and_keys_come_in_pages_whose_cursors_are_opaque(
    stage: Stage, path: str, rows: str, name: str
) -> None:
    whole = told(stage, path)
    assert whole["next"] is None
    assert len(whole[rows]) > 3
    seen, following = [], ""
    while following is not None:
        page = told(stage, f"{path}?limit=2{following}")
        assert 0 < len(page[rows]) <= 2
        seen += page[rows]
        following = f"&cursor={page['next']}" if page["next"] is not None else None
    assert seen == whole[rows]
    assert len({one[name] for one in seen}) == len(seen)
    for query in ("limit=0", "limit=1001", "cursor=AAAA", "cursor=MTo"):
        assert stage.call("olivia", "GET", f"{path}?{query}").status_code == 422


def test_galleries_of_a_lease_come_in_pages_whatever_else_its_customer_has(stage: Stage) -> None:
    named = many_galleries(stage)
    assert told(stage, "/v1/galleries", "alice")["next"] is None
    for limit in (1, 2, 3, 100):
        seen, following = [], ""
        while following is not None:
            page = told(stage, f"/v1/galleries?limit={limit}{following}", "alice")
            assert len(page["galleries"]) <= limit
            seen += [one["gallery_id"] for one in page["galleries"]]
            following = f"&cursor={page['next']}" if page["next"] is not None else None
        assert seen == named
    for query in ("limit=0", "cursor=AAAA", "cursor=MTo", "cursor=MToA"):
        assert stage.call("alice", "GET", f"/v1/galleries?{query}").status_code == 422


def test_a_key_issued_meanwhile_is_on_a_later_page_and_shown_once(stage: Stage) -> None:
    first = told(stage, "/v1/keys?limit=2")
    stage.parts.clock.advance(timedelta(seconds=1))  # type: ignore[attr-defined]  # the fake clock
    request = KeyRequest(role=Role.AUDITOR, lease_id=None, label="late")
    issued = stage.countenance.issue_key(LOCAL_ADMINISTRATOR, request)
    rest = told(stage, f"/v1/keys?limit=1000&cursor={first['next']}")["keys"]
    assert rest[-1]["key_id"] == issued.key.id
    assert not {one["key_id"] for one in first["keys"]} & {one["key_id"] for one in rest}
