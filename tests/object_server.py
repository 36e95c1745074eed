"""A tiny server on loopback that speaks as much of S3 as reading needs, and misbehaves on demand."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

ACCESS_KEY, SECRET, REGION = "AKIDOBJECTS", "secret-of-the-store", "eu-north-1"


@dataclass
class ObjectServer:
    """What the server holds, by `bucket/name`; and the paths that it was asked for."""

    objects: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    elsewhere: str = ""
    signed: bool = True
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    """Answers for the `ObjectServer` that a subclass names."""

    held: ObjectServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.held.asked.append(self.path)
        name = unquote(urlsplit(self.path).path).removeprefix("/")
        if self.held.signed and not self._is_signed():
            return self._answer(403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>")
        if name.endswith("redirected.png"):
            return self._answer(307, b"", Location=self.held.elsewhere)
        if name.endswith("endless.png"):
            return self._drip()
        if name.endswith("broken.png"):
            self.close_connection = True
            return self._answer(200, self.held.objects["photos/a.png"][:-4], length=4)
        if name not in self.held.objects:
            return self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>")
        return self._answer(200, self.held.objects[name])

    def _is_signed(self) -> bool:
        """Sign the same request with botocore, at the same moment, and compare."""
        query = dict(pair.split("=", 1) for pair in urlsplit(self.path).query.split("&") if "=" in pair)
        if "X-Amz-Signature" not in query:
            return False
        request = AWSRequest("GET", f"{self.held.url}{urlsplit(self.path).path}")
        request.context["timestamp"] = query["X-Amz-Date"]
        signer = S3SigV4QueryAuth(Credentials(ACCESS_KEY, SECRET), "s3", REGION)
        signer._expires = int(query["X-Amz-Expires"])
        signer._modify_request_before_signing(request)
        canonical = signer.canonical_request(request)
        expected = signer.signature(signer.string_to_sign(request, canonical), request)
        return bool(expected == query["X-Amz-Signature"])

    def _answer(self, status: int, body: bytes, *, length: int = 0, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) + length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _drip(self) -> None:
        """Promise much and send it a byte at a time, until the client leaves."""
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        try:
            for _ in range(2_000):
                self.wfile.write(b"x")
                time.sleep(0.01)
        except OSError:
            self.close_connection = True


class Patient(ThreadingHTTPServer):
    """A server whose clients may leave in the middle of an answer."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of it."""


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for 127.0.0.1 that nobody else vouches for; return it and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a store")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    held, secret = folder / "store.pem", folder / "store.key"
    held.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return held, secret


@contextmanager
def object_server(tls: tuple[Path, Path] | None = None) -> Iterator[ObjectServer]:
    """Serve on a free port until the block ends, over TLS with a certificate and its key."""
    held = ObjectServer()

    class Own(Handler):
        """This server's."""

    Own.held = held
    server = Patient(("127.0.0.1", 0), Own)
    server.daemon_threads = True
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    held.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
