"""Every table, as the current migrations leave them (a test compares the two).

Three tables carry what must be destroyed with a subject. `subject_keys` is written in place
only and never shrinks: a row that is zeroed leaves no second copy behind in the file, which
a moved or deleted row may. A key's row is found through `subjects`, so it names nobody.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from countenance.storage.types import Moment, Words, blob, name, number

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

installation = Table(
    "installation",
    metadata,
    Column("name", name(), primary_key=True),
    Column("value", blob(), nullable=False),
)

customers = Table(
    "customers",
    metadata,
    Column("id", name(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("jurisdictions", Words, nullable=False),
    Column("acts_for", Words, nullable=False),
    # The name as it is compared regardless of capitals; lists are ordered and searched by it.
    Column("folded", name(), nullable=False, server_default=""),
)

leases = Table(
    "leases",
    metadata,
    Column("id", name(), primary_key=True),
    Column("customer_id", name(), nullable=False),
    Column("max_candidates", Integer, nullable=False),
    Column("approved_by", Words, nullable=False),
    Column("acts", Words, nullable=False),
    Column("purposes", Words, nullable=False),
    Column("galleries", Words, nullable=False),
    Column("spaces", Words, nullable=False),
    Column("cameras", Words, nullable=False),
    Column("model_digests", Words, nullable=False),
    Column("instruments", Words, nullable=False),
    Column("fmr_ppb", BigInteger, nullable=False),
    Column("n_max", BigInteger, nullable=False),
    Column("examiners", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("origin", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("application_id", name(), nullable=True),
    Column("acts_for", Words, nullable=False),
    Column("conditions", Words, nullable=False),
    Column("obligations", Words, nullable=False),
    Column("reverify", Moment, nullable=True),
    Column("terms_of_use", Text, nullable=False),
    Column("secret_because", Text, nullable=False),
    Column("suspended", Boolean, nullable=False),
    Column("caps", Text, nullable=True),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", name(), primary_key=True),
    Column("secret_digest", blob(), nullable=False),
    Column("role", Text, nullable=False),
    Column("lease_id", name(), nullable=True),
    Column("label", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=True),
    Column("revoked", Moment, nullable=True),
    Column("person", name(), nullable=True),
    Column("customer_id", name(), nullable=True),
)

access_credentials = Table(
    "access_credentials",
    metadata,
    Column("key_id", name(), ForeignKey("api_keys.id"), primary_key=True),
    Column("sealed", blob(), nullable=False),
    Column("created", Moment, nullable=False),
)

consents = Table(
    "consents",
    metadata,
    Column("gallery_id", name(), primary_key=True),
    Column("subject_id", name(), primary_key=True),
    Column("notice", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("instruments", Words, nullable=False),
    Column("given", Moment, nullable=False),
    Column("expires", Moment, nullable=True),
    Column("withdrawn", Moment, nullable=True),
    # Since when an objection keeps the subject's references out of every comparison.
    Column("objected", Moment, nullable=True),
    Column("basis", Text, nullable=False),
    Column("minor", Boolean, nullable=False),
    Column("record_id", name(), nullable=True),
)

galleries = Table(
    "galleries",
    metadata,
    Column("id", name(), primary_key=True),
    Column("customer_id", name(), nullable=False, index=True),
    Column("lease_id", name(), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("model_digest", Text, nullable=False),
    Column("pipeline_version", Text, nullable=False),
    Column("scraped", Boolean, nullable=False),
    Column("created", Moment, nullable=False),
    # Whether an image of each reference is kept, for examiners to look at.
    Column("keeps_images", Boolean, nullable=False),
    # How many subjects are enrolled: asked by every act, so it is kept and not counted.
    Column("subject_count", BigInteger, nullable=False),
)

subject_keys = Table(
    "subject_keys",
    metadata,
    Column("id", number(), primary_key=True),
    Column("wrapped", blob(), nullable=False),
    Column("vacant", Boolean, nullable=False),
)

subjects = Table(
    "subjects",
    metadata,
    Column("id", number(), primary_key=True),
    Column("gallery_id", name(), ForeignKey("galleries.id"), nullable=False),
    Column("subject_id", name(), nullable=False),
    Column("key_id", number(), ForeignKey("subject_keys.id"), nullable=False),
    Column("reference_count", Integer, nullable=False),
    # When the current consent holds, repeated here so that lapsed ones are found by one range of
    # an index; without a consent `consent_until` lies before all time.
    Column("consent_from", Moment, nullable=False),
    Column("consent_until", Moment, nullable=False),
    UniqueConstraint("gallery_id", "subject_id"),
    sqlite_autoincrement=True,
)

reference_templates = Table(
    "reference_templates",
    metadata,
    Column("number", number(), primary_key=True),
    Column("id", name(), nullable=False, unique=True),
    Column("subject", number(), ForeignKey("subjects.id"), nullable=False, index=True),
    Column("model_digest", Text, nullable=False),
    Column("pipeline_version", Text, nullable=False),
    Column("sealed", blob(), nullable=False),
    Column("enrolled", Moment, nullable=False),
    sqlite_autoincrement=True,
)

gallery_changes = Table(
    "gallery_changes",
    metadata,
    Column("sequence", number(), primary_key=True),
    Column("gallery_id", name(), nullable=False),
    Column("reference_id", name(), nullable=False, index=True),
    Column("added", Boolean, nullable=False),
    Index("ix_gallery_changes_gallery_id_sequence", "gallery_id", "sequence"),
    sqlite_autoincrement=True,
)

# What collections of other services' protocols need beside galleries. Rows that speak of a face
# go with its reference, rows that speak of a gallery go with it: the database sees to both.
collection_bindings = Table(
    "collection_bindings",
    metadata,
    Column("lease_id", name(), primary_key=True),
    Column("collection_id", name(), primary_key=True),
    Column("gallery_id", name(), nullable=False),
    Column("purpose", Text, nullable=True),
    Column("scraped", Boolean, nullable=False),
)

gallery_tags = Table(
    "gallery_tags",
    metadata,
    Column("gallery_id", name(), ForeignKey("galleries.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", name(), primary_key=True),
    Column("value", Text, nullable=False),
)

gallery_users = Table(
    "gallery_users",
    metadata,
    Column("gallery_id", name(), ForeignKey("galleries.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", name(), primary_key=True),
)

face_records = Table(
    "face_records",
    metadata,
    Column(
        "reference_id", name(), ForeignKey("reference_templates.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("image_id", name(), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("box_left", Float, nullable=False),
    Column("box_top", Float, nullable=False),
    Column("box_width", Float, nullable=False),
    Column("box_height", Float, nullable=False),
)

face_users = Table(
    "face_users",
    metadata,
    Column(
        "reference_id", name(), ForeignKey("reference_templates.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("gallery_id", name(), nullable=False),
    Column("user_id", name(), nullable=False),
    ForeignKeyConstraint(
        ["gallery_id", "user_id"],
        ["gallery_users.gallery_id", "gallery_users.user_id"],
        name="fk_face_users_user",
        ondelete="CASCADE",
    ),
    Index("ix_face_users_gallery_id_user_id", "gallery_id", "user_id"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", name(), primary_key=True),
    Column("gallery_id", name(), nullable=False, index=True),
    Column("customer_id", name(), nullable=False),
    Column("decision_id", name(), nullable=False),
    # What is said of the case, under the case's own key; empty once that is destroyed.
    Column("sealed", blob(), nullable=False),
    Column("examiners", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened", Moment, nullable=False),
    Column("key_id", number(), nullable=True),
    Column("probe", blob(), nullable=True),
    Column("kind", Text, nullable=False),
    Column("lease_id", name(), nullable=False),
    Column("requested_by", name(), nullable=False),
    Column("requester", name(), nullable=True),
    Column("space", Text, nullable=True),
    Column("camera", Text, nullable=True),
    Column("due", Moment, nullable=False),
    Column("emergency", Text, nullable=True),
    Column("authorise_by", Moment, nullable=True),
    Column("authorised", Moment, nullable=True),
    Column("examinable", Boolean, nullable=False),
    Column("closed", Moment, nullable=True),
    Column("reason", Text, nullable=True),
    Column("judged", Integer, nullable=False),
    Column("supported", Integer, nullable=False),
    Column("appealed", Boolean, nullable=False),
    Index("ix_cases_state_opened", "state", "opened"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("entry", number(), primary_key=True, autoincrement=False),
    Column("id", name(), nullable=False, unique=True),
    Column("customer_id", name(), nullable=True),
    Column("actor_id", name(), nullable=False),
    Column("question", Text, nullable=False),
    # Which text of `decision_texts`: the same few decisions are made again and again.
    Column("decision_digest", blob(), nullable=False),
    Column("asked", Moment, nullable=False),
)

decision_texts = Table(
    "decision_texts",
    metadata,
    # SHA-256 of the text in UTF-8. No row ever goes, so decisions need no foreign key to find theirs.
    Column("digest", blob(), primary_key=True),
    Column("text", Text, nullable=False),
)

idempotency_records = Table(
    "idempotency_records",
    metadata,
    Column("actor_id", name(), primary_key=True),
    Column("key", name(), primary_key=True),
    Column("request_digest", blob(), nullable=False),
    Column("claimed", Moment, nullable=False),
    Column("sealed_answer", blob(), nullable=True),
)

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("number", number(), primary_key=True, autoincrement=False),
    # The hashes of the subtrees that this entry completed, 32 bytes each, its own leaf hash first.
    Column("hashes", blob(), nullable=False),
    Column("leaf", blob(), nullable=False),
)

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("root", blob(), nullable=False),
    Column("frontier", blob(), nullable=False),
    Column("checkpoint", Text, nullable=False),
)
