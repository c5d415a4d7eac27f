"""What docker-compose.yml promises: one process without a question, and replicas that nothing but webhooks reaches."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

FILE = Path(__file__).parent.parent / "docker-compose.yml"
PROFILE = "replicas"
#: What a supervisor gives a process that drains; it leaves within 24 s by itself.
DRAIN_S = 25


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = YAML(typ="safe", pure=True).load(FILE)
    return read


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = compose["services"]
    return found


def replicas_of(services: dict[str, Any]) -> dict[str, Any]:
    return {name: service for name, service in services.items() if service["image"] == "clinic-bot"}


# By default.


def test_without_a_profile_one_process_starts(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "profiles" not in service] == ["clinic-bot"]
    assert all(service.get("profiles", [PROFILE]) == [PROFILE] for service in services.values())


def test_without_a_profile_nothing_is_asked_for() -> None:
    """Compose fills in the variables of every service, whether it starts or not."""
    text = FILE.read_text("utf-8")
    asked_with_profile = re.findall(r"\$\{COMPOSE_PROFILES:\+\$\{(\w+):\?[^}]+\}\}", text)
    assert set(asked_with_profile) == {"CLINIC_BOT_POSTGRES_PASSWORD", "CLINIC_BOT_DOMAIN"}
    assert text.count(":?") == len(asked_with_profile)


def test_without_a_profile_it_waits_for_no_server(services: dict[str, Any]) -> None:
    (waited_for,) = services["clinic-bot"]["depends_on"].values()
    assert waited_for == {"condition": "service_healthy", "required": False}
    assert services["clinic-bot"]["environment"]["CLINIC_BOT_DATABASE_URL"] == "${CLINIC_BOT_DATABASE_URL:-}"


def test_the_files_of_sandbox_and_clinic_lie_in_the_volume_by_default(services: dict[str, Any]) -> None:
    """Named by the settings, relative to the folder in which the image starts."""
    dockerfile = (FILE.parent / "Dockerfile").read_text("utf-8")
    assert re.findall(r"(?m)^(?:WORKDIR|VOLUME) (/data)$", dockerfile) == ["/data", "/data"]
    assert "data:/data" in services["clinic-bot"]["volumes"]
    assert "CLINIC_BOT_DATABASE_URL" not in dockerfile


# With the profile.


def test_both_replicas_are_the_same_but_for_the_port_on_this_machine(services: dict[str, Any]) -> None:
    first, second = replicas_of(services).values()
    assert second == {**first, "profiles": [PROFILE], "ports": []}


def test_only_the_proxy_is_reached_from_beyond_this_machine(services: dict[str, Any]) -> None:
    outside = {
        name: [port for port in service.get("ports", []) if not port.startswith("127.0.0.1:")]
        for name, service in services.items()
    }
    assert {name: ports for name, ports in outside.items() if ports} == {"proxy": ["80:80", "443:443"]}


def test_every_service_says_whether_it_is_healthy(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "test" not in service.get("healthcheck", {})] == []
    waited_for = services["proxy"]["depends_on"]
    assert waited_for == {name: {"condition": "service_healthy"} for name in replicas_of(services)}


def test_every_service_may_finish_what_it_does(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert int(service["stop_grace_period"].removesuffix("s")) >= DRAIN_S, name


def test_what_is_not_ours_is_pinned_to_a_major_version(services: dict[str, Any]) -> None:
    others = [service["image"] for service in services.values() if service["image"] != "clinic-bot"]
    assert others
    assert all(re.fullmatch(r"[a-z]+:\d+", image) for image in others)


def test_no_password_is_written_down(services: dict[str, Any]) -> None:
    said = services["postgres"]["environment"]["POSTGRES_PASSWORD"]
    assert said.startswith("${COMPOSE_PROFILES:+${CLINIC_BOT_POSTGRES_PASSWORD:?")
    assert services["clinic-bot"]["environment"]["PGPASSWORD"] == "${CLINIC_BOT_POSTGRES_PASSWORD:-}"
    assert not re.search(r"postgres(ql)?://[^\s/@]*:[^\s/@]*@", FILE.read_text("utf-8"))


def test_what_postgresql_stored_stays_stored(compose: dict[str, Any], services: dict[str, Any]) -> None:
    # Since version 18 the image keeps each major version's data in a folder of its own, below this one.
    assert services["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert "postgres" in compose["volumes"]
    told = " ".join(services["postgres"]["command"])
    assert not re.search("fsync|synchronous_commit|full_page_writes", told)
    assert "log_error_verbosity=terse" in told  # else its log quotes phones


# The proxy.

Tree = dict[str, Any]


def blocks(lines: list[str]) -> Tree:
    """A Caddyfile as blocks by their heads; a line without a block is a head with nothing in it."""
    tree: Tree = {}
    while lines:
        line = lines.pop(0).strip()
        if line == "}":
            break
        if line.endswith("{"):
            tree[line.removesuffix("{").strip()] = blocks(lines)
        elif line and not line.startswith("#"):
            tree[line] = {}
    return tree


@pytest.fixture(scope="module")
def caddyfile(compose: dict[str, Any]) -> Tree:
    return blocks(compose["configs"]["caddyfile"]["content"].splitlines())


def test_the_proxy_reads_its_own_file(services: dict[str, Any]) -> None:
    (given,) = services["proxy"]["configs"]
    assert given == {"source": "caddyfile", "target": "/etc/caddy/Caddyfile"}


def test_the_proxy_forwards_webhooks_to_every_replica_and_nothing_else(
    caddyfile: Tree, services: dict[str, Any]
) -> None:
    (site,) = (block for head, block in caddyfile.items() if head)
    assert set(site) == {"handle /webhook/*", "handle"}
    assert site["handle"] == {"respond 404": {}}
    (forwarding,) = site["handle /webhook/*"]
    port = services["clinic-bot"]["environment"]["CLINIC_BOT_PORT"]
    assert forwarding == "reverse_proxy " + " ".join(f"{name}:{port}" for name in replicas_of(services))


def test_the_proxy_gives_the_other_replica_what_one_did_not_answer(caddyfile: Tree) -> None:
    (site,) = (block for head, block in caddyfile.items() if head)
    (how,) = site["handle /webhook/*"].values()
    assert how["lb_retry_match"] == {"method POST": {}}
    # Who has read a body can send it again; the webhook takes no longer one.
    assert {"lb_try_duration 10s", "request_buffers 1MiB", "health_uri /health/live"} <= set(how)


def test_the_proxy_writes_the_secret_into_no_log(caddyfile: Tree) -> None:
    options = caddyfile[""]
    left_out = options["log"]["format filter"]["fields"]
    assert {"request>uri delete", "request>headers delete"} <= set(left_out)
    (site,) = (block for head, block in caddyfile.items() if head)
    assert not any(line.split()[0] == "log" for line in site)  # a site has an access log where it says so
    assert "debug" not in options
