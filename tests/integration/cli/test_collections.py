"""Binding names of collections, as whoever moves to this program does it."""

from __future__ import annotations

import json

import pytest

from integration.cli.shell import Shell


@pytest.mark.parametrize(
    "text",
    [
        "staff\nvisitors\n",
        json.dumps({"CollectionIds": ["staff", "visitors"], "FaceModelVersions": ["7.0", "7.0"]}),
        json.dumps([{"collection": "staff"}, {"collection": "visitors", "purpose": "identity_verification"}]),
    ],
)
def test_a_list_of_collections_is_bound_whatever_its_form(shell: Shell, text: str) -> None:
    file = shell.image(text.encode(), "list.txt")
    made = shell.json("collections", "bind", file, "--lease", "bank-doors", "--not-scraped")
    assert [row["gallery"] for row in made["collections"]] == ["staff", "visitors"]
    listed = shell.json("collections", "list", "--lease", "bank-doors")
    assert listed == made
    assert shell.types()[-2:] == ["collection:bound"] * 2
    assert "visitors" in shell.run("collections", "list", "--lease", "bank-doors").stdout


def test_a_name_can_stand_for_a_gallery_of_another_name(shell: Shell) -> None:
    file = shell.image(b'[{"collection": "Old.Name", "gallery": "staff", "scraped": true}]', "list.json")
    made = shell.json("collections", "bind", file, "--lease", "bank-doors", "--not-scraped")
    assert made["collections"] == [
        {"collection": "Old.Name", "gallery": "staff", "purpose": None, "scraped": True}
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "names no collection"),
        ("elsewhere", "does not name the gallery"),
        ("bad/name", "not the name of a collection"),
        ("{", "not JSON"),
        ('{"Other": []}', "no `CollectionIds`"),
        ('[{"collection": "staff", "colour": "red"}]', "nothing else"),
        ('[{"collection": "staff", "purpose": "fun"}]', "is not a purpose"),
        ('[{"collection": "staff", "purpose": "media_archive"}]', "does not have the purpose"),
        ('[{"collection": "staff", "scraped": "no"}]', "neither true nor false"),
    ],
)
def test_a_list_that_cannot_be_bound_is_told_and_nothing_is_bound(shell: Shell, text: str, told: str) -> None:
    file = shell.image(text.encode(), "list.txt")
    result = shell.run("collections", "bind", file, "--lease", "bank-doors", "--not-scraped")
    assert result.exit_code == 2, result.output
    assert told in result.stderr
    assert shell.json("collections", "list", "--lease", "bank-doors")["collections"] == []


def test_a_lease_that_is_not_there_is_told(shell: Shell) -> None:
    assert shell.run("collections", "list", "--lease", "none").exit_code == 5
