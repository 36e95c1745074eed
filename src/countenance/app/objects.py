"""Where photographs lie that requests name: a folder or a store, as the settings say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from countenance.errors import ConfigurationError

if TYPE_CHECKING:
    from countenance.recognition.collections.objects import Buckets
    from countenance.recognition.collections.ports import Objects
    from countenance.settings import Settings


def open_objects(settings: Settings) -> Objects | None:
    """Return the place, or None where none is configured; raises `ConfigurationError` for half a place."""
    folder, endpoint = settings.object_folder, settings.object_endpoint
    if folder is not None and endpoint is not None:
        raise ConfigurationError("objects lie in a folder or at an endpoint: set one of the two")
    if folder is not None:
        from countenance.storage.object_folder import FolderObjects

        return FolderObjects(folder)
    return _store(settings, endpoint) if endpoint is not None else None


def _store(settings: Settings, endpoint: str) -> Objects:
    from countenance.storage.object_store import Credentials, StoreObjects

    if not settings.object_buckets:
        raise ConfigurationError("name the buckets of the endpoint that may be read, in `OBJECT_BUCKETS`")
    key, secret = settings.object_access_key_id, settings.object_secret_access_key
    if (key is None) != (secret is None):
        raise ConfigurationError("an access key of the object store is an id and a secret: one is missing")
    credentials = None
    if key is not None and secret is not None:
        credentials = Credentials(access_key_id=key, secret=secret.get_secret_value())
    return StoreObjects(
        endpoint,
        region=settings.object_region,
        credentials=credentials,
        seconds=settings.object_seconds,
    )


def buckets_of(words: Sequence[str]) -> Buckets | None:
    """Return the buckets that `bucket` and `bucket:customer` name, None for none named.

    Raises `ConfigurationError` for a word that names neither.
    """
    buckets: dict[str, str | None] = {}
    for word in words:
        bucket, colon, customer = word.partition(":")
        if not bucket or bool(colon) != bool(customer) or bucket in buckets:
            raise ConfigurationError(f"`{word}` is not one more bucket, as `bucket` or `bucket:customer`")
        buckets[bucket] = customer or None
    return buckets or None
