"""A customer of the demo: a key, and requests over HTTP like any other customer's."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import httpx

_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, and what had been asked."""

    method: str
    path: str
    status: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody with a key. Each act is one request; whatever comes back is returned, refusals too."""

    client: httpx.Client

    def issue_key(self, role: str, lease: str | None, label: str) -> Reply:
        """Ask for a key; an administrator's act."""
        return self._send("POST", "/v1/keys", {"role": role, "lease_id": lease, "label": label})

    def make_gallery(self, gallery: str, purpose: str) -> Reply:
        """Make a gallery."""
        return self._send(
            "POST", "/v1/galleries", {"gallery_id": gallery, "purpose": purpose, "scraped": False}
        )

    def record_consent(self, gallery: str, subject: str) -> Reply:
        """Put on record that a subject agreed."""
        agreement = {"notice": "demo-notice-1", "method": "signed-form"}
        return self._send("PUT", f"/v1/galleries/{gallery}/subjects/{subject}/consent", agreement)

    def withdraw_consent(self, gallery: str, subject: str) -> Reply:
        """End a consent."""
        return self._send("DELETE", f"/v1/galleries/{gallery}/subjects/{subject}/consent")

    def enrol(self, gallery: str, subject: str, image: bytes) -> Reply:
        """Store a reference."""
        body = {"subject_id": subject, "image": _text(image), "choice": "central"}
        return self._send("POST", f"/v1/galleries/{gallery}/enrolments", body)

    def verify(self, gallery: str, subject: str, image: bytes) -> Reply:
        """Compare with one subject."""
        body = {"subject_id": subject, "image": _text(image), "choice": "central"}
        return self._send("POST", f"/v1/galleries/{gallery}/verifications", body)

    def identify(self, gallery: str, image: bytes) -> Reply:
        """Search a gallery."""
        body = {"image": _text(image), "choice": "central"}
        return self._send("POST", f"/v1/galleries/{gallery}/identifications", body)

    def read(self, path: str) -> Reply:
        """Read what is there."""
        return self._send("GET", path)

    def _send(self, method: str, path: str, body: dict[str, Any] | None = None) -> Reply:
        response = self.client.request(method, path, json=body)
        content = response.json() if response.content else {}
        return Reply(method, path, response.status_code, content if isinstance(content, dict) else {})


def customer_at(address: str, key: str) -> Customer:
    """Return a customer who asks the server at `address` with `key`; its client is to be closed."""
    headers = {"Authorization": f"Bearer {key}"}
    return Customer(httpx.Client(base_url=address, headers=headers, timeout=_SECONDS, trust_env=False))


def _text(image: bytes) -> str:
    return base64.b64encode(image).decode("ascii")
