"""Whether a gallery keeps images for examiners: off unless its lease demands people, or it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from countenance.biometrics.model import GalleryId
from countenance.ledger import Entry, EventType, JsonValue
from countenance.recognition.model import Gallery
from countenance.recognition.ports import UnitOfWork
from countenance.recognition.standing import Standing
from countenance.vetting.model import Actor, Role

_OPERATES = frozenset({Role.OPERATOR})


@dataclass(frozen=True, slots=True)
class KeepImages:
    """Let a gallery keep an image of each reference from now on, or keep none and destroy what it has."""

    standing: Standing
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, actor: Actor, gallery_id: GalleryId, *, keep: bool) -> Gallery:
        """Return the gallery as it is then, or raise `ForbiddenError` or `NotFoundError`.

        References that are enrolled already get their image when they are enrolled anew.
        """
        with self.unit_of_work() as work:
            gallery = self.standing.gallery(work, actor, gallery_id, _OPERATES)
            work.galleries.keep_images(gallery.id, keep=keep)
            fields: dict[str, JsonValue] = {"gallery": gallery.id, "actor": actor.id}
            if not keep:
                fields["images"] = work.portraits.forget(gallery.id)
            event = EventType.IMAGES_KEPT if keep else EventType.IMAGES_DESTROYED
            work.ledger.append(Entry(event, self.standing.clock(), fields))
            work.commit()
        return replace(gallery, keeps_images=keep)
