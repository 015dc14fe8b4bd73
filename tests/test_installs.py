"""What people install, where no clone is: the container's steps and, in their place, the built wheel and sdist.

All packages are installed anew, once, from the lock alone. An install changes the environment: these run in order.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import httpx
import pytest

from release.check import installs_and_answers
from tests.container_steps import CLONE, Image, build

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("CI") != "true" or sys.platform != "linux",
        reason="installs all packages anew, from the package index; a container's steps are Linux's",
    ),
]


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    """Built in a folder that anybody may read; those of pytest are its user's alone."""
    with tempfile.TemporaryDirectory(prefix="talks-image-") as folder:
        Path(folder).chmod(0o755)
        yield build(Path(folder), _python_of_all() or sys.executable)


@cache
def _python_of_all() -> str | None:
    """A Python that a user without rights may run; this one may stand in somebody's own folder."""
    for python in (sys.executable, "/usr/bin/python3"):
        folders = Path(python).resolve().parents
        check = [python, "-c", "import ensurepip, sys; sys.exit(sys.version_info < (3, 11))"]
        if (
            all(folder.stat().st_mode & 0o001 for folder in folders)
            and not subprocess.run(check, check=False).returncode
        ):
            return python
    return None


def test_steps_of_the_image_in_a_fresh_prefix_serve_healthy_as_nobody(image: Image) -> None:
    if _python_of_all() is None:
        pytest.skip("no Python here that every user may run")
    prefix = image.prefix
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


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_built_package_installs_and_answers(kind: str, image: Image, tmp_path: Path) -> None:
    builder = [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", str(tmp_path), str(CLONE)]
    subprocess.run(builder, check=True, capture_output=True)
    (package,) = tmp_path.iterdir()
    python = image.prefix / "opt" / "talks" / "bin" / "python"
    assert installs_and_answers(package, python) == f'{package.name} answers "Where did Volkan Cevher study?"'
