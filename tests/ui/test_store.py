"""Projects, settings and recovery on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import samples
from wizard.errors import InputError, OutputError
from wizard.needs.files import load_needs
from wizard.needs.presets import preset, preset_ids
from wizard.ui.store import Settings, Store, needs_text, write_whole


def test_a_project_reads_back_as_the_same_needs(tmp_path: Path) -> None:
    for name in preset_ids():
        path = tmp_path / f"{name}.rackwright"
        write_whole(path, needs_text(preset(name).needs))
        assert load_needs(path) == preset(name).needs


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "plan.rackwright"
    write_whole(path, "old")
    with pytest.raises(OutputError):
        write_whole(path / "below-a-file", "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["plan.rackwright"]


def test_settings_survive_and_bad_ones_fall_back(store: Store) -> None:
    kept = Settings(language="zh_CN", theme="dark", currency="CNY", recent=("/a",), geometry=(1, 2, 3, 4))
    store.keep_settings(kept)
    assert store.settings() == kept
    (store.folder / "settings.json").write_text(
        '{"language": 5, "theme": "pink", "geometry": [1, "x"], "recent": 3}', encoding="utf-8"
    )
    assert store.settings() == Settings()


@given(text=st.text(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_settings_of_any_text_are_settings(store: Store, text: str) -> None:
    write_whole(store.folder / "settings.json", text)
    assert isinstance(store.settings(), Settings)


def test_recovery_keeps_the_last_answers_and_ignores_a_broken_file(store: Store) -> None:
    assert store.recovered() is None
    assert store.autosave(samples.needs())
    assert store.recovered() == samples.needs()
    (store.folder / "last-answers.json").write_text("{", encoding="utf-8")
    assert store.recovered() is None
    (store.folder / "last-answers.jsonab12.part").write_text("{", encoding="utf-8")
    store.recovered()
    assert not list(store.folder.glob("*.part"))
    store.forget()
    assert not (store.folder / "last-answers.json").exists()


def test_recent_files_come_latest_first_without_doubles(tmp_path: Path) -> None:
    kept = Settings()
    for name in ("a", "b", "a"):
        kept = kept.with_recent(tmp_path / name)
    assert [Path(r).name for r in kept.recent] == ["a", "b"]


def test_an_unreadable_project_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        load_needs(tmp_path / "none.rackwright")
