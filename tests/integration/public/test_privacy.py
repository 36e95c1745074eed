"""Nothing about subjects, galleries, keys or people is in any byte that a stranger can read."""

from __future__ import annotations

from public_stage import FILES, GALLERIES, PAGES, SUBJECTS, PublicStage

QUERIES = (
    "/register?q={}",
    "/register?format=json&q={}",
    "/register?format=csv&q={}",
    "/ledger/tile/entries/000",
    "/ledger/tile/entries/000.p/{}",
    "/ledger/tile/0/000.p/{}",
    "/ledger/proof/{}",
    "/ledger/entries/{}",
    "/ledger/files/{}",
    "/ledger/{}",
    "/ask?day={}",
)


def everything_public(stage: PublicStage) -> dict[str, bytes]:
    """Every answer that a stranger can get, by address."""
    with stage.stage.parts.unit_of_work() as work:
        size = work.ledger.size()
    addresses = [*PAGES, *FILES, *stage.tile_paths()]
    addresses += [query.format(number) for query in QUERIES for number in (0, 1, size - 1, size)]
    addresses += [f"/ledger/proof/{number}" for number in range(size)]
    return {address: stage.get(address).content for address in addresses}


def forbidden(stage: PublicStage) -> set[str]:
    """Ids of subjects, galleries, references, keys, decisions, cases; commitments; and whole entries."""
    found: set[str] = {*SUBJECTS, *GALLERIES, *stage.stage.keys.values()}
    for event in stage.stage.events():
        for field in (
            "actor",
            "subject",
            "reference",
            "decision",
            "case",
            "key",
            "probe",
            "gallery",
            "request",
        ):
            value = event.get(field)
            if isinstance(value, str) and len(value) > 8:
                found.add(value)
    with stage.stage.parts.unit_of_work() as work:
        found.update(key.id for key in work.keys.all())
        found.update(leaf.decode() for leaf in work.ledger.leaves(0, work.ledger.size()))
    return found


def test_no_public_byte_names_a_subject_a_gallery_a_key_or_a_decision(lived: PublicStage) -> None:
    names = forbidden(lived)
    assert set(SUBJECTS) | set(GALLERIES) <= names
    assert len(names) > 50
    for address, content in everything_public(lived).items():
        for name in names:
            assert name.encode() not in content, f"{address} holds {name}"


def test_a_bundle_of_entries_is_answered_like_a_file_that_is_not_there(lived: PublicStage) -> None:
    nothing = lived.get("/ledger/nothing-of-this-name")
    assert nothing.status_code == 404
    for path in (
        "tile/entries/000",
        "tile/entries/000.p/1",
        "tile/0/001",
        "tile/0/000.p/0",
        "tile/9/000.p/1",
    ):
        answer = lived.get(f"/ledger/{path}")
        assert (answer.status_code, answer.content) == (404, nothing.content)
        assert dict(answer.headers) == dict(nothing.headers)


def test_reading_leaves_nothing_behind(lived: PublicStage) -> None:
    before = lived.stage.events()
    everything_public(lived)
    assert lived.stage.events() == before
