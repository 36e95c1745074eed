"""Receipts: a record of consent as its subject takes it away, with what proves it offline."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from countenance.consent.model import Consent, ConsentRecord
from countenance.consent.record import CONTEXT, SCHEMA, SCHEMA_VERSION, is_european, status_of
from countenance.ledger.canonical import utc_text
from countenance.ledger.model import JsonValue
from countenance.ledger.note import encode_base64

RECEIPT_TYPE: Final = "dpv:ConsentReceipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A record with the ledger's proof of it, as issued at a moment.

    `leaf` is the ledger's entry of the consent, `proof` the `.tlog-proof` that it is in the log,
    `key` the log's verifier key. `consent` tells what has become of it since.
    """

    record: ConsentRecord
    consent: Consent
    issued: datetime
    leaf: bytes
    proof: str
    key: str

    @property
    def id(self) -> str:
        """Return the receipt's id: one for each record and moment of issue."""
        return f"{self.record.id}-{self.issued:%Y%m%dT%H%M%S%f}Z"

    def document(self) -> dict[str, JsonValue]:
        """Return the receipt as JSON-LD around the record as it was committed to."""
        record = json.loads(self.record.document)
        codes = frozenset(code.removeprefix("loc:") for code in record["dpv:hasJurisdiction"])
        profile = "receipt-eu-gdpr" if is_european(codes) else "receipt-record"
        return {
            "@context": dict(CONTEXT),
            "@id": f"urn:countenance:receipt:{self.id}",
            "@type": RECEIPT_TYPE,
            "dct:conformsTo": SCHEMA + profile,
            "dct:hasVersion": SCHEMA_VERSION,
            "dct:identifier": self.id,
            "dct:created": utc_text(self.issued),
            "dct:publisher": record["dpv:hasDataController"]["dct:identifier"],
            "schema:recipient": "dpv:DataSubject",
            "dpv:hasRecordOfActivity": record,
            "dpv:hasConsentStatus": status_of(self.consent, self.issued),
            "countenance:proof": {
                "how": "sha256(salt + RFC 8785 of dpv:hasRecordOfActivity) is `record` in the entry; "
                "the entry is in the log by the tlog-proof, under a checkpoint signed by the key",
                "salt": self.record.salt,
                "entry": self.record.entry,
                "leaf": encode_base64(self.leaf),
                "tlog_proof": self.proof,
                "key": self.key,
            },
        }
