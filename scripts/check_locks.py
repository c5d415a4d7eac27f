"""Do the locks still say what pyproject.toml asks for? Answers without a network.

``scripts/lock`` writes the locks; this finds a dependency that was added, dropped or moved without it, a pin
without a hash, and an index address or a path of the machine that resolved them.
"""

import re
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)(?P<rest>.*)$")
DIRECT = re.compile(r"^ +# +(?:via )?clinic-bot \(pyproject\.toml(?::dev)?\)$")
# An address, an option of pip other than a hash (they name indexes and folders), an absolute path.
FOREIGN = re.compile(r"://|file:|(?:^|\s)--(?!hash=)|(?:^|\s)/\w", re.IGNORECASE)


@dataclass(frozen=True)
class Lock:
    """One lock file: versions by name, and the names that pyproject.toml itself asked for."""

    versions: dict[str, str]
    direct: frozenset[str]
    without_hash: tuple[str, ...]
    foreign_lines: tuple[str, ...]


def read_lock(text: str) -> Lock:
    versions: dict[str, str] = {}
    direct: set[str] = set()
    hashed: set[str] = set()
    name = ""
    for line in text.splitlines():
        if pin := PIN.match(line):
            name = canonicalize_name(pin["name"])
            versions[name] = pin["version"]
        elif line.startswith("    --hash=sha256:"):
            hashed.add(name)
        elif DIRECT.match(line):
            direct.add(name)
    foreign = tuple(line for line in text.splitlines() if FOREIGN.search(line))
    return Lock(versions, frozenset(direct), tuple(sorted(versions.keys() - hashed)), foreign)


def complaints(name: str, lock: Lock, wanted: list[Requirement]) -> list[str]:
    """What is wrong with one lock, each line for a person to act on."""
    found = [f"{name}: {each} has no hash" for each in lock.without_hash]
    found += [f"{name}: an address or a path got in: {line.strip()}" for line in lock.foreign_lines]
    for requirement in wanted:
        version = lock.versions.get(canonicalize_name(requirement.name))
        if version is None:
            found.append(f"{name}: {requirement.name} is not locked")
        elif not requirement.specifier.contains(version, prereleases=True):
            found.append(f"{name}: {requirement.name} {version} is not {requirement.specifier}")
    left_over = lock.direct - {canonicalize_name(requirement.name) for requirement in wanted}
    return found + [f"{name}: pyproject.toml no longer asks for {each}" for each in sorted(left_over)]


def check(root: Path) -> list[str]:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    runtime = [Requirement(each) for each in project["project"]["dependencies"]]
    tools = [Requirement(each) for each in project["dependency-groups"]["dev"]]
    runs = read_lock((root / "requirements.lock").read_text("utf-8"))
    checks = read_lock((root / "requirements-dev.lock").read_text("utf-8"))
    found = complaints("requirements.lock", runs, runtime)
    found += complaints("requirements-dev.lock", checks, runtime + tools)
    for name, version in runs.versions.items():
        if checks.versions.get(name) != version:
            found.append(f"requirements-dev.lock: {name} is not the {version} of requirements.lock")
    return found


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent
    found = check(root)
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print("Run scripts/lock.", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
