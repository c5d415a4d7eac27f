"""Just enough of multipart/form-data to take an upload. Pure."""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    data: bytes


@dataclass(slots=True)
class Form:
    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.fields.get(name, "")


def read_form(content_type: str, body: bytes) -> Form:
    """The parts of ``body``; an empty form when it is not multipart."""
    form = Form()
    boundary = re.search(r'boundary="?([^";,]+)"?', content_type)
    if boundary is None or not content_type.lower().startswith("multipart/form-data"):
        return form
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        disposition = head.decode("utf-8", errors="replace")
        name = re.search(r'[; ]name="([^"]*)"', disposition)
        file_name = re.search(r'filename="([^"]*)"', disposition)
        if name is None:
            continue
        if file_name is not None:
            form.files[name[1]] = Upload(file_name[1], data)
        else:
            form.fields[name[1]] = data.decode("utf-8", errors="replace")
    return form
