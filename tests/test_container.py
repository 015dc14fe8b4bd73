"""The container's files: linted and held to their schemas; `test_installs.py` carries their steps out.

Not shown here, for want of an engine: that the images build and start.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.container_steps import CLONE, instructions
from tests.published_schemas import assert_keeps_to

COMPOSE = ("compose.yaml", "compose.scale.yaml")
BIN = Path(sys.executable).parent


def services(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CLONE / name).read_text("utf-8"))["services"]
    return found


def test_dockerfile_has_no_finding_of_its_linter() -> None:
    if not (BIN / "hadolint").exists():
        pytest.skip("hadolint has no binary for this machine")
    run = subprocess.run([BIN / "hadolint", CLONE / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "")


@pytest.mark.parametrize("name", COMPOSE)
def test_compose_file_keeps_to_its_schema(name: str) -> None:
    assert_keeps_to("compose-spec", CLONE / name)


def test_image_copies_what_exists_and_its_user_is_not_root() -> None:
    steps = list(instructions((CLONE / "Dockerfile").read_text("utf-8")))
    copied = [source for word, rest in steps if word == "COPY" and "--from" not in rest for source in rest.split()[:-1]]
    assert [source for source in copied if not (CLONE / source).exists()] == []
    sent = (CLONE / ".dockerignore").read_text("utf-8").splitlines()
    assert [source for source in copied if f"!{source}" not in sent] == []
    assert [rest for word, rest in steps if word == "USER"] == ["10001"]


@pytest.mark.parametrize(
    ("name", "own"), [("compose.yaml", ["talks"]), ("compose.scale.yaml", ["ingest", "page-1", "page-2"])], ids=COMPOSE
)
def test_compose_gives_our_services_nothing_to_write_but_their_volume(name: str, own: list[str]) -> None:
    for service in (services(name)[service] for service in own):
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["tmpfs"] == ["/tmp"]
        assert [volume for volume in service["volumes"] if not volume.endswith(":ro")] == ["home:/data"]


@pytest.mark.parametrize("name", COMPOSE)
def test_compose_publishes_on_this_machine_only_and_without_a_default_password(name: str) -> None:
    ports = [port for service in services(name).values() for port in service.get("ports", ())]
    assert ports == ["127.0.0.1:7860:7860"]
    passwords = [service.get("environment", {}).get("TALKS_PASSWORD") for service in services(name).values()]
    assert all(password is None or password.startswith("${TALKS_PASSWORD:?") for password in passwords)


def test_model_that_is_asked_is_the_model_that_is_fetched() -> None:
    stack = services("compose.yaml")
    assert stack["model"]["command"] == [stack["talks"]["environment"]["TALKS_LLM_MODEL"]]


def test_proxy_configuration_is_one_that_nginx_reads(tmp_path: Path) -> None:
    if shutil.which("nginx") is None:
        pytest.skip("no nginx on the PATH")
    text = (CLONE / "docs" / "nginx.conf").read_text("utf-8")
    # Outside the network of the containers their names lead nowhere.
    here = text.replace("page-1:", "127.0.0.1:").replace("page-2:", "127.0.0.2:").replace("/run/", f"{tmp_path}/")
    (tmp_path / "nginx.conf").write_text(here)
    run = subprocess.run(["nginx", "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_health_check_of_the_image_fails_where_nothing_answers() -> None:
    health = next(
        rest for word, rest in instructions((CLONE / "Dockerfile").read_text("utf-8")) if word == "HEALTHCHECK"
    )
    command = json.loads(health.partition("CMD ")[2])
    here = [part.replace("7860", "1") for part in command[1:]]
    assert subprocess.run([sys.executable, *here], capture_output=True, check=False).returncode != 0
