"""Claims as people say them, put into the language of claims: `no live identification by or for police`.

Few words, each with one meaning, so that nobody has to guess what was proved: what is read is shown
beside the answer, and a word that is not known is refused. "By" and "for" are one thing here, since
whoever acts for somebody is treated as one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from countenance.errors import InvalidInputError
from countenance.policy.instruments import Instrument
from countenance.policy.model import CustomerKind, Purpose, Space

BEGINNING: Final = "no "
_ACTS: Final[Mapping[str, Mapping[str, str]]] = {
    "live identification": {"act": "identify,watch", "camera": "fixed,own_device,@mobile"},
    "live recognition": {"act": "@recognition", "camera": "fixed,own_device,@mobile"},
    "identification": {"act": "identify"},
    "verification": {"act": "verify"},
    "enrolment": {"act": "enrol"},
    "recognition": {"act": "@recognition"},
    "search": {"act": "@search"},
    "searching": {"act": "@search"},
    "watching": {"act": "watch"},
    "surveillance": {"act": "watch"},
}
_KINDS: Final = {
    "police": "police,sheriff,campus_police",
    "law enforcement": "@law_enforcement",
    "schools": "school_district",
    "employers": "employer",
    "companies": "private,vendor,operator",
    "shops": "public_accommodation",
    **{kind.value.replace("_", " "): kind.value for kind in CustomerKind if kind is not CustomerKind.POLICE},
}
_CAMERAS: Final = {
    "mobile cameras": "@mobile",
    "body cameras": "body_worn",
    "drones": "drone",
    "dash cameras": "dash",
    "handheld cameras": "handheld",
    "fixed cameras": "fixed",
    "files": "file",
}
_PLACES: Final = {
    "the united states": "US",
    "the european union": "EU",
    "the eu": "EU",
    "california": "US-CA",
    "illinois": "US-IL",
    "texas": "US-TX",
    "virginia": "US-VA",
    "washington": "US-WA",
    "germany": "DE",
}
_SPACES: Final = {
    "public places": "@open",
    "public": "@open",
    "schools": "school",
    "workplaces": "workplace",
    "homes": "home",
    "protected places": "protected",
    "controlled places": "controlled",
    "uncontrolled places": ",".join(
        one.value for one in Space if one not in {Space.CONTROLLED, Space.OWN_DEVICE}
    ),
}
_PURPOSES: Final = {purpose.value.replace("_", " "): purpose.value for purpose in Purpose}
_PAPERS: Final = {one.value.replace("_", " "): one.value for one in Instrument}
_WHOLE: Final = {
    "of minors": ("minor", "yes"),
    "with scraped galleries": ("scraped", "yes"),
    "without consent": ("consent", "no"),
}
_CODE: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{2,3})*")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def in_claim_language(text: str) -> str:
    """Return a claim that begins with `no` in the language of claims, any other as it stands.

    Raises `InvalidInputError` naming what it does not know.
    """
    said = " ".join(text.split()).removesuffix(".")
    if not said.lower().startswith(BEGINNING):
        return text
    rest = said[len(BEGINNING) :]
    act, rest = _longest(rest, _ACTS)
    if act is None:
        raise InvalidInputError(f"`{rest[:60]}` is no act that a claim names: {', '.join(_ACTS)}")
    given = dict(_ACTS[act])
    while rest:
        name, value, rest = _part(rest)
        if name in given and not (name == "camera" and act.startswith("live")):
            raise InvalidInputError(f"the claim limits its {name} twice")
        given[name] = value
    return " ".join(["never permit", *(f"{name}={value}" for name, value in given.items())])


def _part(rest: str) -> tuple[str, str, str]:
    """Return what the next words limit, to which values, and what is left."""
    for words, (name, value) in _WHOLE.items():
        if _starts(rest, words):
            return name, value, rest[len(words) :].strip()
    start, left = _longest(
        rest, dict.fromkeys(("by or for", "by", "for", "on", "in", "since", "until", "without"))
    )
    choices: Mapping[str | None, tuple[tuple[str, Mapping[str, str]], ...]] = {
        "by or for": (("kind", _KINDS),),
        "by": (("kind", _KINDS),),
        "for": (("kind", _KINDS), ("purpose", _PURPOSES)),
        "on": (("camera", _CAMERAS),),
        "in": (("space", _SPACES), ("place", _PLACES)),
        "without": (("without", {**{f"a {one}": value for one, value in _PAPERS.items()}, **_PAPERS}),),
    }
    for name, known in choices.get(start, ()):
        word, after = _longest(left, known)
        if word is not None:
            return name, known[word], after
    place = _CODE.match(left)
    if start == "in" and place is not None:
        return "place", place[0], left[place.end() :].strip()
    day = _DAY.match(left)
    if start in {"since", "until"} and day is not None:
        return "from" if start == "since" else "until", day[0], left[day.end() :].strip()
    raise InvalidInputError(f"`{rest[:60]}` is nothing that a claim can be limited by")


def _longest(text: str, known: Mapping[str, object]) -> tuple[str | None, str]:
    """Return the longest of the `known` words that the text begins with, and what follows it."""
    found = max((word for word in known if _starts(text, word)), key=len, default=None)
    return found, text[len(found) :].strip() if found is not None else text


def _starts(text: str, words: str) -> bool:
    return text.lower().startswith(words) and (len(text) == len(words) or text[len(words)] == " ")
