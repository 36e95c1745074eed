"""Tables that commands read, as CSV or Parquet: rows of text, whichever it is."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from countenance.errors import InvalidInputError

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

Read = TypeVar("Read")
Rows = Iterable[Sequence[str]]

LONGEST = 1 << 32
_PARQUET = b"PAR1"
_BATCH = 65_536
_LARGEST_GROUP = 1 << 32


def read_table(
    path: Path, read: Callable[[Rows], Read], *, columns: Sequence[str] | None = None, longest: int = LONGEST
) -> Read:
    """Return what `read` makes of the rows of the table at `path`, the first of which names the columns.

    A file that begins like Parquet is read as such, with the extra `parquet`, and everything else
    as CSV in UTF-8. Of a Parquet file only `columns` are read where they are given and there.
    Raises `InvalidInputError` for what cannot be read, or is larger than `longest` bytes.
    """
    try:
        with path.open("rb") as file:
            parquet = file.read(len(_PARQUET)) == _PARQUET
        if path.stat().st_size > longest:
            raise InvalidInputError(f"`{path}` is too long: at most {longest >> 20:,} MiB are read")
        if parquet:
            return read(_parquet_rows(path, columns))
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return read(csv.reader(lines, strict=True))
    except csv.Error as error:
        raise InvalidInputError(f"`{path}` is not CSV: {error}") from error
    except UnicodeDecodeError as error:
        raise InvalidInputError(f"`{path}` is not UTF-8 text") from error
    except OSError as error:
        raise InvalidInputError(f"`{path}` cannot be read: {error.strerror or error}") from error


def _parquet_rows(path: Path, wanted: Sequence[str] | None) -> Iterator[list[str]]:
    """Yield the rows as text; a missing value is empty."""
    try:
        import pyarrow as pa  # noqa: PLC0415  an extra
        from pyarrow import parquet  # noqa: PLC0415  an extra
    except ImportError as error:
        raise InvalidInputError(
            f"`{path}` is Parquet, which is read with the extra `parquet`: install `countenance[parquet]`,"
            " or export the table as CSV"
        ) from error
    try:
        with parquet.ParquetFile(path) as file:
            names = [field.name for field in file.schema_arrow]
            chosen = list(dict.fromkeys(wanted)) if wanted is not None else names
            if any(names.count(name) != 1 for name in chosen):
                yield names  # whoever reads says which is missing, or there twice
                return
            yield chosen
            _check(path, file, chosen)
            for batch in file.iter_batches(batch_size=_BATCH, columns=chosen):
                held = [batch.column(name).to_pylist() for name in chosen]
                for row in zip(*held, strict=True):
                    yield [_text(value) for value in row]
    except pa.ArrowException as error:
        raise InvalidInputError(f"`{path}` is no Parquet file that can be read") from error


def _check(path: Path, file: ParquetFile, chosen: Sequence[str]) -> None:
    """Raise if a column holds more than single values, or a stretch of the file is too large for memory."""
    from pyarrow import types  # noqa: PLC0415  an extra

    for name in chosen:
        if types.is_nested(file.schema_arrow.field(name).type):
            raise InvalidInputError(f"the column `{name}` of `{path}` holds more than one value in a row")
    groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
    if any(group.total_byte_size > _LARGEST_GROUP for group in groups):
        raise InvalidInputError(f"a row group of `{path}` has more than {_LARGEST_GROUP >> 30} GiB")


def _text(value: Any) -> str:  # noqa: ANN401  whatever a column holds
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value)
