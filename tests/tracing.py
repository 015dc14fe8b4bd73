"""Watches what a program of ours connects to, native code included: by strace, which sees each system call."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

# Every call that can open a connection or send a packet, with an Internet address in it. A name that is looked up shows
# as a packet to port 53 of the resolver.
_INTERNET = re.compile(r"sa_family=AF_INET6?.*?(?:inet_addr\(\"([^\"]+)\"\)|inet_pton\(AF_INET6, \"([^\"]+)\")")
_CALLS = "trace=connect,sendto,sendmsg,sendmmsg"


def traced_command(log: Path, *talks: str) -> list[str]:
    """The command line `talks …` under strace.

    Without strace the test is skipped on a desk and fails in continuous integration.
    """
    if shutil.which("strace") is None:
        message = "no strace on the PATH; install the system's strace package to watch connections"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    # Lingering: what reports home does so some seconds later, from a thread of its own.
    program = (
        "import sys, time, runpy; sys.argv = ['talks', *sys.argv[1:]]\n"
        "try: runpy.run_module('assistant.outlets.cli', run_name='__main__')\n"
        "finally: time.sleep(4)"
    )
    return ["strace", "-f", "-qq", "-e", _CALLS, "-o", str(log), sys.executable, "-c", program, *talks]


def outbound(log: Path) -> list[str]:
    """The traced calls that name another machine."""
    found = []
    for line in log.read_text(errors="replace").splitlines():
        match = _INTERNET.search(line)
        if match and not (match[1] or match[2]).startswith(("127.", "::1")):
            found.append(line)
    return found


def plain_environment(**variables: str) -> dict[str, str]:
    """This process's environment without what quiets libraries in tests: several report home except where CI is set."""
    quieting = ("CI", "ORT_", "GRADIO_", "HF_", "DO_NOT_TRACK", "ANONYMIZED_TELEMETRY", "PYTEST_")
    return {name: value for name, value in os.environ.items() if not name.startswith(quieting)} | variables
