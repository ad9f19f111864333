"""Which websites may open a chat: by trial, by the origin that browsers send, and told in words where they may not."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from bot.origins import AllowedOrigins, OriginsFault
from bot.settings import Settings, SettingsError
from bot.web.services import SERVICES

from .conftest import Door

TRIAL, OTHER = "NCT06141070", "NCT04956640"
LISTED = f"https://a.example https://b.example; {TRIAL}=https://hospital.example"


def settings(home: Path, **given: str) -> Settings:
    return Settings.from_environment({"TRIALCHAT_HOME": str(home), **given})


class TestTheList:
    @pytest.mark.parametrize(("origin", "trial", "may"), [
        ("https://a.example", None, True),
        ("https://a.example", OTHER, True),
        ("https://b.example", OTHER, True),
        ("https://c.example", OTHER, False),
        ("https://c.example", None, False),
        ("https://hospital.example", TRIAL, True),
        # A trial's own list takes the place of the other.
        ("https://a.example", TRIAL, False),
        ("https://hospital.example", OTHER, False),
        ("https://hospital.example", None, False),
        # Another scheme or port, or a name that only looks alike, is another website.
        ("http://a.example", None, False),
        ("https://a.example:8443", None, False),
        ("https://www.a.example", None, False),
        ("https://a.example.evil.example", None, False),
        ("https://evil-a.example", None, False),
        # A page without an origin of its own.
        ("null", None, False),
        ("", None, False),
        ("*", None, False),
        # The site itself.
        ("https://trials.example", TRIAL, True),
        # What is no browser's page.
        (None, TRIAL, True),
    ])  # fmt: skip
    def test_lets_in_who_is_on_it(self, origin: str | None, trial: str | None, may: bool) -> None:
        assert AllowedOrigins.of(LISTED, "https://trials.example").allow(origin, trial) is may

    @pytest.mark.parametrize("text", ["", "  ", ";;\n", "*", "https://a.example *"])
    def test_that_names_nobody_or_everybody_lets_in_all(self, text: str) -> None:
        assert AllowedOrigins.of(text).allow("https://anybody.example", TRIAL)
        assert AllowedOrigins.of(text).allow("null", None)

    def test_can_keep_one_trial_to_a_website_and_leave_the_others_open(self) -> None:
        origins = AllowedOrigins.of(f"{TRIAL.lower()} = https://hospital.example")
        assert not origins.allow("https://a.example", TRIAL)
        assert origins.allow("https://a.example", OTHER)
        assert origins.allow("https://a.example", None)

    def test_can_open_one_trial_to_all_and_keep_the_others_in(self) -> None:
        origins = AllowedOrigins.of(f"https://a.example; {TRIAL}=*")
        assert origins.allow("https://anybody.example", TRIAL)
        assert not origins.allow("https://anybody.example", None)

    @pytest.mark.parametrize(("written", "sent"), [
        ("HTTPS://A.Example/", "https://a.example"),
        ("https://a.example:443", "https://a.example"),
        ("http://a.example:80", "http://a.example"),
        ("http://intranet:8080", "http://intranet:8080"),
        ("https://xn--klinik-sd-x9a.example", "https://xn--klinik-sd-x9a.example"),
        ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
    ])  # fmt: skip
    def test_takes_an_origin_however_it_is_written(self, written: str, sent: str) -> None:
        assert AllowedOrigins.of(written).general == frozenset({sent})

    def test_may_have_an_entry_in_several_pieces_and_on_several_lines(self) -> None:
        origins = AllowedOrigins.of(f"https://a.example\n{TRIAL}=https://b.example\n{TRIAL}=https://c.example\nhttps://d.example")
        assert origins.general == {"https://a.example", "https://d.example"}
        assert origins.of_trials[TRIAL] == {"https://b.example", "https://c.example"}

    @pytest.mark.parametrize(("text", "said"), [
        ("a.example", "a.example is no origin"),
        ("https://", "https:// is no origin"),
        ("ftp://a.example", "is no origin"),
        ("https://a.example/path", "without a path"),
        ("https://user@a.example", "is no origin"),
        ("https://a.example:99999", "is no origin"),
        ("https://*.a.example", "is no origin"),
        ("https://a.example,https://b.example", "is no origin"),
        ("https://a.example?x", "is no origin"),
        # Browsers write it in another way, and not all programs in the same.
        ("https://klinik-süd.example", "is no origin"),
        ("https://[nonsense", "is no origin"),
        (f"{TRIAL}=", f"{TRIAL} has no origin"),
        ("NCT1=https://a.example", "NCT1 is no trial's number"),
        ("=https://a.example", "is no trial's number"),
    ])  # fmt: skip
    def test_names_what_cannot_be_used(self, text: str, said: str, tmp_path: Path) -> None:
        with pytest.raises(OriginsFault, match=said):
            AllowedOrigins.of(text)
        with pytest.raises(SettingsError, match=rf"TRIALCHAT_ORIGINS: .*{said}"):
            settings(tmp_path, TRIALCHAT_ORIGINS=text)


class TestTheSetting:
    def test_survives_the_way_through_an_environment(self, tmp_path: Path) -> None:
        made = settings(tmp_path, TRIALCHAT_ORIGINS=LISTED)
        assert Settings.from_environment(made.as_environment()) == made

    def test_always_lets_in_the_site_s_own_pages(self, tmp_path: Path) -> None:
        made = settings(tmp_path, TRIALCHAT_ORIGINS=LISTED, PORT="9000")
        assert made.allowed_origins.own == {"http://127.0.0.1:9000", "http://localhost:9000"}
        public = settings(tmp_path, TRIALCHAT_ORIGINS=LISTED, TRIALCHAT_PUBLIC_URL="https://Trials.example")
        assert public.allowed_origins.own == {"https://trials.example"}

    def test_lets_in_all_where_it_is_not_set(self, tmp_path: Path) -> None:
        assert settings(tmp_path).allowed_origins.general is None

    def test_names_a_public_address_that_is_no_origin(self, tmp_path: Path) -> None:
        made = settings(tmp_path, TRIALCHAT_PUBLIC_URL="https://user@trials.example")
        with pytest.raises(SettingsError, match=r"TRIALCHAT_PUBLIC_URL: https://user@trials\.example is no origin"):
            _ = made.allowed_origins


class TestTheDoor:
    @pytest.fixture
    def door(self, door: Door) -> Door:
        app = door.client.app
        assert app is not None
        # What an app holds is fixed once it runs; here another list takes the place of the one it began with.
        app._state[SERVICES] = dataclasses.replace(app[SERVICES], origins=AllowedOrigins.of(LISTED))
        return door

    @pytest.mark.parametrize(("origin", "trial", "status"), [
        ("https://hospital.example", TRIAL, 201),
        ("https://hospital.example", TRIAL.lower(), 201),
        ("https://a.example", TRIAL, 403),
        ("https://a.example", f" {TRIAL.lower()} ", 403),
        ("https://a.example", None, 201),
        ("https://evil.example", None, 403),
        ("null", None, 403),
    ])  # fmt: skip
    async def test_opens_a_chat_for_a_website_on_the_list(self, door: Door, origin: str, trial: str | None, status: int) -> None:
        async with door.client.post("/chat/session", json={"trial_id": trial}, headers={"Origin": origin}) as response:
            assert response.status == status
            # The page may read the answer either way: the widget says what is wrong.
            assert response.headers["Access-Control-Allow-Origin"] == "*"

    async def test_says_why_not_and_begins_nothing(self, door: Door) -> None:
        async with door.client.post("/chat/session", json={"trial_id": TRIAL}, headers={"Origin": "https://evil.example"}) as response:
            error = (await response.json())["error"]
        assert error["code"] == "origin_not_allowed"
        assert "TRIALCHAT_ORIGINS" in error["message"]
        assert "evil" not in error["message"]
        assert door.engine.turns == []

    async def test_lets_a_program_in_that_names_no_origin(self, door: Door) -> None:
        await door.open(trial_id=TRIAL)

    async def test_keeps_a_chat_open_that_has_begun(self, door: Door) -> None:
        """Its token is kept by the page's own origin; taking a website off the list ends no conversation."""
        session = await door.open(trial_id=TRIAL)
        async with door.client.post(
            "/chat/messages", json={"id": "m1", "text": "hello"}, headers={**session, "Origin": "https://evil.example"}
        ) as response:
            assert response.status == 200
