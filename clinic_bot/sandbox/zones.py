"""The zone of a recorded clinic that names none: that in which its scenarios tell the time."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from clinic_bot.sandbox.scenario import Scenario

#: Brazil's, by their offset in hours; the one a clinic has if its file names none is left out.
_ZONES = {
    timedelta(hours=-2): "America/Noronha",
    timedelta(hours=-4): "America/Manaus",
    timedelta(hours=-5): "America/Rio_Branco",
}


def in_their_zone(clinic: Path, scenarios: Sequence[Scenario], folder: Path) -> Path:
    """``clinic``, or a copy of it in ``folder`` that names the zone of ``scenarios``, where the file names none.

    Else a clinic of Manaus would be an hour further than its patients, and closed at their half past six.
    """
    offsets = {scenario.now.utcoffset() for scenario in scenarios}
    zone = _ZONES.get(offsets.pop() or timedelta()) if len(offsets) == 1 else None
    if zone is None or clinic.suffix != ".json":
        return clinic
    data = json.loads(clinic.read_text("utf-8-sig"))
    if data.get("timezone") or data.get("clinic", {}).get("timezone"):
        return clinic
    told = folder / "clinic_in_its_zone.json"
    told.write_text(json.dumps({**data, "timezone": zone}, ensure_ascii=False), "utf-8")
    return told
