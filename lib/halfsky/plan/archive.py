"""Office files whose bytes depend on their content alone."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

# A fixed time inside the file: equal content, equal bytes.
STAMP = dt.datetime(2021, 1, 1)  # noqa: DTZ001 - python-docx and openpyxl take naive UTC


def same_bytes(saved: bytes) -> bytes:
    """A saved .docx or .xlsx with fixed times in its zip entries and core properties."""
    buffer = io.BytesIO()
    stamp = STAMP.strftime("%Y-%m-%dT%H:%M:%SZ").encode("ascii")
    with (
        zipfile.ZipFile(io.BytesIO(saved)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", stamp, data)
            info = zipfile.ZipInfo(entry.filename, date_time=STAMP.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, data)
    return buffer.getvalue()
