"""What the repository promises about itself: its commands, its versions, its locks, its top level."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import clinic_bot

ROOT = Path(__file__).parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")

TOP_LEVEL = {
    *("clinic_bot", "tests", "scripts", "docs"),
    *("pyproject.toml", *LOCKS, "docker-compose.yml", "Dockerfile"),
    *("README.md", "CHANGELOG.md", "LICENSE"),
}

#: What a README line says of a command that CI cannot run, and of one whose result CI could not trust.
EXCUSES = ("needs an account", "needs a container engine", "needs a quiet machine")


def readme_commands() -> list[str]:
    """The lines of the README's ``sh`` blocks, without those that get and enter the clone."""
    blocks = re.findall(
        r"^```sh\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith(("#", "git clone", "cd "))]


def ci_commands() -> list[str]:
    lines = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    return [found[1] for line in lines if (found := re.match(r"(?:section|beside) (\S.*?)(?: \|\||$)", line))]


def tracked_files() -> list[str]:
    listing = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listing.stdout.splitlines()


def check_locks(root: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "check_locks.py"), str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_ci_runs_every_command_of_the_readme_that_it_can() -> None:
    excused = [line for line in readme_commands() if any(excuse in line for excuse in EXCUSES)]
    quoted = {line.partition("#")[0].strip() for line in readme_commands() if line not in excused}
    assert quoted <= set(ci_commands())


def test_ci_installs_first_then_checks_simulates_and_tests() -> None:
    commands = ci_commands()
    assert commands[:3] == ["scripts/install", "scripts/check", "scripts/simulate"]
    assert "scripts/test" in commands


def test_the_commands_can_be_run() -> None:
    modes = subprocess.run(
        ["git", "ls-files", "--stage", "scripts", ".ci"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for line in modes.stdout.splitlines():
        mode, path = line.split()[0], line.split("\t")[1]
        if (ROOT / path).exists() and (ROOT / path).read_bytes().startswith(b"#!"):
            assert mode == "100755", path


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    newest = re.search(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == project["version"] == clinic_bot.__version__


def test_the_top_level_stays_small() -> None:
    names = {path.partition("/")[0] for path in tracked_files()}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL


def test_nothing_secret_or_machine_made_is_tracked() -> None:
    machine_made = re.compile(r"(^|/)(\.env$|\.venv/|__pycache__/|dist/|\.coverage)|\.(sqlite|pyc)$")
    assert [path for path in tracked_files() if machine_made.search(path)] == []


def test_the_locks_say_what_the_project_asks_for() -> None:
    result = check_locks(ROOT)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        pytest.param("pyproject.toml", '"tzdata",', '"tzdata", "nine",', "nine is not locked", id="added"),
        pytest.param("pyproject.toml", '    "tzdata",\n', "", "no longer asks for tzdata", id="dropped"),
        pytest.param("pyproject.toml", '"tzdata"', '"tzdata>=3000"', "is not >=3000", id="raised"),
        pytest.param(LOCKS[0], "\ntzdata==", "\ntzdata==1", "requirements-dev.lock: tzdata", id="apart"),
        pytest.param(LOCKS[0], "\ntzdata==", "\nnine==9\ntzdata==", "nine has no hash", id="hash"),
        pytest.param(LOCKS[1], "# This", "--option value\n# This", "an address or a path", id="option"),
        pytest.param(LOCKS[1], "# This", "# /home/me/x\n# This", "an address or a path", id="path"),
    ],
)
def test_locks_that_went_stale_are_told(
    tmp_path: Path, name: str, old: str, new: str, complaint: str
) -> None:
    for each in ("pyproject.toml", *LOCKS):
        shutil.copy(ROOT / each, tmp_path)
    text = (tmp_path / name).read_text("utf-8")
    assert old in text
    (tmp_path / name).write_text(text.replace(old, new, 1), "utf-8")
    result = check_locks(tmp_path)
    assert result.returncode == 1
    assert complaint in result.stderr
