"""A host page that names a version of the widget goes on getting it when the program has been brought up to date."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path

import pytest

from bot.sealing import new_key
from bot.settings import Settings
from bot.web.assembly import assemble
from bot.web.assets import Asset, load_asset, load_widget
from bot.web.pages import PAGES
from bot.web.services import SERVICES
from bot.web.widget_versions import kept_versions, path_of, snippet


def asset_of(tmp_path: Path, text: str) -> Asset:
    folder = tmp_path / text
    folder.mkdir()
    (folder / "widget.js").write_text(f"// {text}")
    return load_asset(folder / "widget.js")


def test_an_earlier_version_is_served_after_an_update(tmp_path: Path) -> None:
    kept, old, new = tmp_path / "kept", asset_of(tmp_path, "old"), asset_of(tmp_path, "new")
    kept_versions(kept, old)
    versions = kept_versions(kept, new)
    assert versions.current is new
    found = versions.get(old.digest)
    assert found is not None
    assert (found.body, found.integrity) == (old.body, old.integrity)
    told = versions.as_json()
    assert told["path"] == path_of(new)
    assert told["earlier"] == [{"version": old.digest, "path": path_of(old), "integrity": old.integrity}]


def test_starting_again_keeps_one_of_each(tmp_path: Path) -> None:
    kept, widget = tmp_path / "kept", load_widget()
    for _ in range(2):
        versions = kept_versions(kept, widget)
    assert [path.name for path in kept.iterdir()] == [path_of(widget).lstrip("/")]
    assert versions.as_json()["earlier"] == []


def test_a_version_whose_file_was_removed_is_gone(tmp_path: Path) -> None:
    kept, old, new = tmp_path / "kept", asset_of(tmp_path, "old"), asset_of(tmp_path, "new")
    kept_versions(kept, old)
    (kept / path_of(old).lstrip("/")).unlink()
    assert kept_versions(kept, new).get(old.digest) is None


def test_a_file_that_was_altered_is_not_served(tmp_path: Path) -> None:
    kept, old, new = tmp_path / "kept", asset_of(tmp_path, "old"), asset_of(tmp_path, "new")
    kept_versions(kept, old)
    (kept / path_of(old).lstrip("/")).write_text("something else")
    (kept / "notes.js").write_text("of somebody")
    assert kept_versions(kept, new).as_json()["earlier"] == []


def test_the_present_version_is_mended_where_its_file_was_altered(tmp_path: Path) -> None:
    kept, widget = tmp_path / "kept", load_widget()
    kept_versions(kept, widget)
    (kept / path_of(widget).lstrip("/")).write_text("half")
    kept_versions(kept, widget)
    assert (kept / path_of(widget).lstrip("/")).read_bytes() == widget.body


def test_where_nothing_can_be_kept_the_widget_is_served_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    widget = load_widget()
    versions = kept_versions(tmp_path / "file" / "kept", widget)
    assert versions.get(widget.digest) is widget
    assert "cannot be kept" in caplog.text


def test_no_half_file_is_left_where_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    kept_versions(tmp_path / "kept", load_widget())
    assert list((tmp_path / "kept").iterdir()) == []


def test_the_hash_is_of_the_bytes_that_are_served() -> None:
    widget = load_widget()
    algorithm, _, value = widget.integrity.partition("-")
    assert (algorithm, base64.b64decode(value)) == ("sha384", hashlib.sha384(widget.body).digest())


def test_what_a_person_gives_cannot_break_out_of_the_line() -> None:
    line = snippet("https://trials.example", load_widget(), title='"><script>alert(1)</script>', launcher=None)
    assert line.count("<") == 2
    assert 'data-title="&quot;&gt;&lt;script&gt;' in line
    assert "data-launcher" not in line


def test_the_app_keeps_what_it_serves_and_knows_who_may_have_it(tmp_path: Path) -> None:
    names = ("TRIALCHAT_API_KEY", "TRIALCHAT_ENGINE_SECRET", "TRIALCHAT_AUDIT_KEY")
    given = {
        **dict.fromkeys(names, "key"),
        "TRIALCHAT_HOME": str(tmp_path),
        "TRIALCHAT_ADMIN_PASSWORD": "a long enough password",
        "TRIALCHAT_SEALING_KEYS": new_key(),
        "TRIALCHAT_ORIGINS": "https://a.example",
        "TRIALCHAT_PUBLIC_URL": "https://trials.example",
    }
    assembled = assemble(Settings.from_environment(given))
    widget = load_widget()
    assert (tmp_path / "widgets" / path_of(widget).lstrip("/")).read_bytes() == widget.body
    assert assembled.public[PAGES].widgets.current.digest == widget.digest
    origins = assembled.public[SERVICES].origins
    assert [origins.allow(f"https://{host}.example", None) for host in ("a", "trials", "b")] == [True, True, False]
    assembled.store.dispose()
