"""The receipt of a consent on paper: what the JSON says, for people, with the proof to type nothing off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
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
from countenance.ledger.note import decode_base64

_STATES: Final = {
    "dpv:ConsentGiven": "In force",
    "dpv:ConsentWithdrawn": "Withdrawn",
    "dpv:ConsentExpired": "Ended by itself",
}


def receipt_to_pdf(document: Mapping[str, Any]) -> bytes:
    """Return the receipt as PDF, A4. The JSON is what is checked; this says the same.

    Raises `InvalidInputError` for a script that cannot be printed here.
    """
    record: Mapping[str, Any] = document["dpv:hasRecordOfActivity"]
    rows = [(name, _in_seconds(value)) for name, value in _rows(document, record)]
    require_letters(word for row in rows for word in row)
    proof = document["countenance:proof"]
    leaf = json.dumps(json.loads(decode_base64(proof["leaf"])), indent=1, ensure_ascii=False)
    flow: list[Flowable] = [
        paragraph("Receipt of consent", TITLE),
        facts(rows),
        paragraph("How to check it", HEADING),
        paragraph(
            "The record is on a public log as a commitment that names nobody. The receipt as JSON holds the "
            "record, a salt and the proof below; with them anybody can check without a network that the "
            "record was there and was not changed since. Compare the log's key with the one that the "
            "operator publishes."
        ),
        Spacer(1, 4),
        fixed(f"key    {proof['key']}\nsalt   {proof['salt']}\nentry  {proof['entry']}"),
        paragraph("The log's entry", HEADING),
        fixed(leaf),
        paragraph("The proof that it is in the log", HEADING),
        fixed(proof["tlog_proof"]),
    ]
    author = record["dpv:hasDataController"]["dpv:hasName"]
    return sheet(f"Receipt of consent {document['dct:identifier']}", author, flow)


def _rows(document: Mapping[str, Any], record: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    party, notice = record["dpv:hasDataController"], record["dpv:hasNotice"]
    event, status = record["dpv:hasConsentStatus"][0], document["dpv:hasConsentStatus"]
    capture = record["countenance:capture"]
    yield "Receipt", document["dct:identifier"]
    yield "Issued", document["dct:created"]
    yield "Now", f"{_STATES[status['@type']]} since {status['dpv:isIndicatedAtTime']}"
    yield "Subject", record["dpv:hasDataSubject"]["dct:identifier"]
    yield "Controller", f"{party['dpv:hasName']}\n{party['dpv:hasAddress']}\n{party['dpv:hasContact']}"
    yield "Basis", capture["basis"].replace("_", " ")
    yield "Purposes", "; ".join(_purpose(process) for process in record["dpv:hasProcess"])
    yield "What", "The geometry of the face (biometric data)"
    yield "Notice", f"{notice['dct:identifier']} ({notice['dct:language']}), {notice['@id']}"
    yield "Shown", notice["countenance:shown"]
    yield "Given", event["dpv:isIndicatedAtTime"]
    yield "How", event["dpv:hasIndicationMethod"].replace("_", " ")
    yield "Valid", event["dct:valid"].replace("/..", " until it is withdrawn").replace("/", " until ")
    yield from _storage(record["dpv:hasProcess"][0])
    yield "Recipients", "; ".join(record["dpv:hasRecipient"])
    yield "Jurisdictions", ", ".join(code.removeprefix("loc:") for code in record["dpv:hasJurisdiction"])
    yield "To withdraw", record["dpv:hasConsentControl"]["dpv:isExercisedAt"]
    yield from _papers(capture)


def _storage(process: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    location, duration, _ = process["dpv:hasStorageCondition"]
    kept = duration["dpv:hasDuration"]
    days = kept["schema:duration"].removeprefix("P").removesuffix("D")
    yield "Stored", "; ".join(location["dpv:hasLocation"])
    yield "Kept", f"{days} days, {kept['dct:description']}; less where law, consent or lease end sooner"


def _papers(capture: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    if "release" in capture:
        release = capture["release"]
        yield "Written release", f"signed by {release['signed_by']}, {release['signed']}"
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
