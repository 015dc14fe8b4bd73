"""Holds a file to a schema that others publish, by the copy that check-jsonschema brings."""

from pathlib import Path

from check_jsonschema import main
from click.testing import CliRunner


def assert_keeps_to(schema: str, file: Path) -> None:
    """Fail with what breaks it."""
    run = CliRunner().invoke(main, ["--builtin-schema", f"vendor.{schema}", str(file)])
    assert run.exit_code == 0, run.output
