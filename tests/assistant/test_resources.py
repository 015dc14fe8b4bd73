from pathlib import Path

import pytest

from assistant import resources

CLONE = Path(__file__).resolve().parents[2]


def test_prompts_dir_in_a_clone_is_the_clones_own() -> None:
    assert resources.prompts_dir() == CLONE / "prompts"


def test_seeds_dir_in_a_clone_is_the_clones_own() -> None:
    assert resources.seeds_dir() == CLONE / "seeds"


@pytest.mark.parametrize(("name", "function"), [("prompts", resources.prompts_dir), ("seeds", resources.seeds_dir)])
def test_folder_inside_the_package_wins_over_a_strangers_beside_it(
    name: str, function: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "assistant"
    packaged = package / "data" / name
    packaged.mkdir(parents=True)
    (package.parent / name).mkdir()
    monkeypatch.setattr(resources, "PACKAGE", package)
    assert callable(function)
    assert function() == packaged
