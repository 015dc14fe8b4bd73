"""The container's files: linted, held to their schemas, and their steps carried out where no engine is.

Not shown here, for want of an engine: that the images build and start.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.container_steps import CLONE, build, instructions

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
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", name]
    run = subprocess.run(checker, cwd=CLONE, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


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


@pytest.fixture
def prefix() -> Iterator[Path]:
    """A folder that anybody may read; those of pytest are its user's alone."""
    with tempfile.TemporaryDirectory(prefix="talks-image-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def _python_of_all() -> str:
    """A Python that a user without rights may run; this one may stand in somebody's own folder."""
    for python in (sys.executable, "/usr/bin/python3"):
        folders = Path(python).resolve().parents
        check = [python, "-c", "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"]
        if (
            all(folder.stat().st_mode & 0o001 for folder in folders)
            and not subprocess.run(check, check=False).returncode
        ):
            return python
    pytest.skip("no Python here that every user may run")


@pytest.mark.slow
@pytest.mark.skipif(
    os.environ.get("CI") != "true" or sys.platform != "linux",
    reason="installs all packages anew, from the package index; a container's steps are Linux's",
)
def test_steps_of_the_image_in_a_fresh_prefix_serve_healthy_as_nobody(prefix: Path) -> None:
    image = build(prefix, _python_of_all())
    # Users and second stages are an engine's.
    assert [step.split()[:2] for step in image.skipped] == [["RUN", "useradd"], ["COPY", "--from=build"]]
    user = int(image.user) if os.getuid() == 0 else None
    if user is not None:
        os.chown(prefix / "data", user, -1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environment = image.environment | {
        "PATH": f"{prefix}/opt/talks/bin:{os.environ['PATH']}",
        "HOME": "/nonexistent",
        "TALKS_PORT": port,
        "TALKS_NO_PASSWORD": "true",
        "TALKS_CORPUS": f"{prefix}/src/seeds",
    }
    program = f"{prefix}/opt/talks/bin/{image.command[0]}"
    health = [sys.executable, *(part.replace("7860", port) for part in image.health[1:])]
    with subprocess.Popen([program, *image.command[1:]], env=environment, cwd="/", user=user) as server:
        try:
            deadline = time.monotonic() + 180
            while subprocess.run(health, capture_output=True, check=False).returncode:
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(1)
            asked = {"model": "talks", "messages": [{"role": "user", "content": "Where did Volkan Cevher study?"}]}
            reply = httpx.post(f"http://127.0.0.1:{port}/v1/chat/completions", json=asked, timeout=60)
            assert "Bilkent" in reply.json()["choices"][0]["message"]["content"]
            written = [path for path in prefix.rglob("*") if path.lstat().st_uid == user]
            assert all(path.is_relative_to(prefix / "data") for path in written)
        finally:
            server.terminate()


def test_health_check_of_the_image_fails_where_nothing_answers() -> None:
    health = next(
        rest for word, rest in instructions((CLONE / "Dockerfile").read_text("utf-8")) if word == "HEALTHCHECK"
    )
    command = json.loads(health.partition("CMD ")[2])
    here = [part.replace("7860", "1") for part in command[1:]]
    assert subprocess.run([sys.executable, *here], capture_output=True, check=False).returncode != 0
