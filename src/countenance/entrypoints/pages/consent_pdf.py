"""The receipt of a consent on paper: what the JSON says, for people, with the proof to type nothing off."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from reportlab.platypus import Flowable, Spacer

from countenance.entrypoints.pages.printing import (
    HEADING,
    TITLE,
    facts,
    fixed,
    paragraph,
    require_letters,
    sheet,
)
from countenance.entrypoints.pages.receipt_words import words_in
from countenance.ledger.note import decode_base64

_STATES: Final = {
    "dpv:ConsentGiven": "In force",
    "dpv:ConsentWithdrawn": "Withdrawn",
    "dpv:ConsentExpired": "Ended by itself",
}
_HOW: Final = (
    "The record is on a public log as a commitment that names nobody. The receipt as JSON holds the "
    "record, a salt and the proof below; with them anybody can check without a network that the "
    "record was there and was not changed since. Compare the log's key with the one that the "
    "operator publishes."
)


def receipt_to_pdf(document: Mapping[str, Any], language: str = "en") -> bytes:
    """Return the receipt as PDF, A4, in English or German. The JSON is what is checked; this says the same.

    Raises `InvalidInputError` for a script that cannot be printed here.
    """
    record: Mapping[str, Any] = document["dpv:hasRecordOfActivity"]
    say = words_in(language)
    rows = [(say(name), _in_seconds(value)) for name, value in _rows(document, record, say)]
    require_letters(word for row in rows for word in row)
    proof = document["countenance:proof"]
    leaf = json.dumps(json.loads(decode_base64(proof["leaf"])), indent=1, ensure_ascii=False)
    flow: list[Flowable] = [
        paragraph(say("Receipt of consent"), TITLE),
        facts(rows),
        paragraph(say("How to check it"), HEADING),
        paragraph(say(_HOW)),
        Spacer(1, 4),
        fixed(f"key    {proof['key']}\nsalt   {proof['salt']}\nentry  {proof['entry']}"),
        paragraph(say("The log's entry"), HEADING),
        fixed(leaf),
        paragraph(say("The proof that it is in the log"), HEADING),
        fixed(proof["tlog_proof"]),
    ]
    author = record["dpv:hasDataController"]["dpv:hasName"]
    return sheet(f"{say('Receipt of consent')} {document['dct:identifier']}", author, flow)


def _rows(
    document: Mapping[str, Any], record: Mapping[str, Any], say: Callable[[str], str]
) -> Iterable[tuple[str, str]]:
    party, notice = record["dpv:hasDataController"], record["dpv:hasNotice"]
    event, status = record["dpv:hasConsentStatus"][0], document["dpv:hasConsentStatus"]
    capture = record["countenance:capture"]
    yield "Receipt", document["dct:identifier"]
    yield "Issued", document["dct:created"]
    yield "Now", f"{say(_STATES[status['@type']])} {say('since')} {status['dpv:isIndicatedAtTime']}"
    yield "Subject", record["dpv:hasDataSubject"]["dct:identifier"]
    yield "Controller", f"{party['dpv:hasName']}\n{party['dpv:hasAddress']}\n{party['dpv:hasContact']}"
    yield "Basis", capture["basis"].replace("_", " ")
    yield "Purposes", "; ".join(_purpose(process) for process in record["dpv:hasProcess"])
    yield "What", say("The geometry of the face (biometric data)")
    yield "Notice", f"{notice['dct:identifier']} ({notice['dct:language']}), {notice['@id']}"
    yield "Shown", notice["countenance:shown"]
    yield "Given", event["dpv:isIndicatedAtTime"]
    yield "How", event["dpv:hasIndicationMethod"].replace("_", " ")
    valid = event["dct:valid"].replace("/..", f" {say('until it is withdrawn')}")
    yield "Valid", valid.replace("/", f" {say('until')} ")
    yield from _storage(record["dpv:hasProcess"][0], say)
    yield "Recipients", "; ".join(record["dpv:hasRecipient"])
    yield "Jurisdictions", ", ".join(code.removeprefix("loc:") for code in record["dpv:hasJurisdiction"])
    yield "To withdraw", record["dpv:hasConsentControl"]["dpv:isExercisedAt"]
    yield from _papers(capture, say)


def _storage(process: Mapping[str, Any], say: Callable[[str], str]) -> Iterable[tuple[str, str]]:
    location, duration, _ = process["dpv:hasStorageCondition"]
    kept = duration["dpv:hasDuration"]
    days = kept["schema:duration"].removeprefix("P").removesuffix("D")
    yield "Stored", "; ".join(location["dpv:hasLocation"])
    sooner = say("less where law, consent or lease end sooner")
    yield "Kept", f"{days} {say('days')}, {kept['dct:description']}; {sooner}"


def _papers(capture: Mapping[str, Any], say: Callable[[str], str]) -> Iterable[tuple[str, str]]:
    if "release" in capture:
        release = capture["release"]
        yield "Written release", f"{say('signed by')} {release['signed_by']}, {release['signed']}"
    if "guardian" in capture:
        guardian = capture["guardian"]
        yield "Guardian", f"{guardian['name']} ({guardian['relation'].replace('_', ' ')})"
    if "alternative" in capture:
        yield "Offered instead", capture["alternative"]


def _purpose(process: Mapping[str, Any]) -> str:
    return str(process["dpv:hasPurpose"]["@id"]).rpartition(":")[2].replace("_", " ")


def _in_seconds(text: str) -> str:
    """Return a text with its moments cut to seconds, for people."""
    return re.sub(r"(T\d\d:\d\d:\d\d)\.\d{6}Z", r"\1Z", text)
