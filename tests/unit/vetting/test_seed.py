"""What an operator may write down, and what a seed file is refused for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from countenance.errors import InvalidInputError
from countenance.policy.model import Act, CustomerKind, Purpose
from countenance.vetting.seed import parse_seed, terms_digest

GOOD = """
[[customer]]
id = "bank"
name = "A bank"
kind = "private"
jurisdictions = ["DE"]

[[lease]]
id = "bank-verification"
customer = "bank"
acts = ["enrol", "verify"]
purposes = ["identity_verification"]
galleries = ["bank-customers"]
spaces = ["controlled"]
cameras = ["file", "own_device"]
fmr = 0.0001
n_max = 1000
not_before = 2026-01-01T00:00:00Z
expires = 2027-01-01T00:00:00+01:00
approved_by = ["Ada", "Grace"]
"""


def test_a_seed_file_says_what_a_lease_allows_and_nothing_more() -> None:
    seed = parse_seed(GOOD)
    (lease,) = seed.leases
    assert seed.customers[0].kind is CustomerKind.PRIVATE
    assert lease.terms.acts == {Act.ENROL, Act.VERIFY}
    assert lease.terms.purposes == {Purpose.IDENTITY_VERIFICATION}
    assert lease.terms.fmr_ppb == 100_000
    assert lease.terms.model_digests == frozenset()
    assert lease.terms.instruments == frozenset()
    assert lease.terms.not_before == datetime(2026, 1, 1, tzinfo=UTC)
    assert lease.max_candidates == 1
    assert lease.approved_by == ("Ada", "Grace")


def test_an_empty_seed_file_grants_nothing() -> None:
    seed = parse_seed("")
    assert seed.customers == ()
    assert seed.leases == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"enrol", "verify"', '"enrol", "recognise"', "`recognise`, which is not in the closed list"),
        (
            'kind = "private"',
            'kind = "general purpose"',
            "`general purpose`, which is not in the closed list",
        ),
        ('["DE"]', '["Germany"]', "`Germany` is no jurisdiction"),
        ("n_max = 1000", "n_max = -1", "whole number from 0 to 1000000000 in `n_max`"),
        ("n_max = 1000", "n_max = true", "whole number from 0 to 1000000000 in `n_max`"),
        ("fmr = 0.0001", "fmr = 0", "highest false match rate"),
        ("fmr = 0.0001", "fmr = 1.0", "highest false match rate"),
        ("fmr = 0.0001\n", "", "highest false match rate"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00", "date and time with its zone in `not_before`"),
        ("2026-01-01T00:00:00Z", '"soon"', "date and time with its zone in `not_before`"),
        ("2027-01-01T00:00:00+01:00", "2025-01-01T00:00:00Z", "ends before it begins"),
        ('["Ada", "Grace"]', '["Ada", "Ada"]', "two different names in `approved_by`"),
        ('["Ada", "Grace"]', '["Ada"]', "two different names in `approved_by`"),
        ('customer = "bank"', 'customer = "bonk"', "unknown customer `bonk`"),
        ('id = "bank-verification"', 'id = "bank/verification"', "needs an id of letters"),
        ("n_max = 1000", "n_max = 1000\nmax_candidates = 51", "from 1 to 50 in `max_candidates`"),
        ("n_max = 1000", "n_max = 1000\npermanent = true", "unknown field `permanent`"),
        ("[[customer]]", "[customer]", "must be written as [[customer]]"),
        ("[[customer]]", "[[person]]", "unknown table `person`"),
        ("[[customer]]", "[[customer", "is not TOML"),
        ('galleries = ["bank-customers"]', 'galleries = "bank-customers"', "list of texts in `galleries`"),
        ('name = "A bank"', "name = 7", "text in `name`"),
    ],
)
def test_a_fault_in_a_seed_file_is_named(old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(InvalidInputError) as caught:
        parse_seed(GOOD.replace(old, new, 1))
    assert message in caught.value.message


def test_a_lease_stands_in_the_file_once() -> None:
    lease = GOOD[GOOD.index("[[lease]]") :]
    with pytest.raises(InvalidInputError, match="stands twice"):
        parse_seed(GOOD + lease)


def test_every_term_of_a_lease_moves_its_digest() -> None:
    digests = {terms_digest(parse_seed(GOOD).leases[0])}
    for old, new in [
        ("n_max = 1000", "n_max = 1001"),
        ("fmr = 0.0001", "fmr = 0.0002"),
        ('"enrol", "verify"', '"enrol"'),
        ('"file", "own_device"', '"file"'),
        ('["Ada", "Grace"]', '["Ada", "Alan"]'),
        ("2027-01-01T00:00:00+01:00", "2027-01-02T00:00:00+01:00"),
    ]:
        digests.add(terms_digest(parse_seed(GOOD.replace(old, new)).leases[0]))
    assert len(digests) == 7
