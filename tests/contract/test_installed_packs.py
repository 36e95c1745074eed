"""Steps with packs, and what holders of leases were told, in memory and in real databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from contract.examples import NOON
from countenance.errors import ConcurrentWriteError
from countenance.policy.pack_history import PackAct, PackStep
from countenance.recognition.log.model import ComingNotice
from storing import Place

STEP = PackStep(
    number=1,
    name="own",
    act=PackAct.INSTALLED,
    digest="d1",
    edition="1",
    signer="packs.example+01020304+AQ==",
    actor="erin",
    reason="as décided, on Monday",
    at=NOON,
)
NOTICE = ComingNotice(
    lease="doors",
    customer="acme",
    day=date(2027, 1, 1),
    uses=4,
    refused=3,
    permitted=0,
    otherwise=1,
    rules=("us-ca-ab1215", "own.rule"),
    told=NOON,
)


def test_steps_stand_in_the_order_in_which_they_were_taken(place: Place) -> None:
    back = replace(STEP, number=2, act=PackAct.ROLLED_BACK, digest=None, edition=None, signer=None)
    with place.unit() as work:
        assert work.installed_packs.all() == ()
        work.installed_packs.add(STEP)
        work.installed_packs.add(back)
        work.commit()
    with place.unit() as work:
        assert work.installed_packs.all() == (STEP, back)


def test_two_steps_never_have_one_number(place: Place) -> None:
    with place.unit() as work:
        work.installed_packs.add(STEP)
        work.commit()
    with place.unit() as work, pytest.raises(ConcurrentWriteError):
        work.installed_packs.add(replace(STEP, name="other"))


def test_a_change_is_told_once_of_each_lease(place: Place) -> None:
    with place.unit() as work:
        assert work.coming_notices.add(NOTICE)
        assert not work.coming_notices.add(replace(NOTICE, refused=9, told=NOON + timedelta(days=1)))
        assert work.coming_notices.add(replace(NOTICE, lease="gates", customer="other"))
        assert work.coming_notices.add(replace(NOTICE, rules=("own.rule",), day=date(2026, 12, 31)))
        work.commit()
    with place.unit() as work:
        assert [(one.lease, one.day.year) for one in work.coming_notices.after(date(2026, 12, 30))] == [
            ("doors", 2026),
            ("doors", 2027),
            ("gates", 2027),
        ]
        assert work.coming_notices.after(date(2026, 12, 31), customer_id="acme") == (NOTICE,)
        assert work.coming_notices.after(date(2027, 1, 1)) == ()
