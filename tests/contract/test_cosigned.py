"""What witnesses have made of the log, wherever it is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from countenance.ledger.ports import Cosigned
from storing import Place

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def test_a_new_log_was_cosigned_by_nobody(place: Place) -> None:
    with place.unit() as work:
        assert dict(work.cosigned.standing()) == {}
        assert work.cosigned.latest() is None
        assert work.cosigned.newest(5) == ()


def test_where_each_witness_stands_is_kept_by_its_key(place: Place) -> None:
    with place.unit() as work:
        work.cosigned.stands_at("council.example/w+01020304", 5)
        work.cosigned.stands_at("ngo.example/w+05060708", 2**40)
        work.commit()
    with place.unit() as work:
        work.cosigned.stands_at("council.example/w+01020304", 9)
        work.commit()
    with place.unit() as work:
        work.cosigned.stands_at("council.example/w+01020304", 3)
    with place.unit() as work:
        assert dict(work.cosigned.standing()) == {
            "council.example/w+01020304": 9,
            "ngo.example/w+05060708": 2**40,
        }


def test_the_newest_cosigned_checkpoints_come_first_and_one_of_the_same_size_gives_way(place: Place) -> None:
    for size, text in [(3, "a\n"), (70_000, "b\n"), (12, "c\n"), (70_000, "d — e\n")]:
        with place.unit() as work:
            work.cosigned.publish(Cosigned(size, text, NOON + timedelta(microseconds=size)))
            work.commit()
    with place.unit() as work:
        latest = Cosigned(70_000, "d — e\n", NOON + timedelta(microseconds=70_000))
        assert work.cosigned.latest() == latest
        assert [one.size for one in work.cosigned.newest(9)] == [70_000, 12, 3]
        assert work.cosigned.newest(1) == (latest,)
