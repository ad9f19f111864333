"""Signing in at an OpenID Connect provider."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp.test_utils import TestServer, unused_port
from joserfc.jwk import RSAKey

from bot.accounts.openid import Provider, Registration
from bot.accounts.roles import Role
from bot.store import Account
from bot.web.console.single_sign_on import ANSWER, START
from tests.console.conftest import OpenHouse
from tests.console.house import Clock, Guest, House
from tests.console.people import actions, code, detail, give_password, link_for, link_in, now_of, with_second_factor
from tests.fakes.openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider

EMAIL = "ada@example.org"
SSO_COOKIE = "trialchat_sign_in"


@pytest.fixture
async def provider() -> AsyncIterator[OpenIdProvider]:
    """A provider of this test's own, served."""
    fake = OpenIdProvider(Clock())
    server = TestServer(fake.app)
    await server.start_server()
    fake.issuer = str(server.make_url("/realms/staff"))
    yield fake
    await server.close()


def registered(provider: OpenIdProvider, port: int, **otherwise: str) -> Provider:
    provider.redirect_uri = f"http://127.0.0.1:{port}{ANSWER}"
    known = {"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET} | otherwise
    return Provider(Registration(**known, redirect_uri=provider.redirect_uri, name="St. Mary's"))


@pytest.fixture
async def house(open_house: OpenHouse, provider: OpenIdProvider) -> House:
    port = unused_port()
    house = await open_house(port=port, provider=registered(provider, port))
    provider.clock = house.clock
    return house


def person(house: House, email: str | None = EMAIL, state: str = "active", role: Role = Role.COORDINATOR) -> Account:
    account = house.account(role)
    with house.store.unit() as unit:
        unit.set_account(account.id, name=account.name, email=email, role=account.role, all_trials=True, trials=())
        unit.set_account_state(account.id, state)
    return now_of(house, account)


async def is_in(guest: Guest) -> bool:
    async with guest.session.get("/console/me", allow_redirects=False) as response:
        return response.status == 200


class TestComingIn:
    async def test_by_a_verified_address_and_from_then_on_by_who_it_is(
        self, house: House, provider: OpenIdProvider, stranger: Guest
    ) -> None:
        account = person(house, "Ada@Example.org")
        async with stranger.session.get(f"{START}?next=/console/me%3Fx%3D1") as response:
            assert (response.status, response.url.path_qs) == (200, "/console/me?x=1")
        bound = now_of(house, account)
        assert (bound.oidc_issuer, bound.oidc_subject) == (provider.issuer, "subject-1")
        assert actions(house, account) == ["provider_bound", "signed_in"]
        assert detail(house, "signed_in") == (f"account:{account.id}", {"by": "provider"})
        await stranger.post("/console/sign-out")
        provider.email, provider.email_verified = "married@example.org", False
        await stranger.get(START)
        assert await is_in(stranger)

    async def test_as_somebody_who_was_invited(self, house: House, stranger: Guest) -> None:
        admin = Guest(house)
        await give_password(admin, house.account(Role.ADMINISTRATOR))
        await admin.get("/console/accounts/invite")
        _, page = await admin.post(
            "/console/accounts/invite", login="ada", name="Ada", email=EMAIL, role="auditor", all_trials="yes", trials=""
        )
        await stranger.get(START)
        assert "Ada" in (await stranger.get("/console/me"))[1]
        # The link has done its part: nobody who finds it later chooses a password by it.
        assert (await admin.get(link_in(page)))[0] == 404
        await admin.close()

    async def test_after_a_reset_whose_link_was_never_used_and_is_good_no_longer(self, house: House, stranger: Guest) -> None:
        link = link_for(house, person(house))
        await stranger.get(START)
        assert await is_in(stranger)
        assert (await stranger.get(link))[0] == 404

    async def test_with_the_second_factor_where_somebody_has_one(self, house: House, stranger: Guest) -> None:
        account = with_second_factor(house, person(house))
        assert "One more step" in (await stranger.get(START))[1]
        assert not await is_in(stranger)
        assert (await stranger.post("/console/second-factor", code=code(house)))[0] == 200
        assert await is_in(stranger)
        assert detail(house, "signed_in") == (f"account:{account.id}", {"by": "second_factor"})

    async def test_ends_the_session_that_was_there(self, house: House, stranger: Guest) -> None:
        other = house.account()
        await give_password(stranger, other)
        person(house)
        await stranger.get(START)
        with house.store.reading() as unit:
            assert unit.account_sessions(other.id) == []

    async def test_is_one_more_way_and_the_password_stays(self, house: House, stranger: Guest) -> None:
        assert "Sign in with St. Mary&#39;s" in (await stranger.get("/console/sign-in"))[1]
        assert (await give_password(stranger, house.account()))[0] == 200

    async def test_without_a_password_asks_for_a_fresh_sign_in_to_change_things(self, house: House, stranger: Guest) -> None:
        account = person(house)
        with house.store.unit() as unit:
            unit.set_password_hash(account.id, None, None)
        await stranger.get(START)
        await stranger.get("/console/me")
        house.clock.move(minutes=11)
        new = {"new": "blue kettle sings at noon", "again": "blue kettle sings at noon"}
        status, page = await stranger.post("/console/me/password", new)
        assert status == 422
        assert "sign in again" in page
        await stranger.get(START)
        await stranger.get("/console/me")
        assert "Your password is changed" in (await stranger.post("/console/me/password", new))[1]

    async def test_where_the_provider_takes_the_secret_in_the_form(self, house: House, provider: OpenIdProvider, stranger: Guest) -> None:
        person(house)
        provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        await stranger.get(START)
        assert await is_in(stranger)

    async def test_where_the_provider_says_who_it_is_in_the_answer(self, house: House, provider: OpenIdProvider, stranger: Guest) -> None:
        person(house)
        provider.metadata = {"authorization_response_iss_parameter_supported": True}
        await stranger.get(START)
        assert await is_in(stranger)

    async def test_after_the_provider_changed_its_key(self, house: House, provider: OpenIdProvider, stranger: Guest) -> None:
        person(house)
        await stranger.get(START)
        await stranger.post("/console/sign-out")
        provider.new_key()
        await stranger.get(START)
        assert await is_in(stranger)

    async def test_asks_what_the_provider_publishes_once_an_hour(self, house: House, provider: OpenIdProvider, stranger: Guest) -> None:
        person(house)
        for minutes in (0, 30, 31):
            house.clock.move(minutes=minutes)
            await stranger.get(START)
        assert provider.asked.count("openid-configuration") == 2


class TestBeingRefused:
    @pytest.mark.parametrize(
        "otherwise",
        [
            {"email": "nobody@example.org"},
            {"email_verified": False},
            {"email_verified": "true"},
            {"without": ("email_verified",)},
            {"without": ("email",)},
            {"email": ["ada@example.org"]},
            {"email": ""},
        ],
        ids=str,
    )
    async def test_as_somebody_whom_nobody_invited(
        self, house: House, provider: OpenIdProvider, stranger: Guest, otherwise: dict[str, Any]
    ) -> None:
        account = person(house)
        for name, value in otherwise.items():
            setattr(provider, name, value)
        status, page = await stranger.get(START)
        assert status == 403
        assert "Nobody here goes by that address" in page
        assert not await is_in(stranger)
        with house.store.reading() as unit:
            assert unit.accounts() == [account]
            assert unit.audit_entries() == []

    async def test_as_somebody_who_is_disabled_and_nothing_is_bound(self, house: House, stranger: Guest) -> None:
        account = person(house, state="disabled")
        assert (await stranger.get(START))[0] == 403
        assert now_of(house, account) == account
        assert detail(house, "sign_in_failed") == ("system", {"wrong": "state", "by": "provider"})

    async def test_as_somebody_who_was_bound_and_is_disabled(self, house: House, stranger: Guest) -> None:
        account = person(house)
        await stranger.get(START)
        with house.store.unit() as unit:
            unit.set_account_state(account.id, "disabled")
        assert (await stranger.get(START))[0] == 403
        assert not await is_in(stranger)

    async def test_where_the_account_is_somebody_elses_at_the_provider(
        self, house: House, provider: OpenIdProvider, stranger: Guest
    ) -> None:
        account = person(house)
        await stranger.get(START)
        await stranger.post("/console/sign-out")
        # The address was given to somebody new; the account was not.
        provider.subject = "subject-2"
        assert (await stranger.get(START))[0] == 403
        assert now_of(house, account).oidc_subject == "subject-1"
        assert detail(house, "sign_in_failed") == ("system", {"wrong": "bound", "by": "provider"})

    async def test_where_two_accounts_have_the_address(self, house: House, stranger: Guest) -> None:
        person(house)
        person(house)
        assert (await stranger.get(START))[0] == 403

    async def test_by_themselves(self, house: House, provider: OpenIdProvider, stranger: Guest) -> None:
        person(house)
        provider.denies = "access_denied"
        status, page = await stranger.get(START)
        assert status == 403
        assert "stopped on the other page" in page

    async def test_by_the_provider_for_another_reason(self, house: House, provider: OpenIdProvider, stranger: Guest) -> None:
        person(house)
        provider.denies = "server_error<script>"
        status, page = await stranger.get(START)
        assert status == 400
        assert "server_error" not in page


class TestATokenThatIsNotRight:
    @pytest.mark.parametrize(
        "otherwise",
        [
            pytest.param(lambda fake: setattr(fake, "signs_with", RSAKey.generate_key(2048, {"kid": fake.key.kid})), id="signature"),
            pytest.param(lambda fake: setattr(fake, "forged", "HS256"), id="signed-with-the-public-key"),
            pytest.param(lambda fake: setattr(fake, "forged", "none"), id="unsigned"),
            pytest.param(lambda fake: fake.claims.update(nonce="another"), id="nonce"),
            pytest.param(lambda fake: setattr(fake, "without", ("nonce",)), id="no-nonce"),
            pytest.param(lambda fake: fake.claims.update(aud="another"), id="audience"),
            pytest.param(lambda fake: fake.claims.update(aud=[CLIENT_ID, "another"]), id="audience-of-two-without-azp"),
            pytest.param(lambda fake: fake.claims.update(aud=[CLIENT_ID, "another"], azp="another"), id="azp"),
            pytest.param(lambda fake: setattr(fake, "without", ("aud",)), id="no-audience"),
            pytest.param(lambda fake: fake.claims.update(iss="https://login.example.org"), id="issuer"),
            pytest.param(lambda fake: setattr(fake, "without", ("iss",)), id="no-issuer"),
            pytest.param(lambda fake: fake.claims.update(exp=int(fake.clock().timestamp()) - 61), id="expired"),
            pytest.param(lambda fake: setattr(fake, "without", ("exp",)), id="no-expiry"),
            pytest.param(lambda fake: fake.claims.update(iat=int(fake.clock().timestamp()) + 120), id="of-tomorrow"),
            pytest.param(lambda fake: setattr(fake, "without", ("sub",)), id="no-subject"),
            pytest.param(lambda fake: fake.claims.update(sub=""), id="empty-subject"),
            pytest.param(lambda fake: fake.claims.update(sub="x" * 256), id="long-subject"),
            pytest.param(lambda fake: setattr(fake, "without", ("id_token",)), id="no-token"),
            pytest.param(lambda fake: fake.claims.update(at_hash="another"), id="access-token"),
        ],
    )
    async def test_lets_nobody_in(
        self, house: House, provider: OpenIdProvider, stranger: Guest, otherwise: Callable[[OpenIdProvider], object]
    ) -> None:
        account = person(house)
        otherwise(provider)
        status, page = await stranger.get(START)
        assert status == 400
        assert "did not fit what was asked" in page
        assert not await is_in(stranger)
        assert now_of(house, account) == account


class TestAnAnswerThatIsNotRight:
    async def started(self, guest: Guest) -> str:
        """Start here, sign in over there; the answer's address, not yet opened."""
        async with guest.session.get(START, allow_redirects=False) as response:
            there = response.headers["Location"]
        async with guest.session.get(there, allow_redirects=False) as response:
            return response.headers["Location"]

    async def test_because_of_its_state(self, house: House, provider: OpenIdProvider, stranger: Guest) -> None:
        person(house)
        provider.wrong_state = True
        assert (await stranger.get(START))[0] == 400
        assert "token" not in provider.asked

    async def test_because_another_browser_started(self, house: House, stranger: Guest) -> None:
        person(house)
        victim = Guest(house)
        link = await self.started(stranger)
        assert (await victim.get(link))[0] == 400
        assert not await is_in(victim)
        # Nor does it help that the victim had started as well.
        await self.started(victim)
        assert (await victim.get(link))[0] == 400
        await victim.close()

    async def test_because_it_was_opened_before(self, house: House, stranger: Guest) -> None:
        person(house)
        link = await self.started(stranger)
        cookies = {cookie.key: cookie.value for cookie in stranger.session.cookie_jar}
        assert (await stranger.get(link))[0] == 200
        await stranger.post("/console/sign-out")
        assert (await stranger.get(link))[0] == 400
        # Even with the cookie put back: the provider takes no code twice.
        async with stranger.session.get(link, cookies=cookies) as response:
            assert response.status == 400
        assert not await is_in(stranger)

    async def test_because_it_took_too_long(self, house: House, stranger: Guest) -> None:
        person(house)
        link = await self.started(stranger)
        house.clock.move(minutes=10, seconds=1)
        assert (await stranger.get(link))[0] == 400

    async def test_because_it_names_another_issuer(self, house: House, provider: OpenIdProvider, stranger: Guest) -> None:
        person(house)
        provider.metadata = {"authorization_response_iss_parameter_supported": True}
        link = await self.started(stranger)
        for other in (link.split("&iss=")[0], link.split("&iss=")[0] + "&iss=https://evil.example"):
            again = Guest(house)
            again.session.cookie_jar.update_cookies({cookie.key: cookie.value for cookie in stranger.session.cookie_jar})
            assert (await again.get(other))[0] == 400
            await again.close()

    @pytest.mark.parametrize("query", ["", "?code=x", "?state=x", "?code=x&state=x", "?error=access_denied"])
    async def test_because_nobody_started(self, house: House, stranger: Guest, query: str) -> None:
        assert (await stranger.get(ANSWER + query))[0] == 400

    @pytest.mark.parametrize("cookie", ["", "made up", "gAAAAA=="])
    async def test_because_its_cookie_was_made_up(self, house: House, stranger: Guest, cookie: str) -> None:
        stranger.session.cookie_jar.update_cookies({SSO_COOKIE: cookie})
        assert (await stranger.get(ANSWER + "?code=x&state=x"))[0] == 400

    async def test_because_its_cookie_holds_something_else(self, house: House, stranger: Guest) -> None:
        stranger.session.cookie_jar.update_cookies({SSO_COOKIE: house.console.sealer.seal({"state": "x"})})
        assert (await stranger.get(ANSWER + "?code=x&state=x"))[0] == 400


class TestAProviderInTrouble:
    @pytest.mark.parametrize("part", ["openid-configuration", "keys"])
    async def test_that_publishes_nothing_is_said_to_be_away_and_comes_back(
        self, house: House, provider: OpenIdProvider, stranger: Guest, part: str
    ) -> None:
        person(house)
        provider.away = {part}
        status, page = await stranger.get(START)
        assert status == 503
        assert "does not answer" in page
        provider.away = set()
        await stranger.get(START)
        assert await is_in(stranger)

    async def test_that_fails_in_the_middle(self, house: House, provider: OpenIdProvider, stranger: Guest) -> None:
        person(house)
        provider.away = {"token"}
        assert (await stranger.get(START))[0] == 503

    async def test_that_cannot_be_reached(self, open_house: OpenHouse, provider: OpenIdProvider) -> None:
        port = unused_port()
        house = await open_house(port=port, provider=registered(provider, port, issuer=f"http://127.0.0.1:{unused_port()}"))
        guest = Guest(house)
        assert (await guest.get(START))[0] == 503
        await guest.close()

    @pytest.mark.parametrize(
        "metadata", [{"issuer": "https://login.example.org"}, {"issuer": None}, {"jwks_uri": None}, {"token_endpoint": 7}], ids=str
    )
    async def test_that_publishes_something_else(
        self, house: House, provider: OpenIdProvider, stranger: Guest, metadata: dict[str, Any]
    ) -> None:
        provider.metadata = metadata
        assert (await stranger.get(START))[0] == 503

    async def test_that_knows_another_secret(
        self, open_house: OpenHouse, provider: OpenIdProvider, caplog: pytest.LogCaptureFixture
    ) -> None:
        port = unused_port()
        house = await open_house(port=port, provider=registered(provider, port, client_secret="another"))
        provider.clock = house.clock
        person(house)
        guest = Guest(house)
        assert (await guest.get(START))[0] == 400
        assert "the sign-in provider refused the code: invalid_client" in caplog.text
        await guest.close()


class TestWhatIsSentWhere:
    async def test_the_provider_is_asked_with_pkce_state_and_nonce(self, house: House, provider: OpenIdProvider, stranger: Guest) -> None:
        async with stranger.session.get(START, allow_redirects=False) as response:
            address, cookie = urlsplit(response.headers["Location"]), response.headers["Set-Cookie"]
            assert response.headers["Cache-Control"] == "no-store"
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        assert asked["scope"] == "openid email"
        assert asked["redirect_uri"] == provider.redirect_uri
        assert {len(asked[name]) for name in ("state", "nonce", "code_challenge")} == {43}
        name, *attributes = cookie.split("; ")
        assert set(attributes) == {"HttpOnly", "Max-Age=600", "Path=/", "SameSite=Lax"}
        # What the cookie holds is sealed: whoever reads it cannot make an answer that fits.
        assert not [value for value in (asked["state"], asked["nonce"]) if value in name]

    async def test_behind_https_the_cookie_is_secure_and_of_this_host_alone(self, open_house: OpenHouse, provider: OpenIdProvider) -> None:
        house = await open_house(site_url="https://console.example.org", provider=registered(provider, 1))
        guest = Guest(house)
        async with guest.session.get(START, allow_redirects=False) as response:
            name, *attributes = response.headers["Set-Cookie"].split("; ")
        assert name.startswith(f"__Host-{SSO_COOKIE}=")
        assert "Secure" in attributes
        await guest.close()

    async def test_where_it_leads_is_never_off_the_site(self, house: House, stranger: Guest) -> None:
        person(house)
        async with stranger.session.get(f"{START}?next=https://evil.example/") as response:
            assert response.url.path == "/console/inbox"

    async def test_no_secret_reaches_a_log(
        self, house: House, provider: OpenIdProvider, stranger: Guest, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG, logger="bot")
        person(house)
        await stranger.get(START)
        provider.claims["nonce"] = "another"
        await stranger.get(START)
        ours = [record.getMessage() for record in caplog.records if record.name.startswith("bot")]
        assert ours == ["an id_token is not accepted: InvalidClaimError"]

    async def test_without_a_provider_there_is_no_such_page(self, open_house: OpenHouse) -> None:
        house = await open_house()
        guest = Guest(house)
        assert (await guest.get(START))[0] == 404
        assert (await guest.get(ANSWER + "?code=x&state=x"))[0] == 404
        assert "single-sign-on" not in (await guest.get("/console/sign-in"))[1]
        await guest.close()
