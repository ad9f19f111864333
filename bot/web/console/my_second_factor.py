"""One's own second factor: setting it up, other recovery codes, switching it off.

What is shown once (the secret, the recovery codes) is the answer to the form itself, not of a page that could be opened again.
"""

from __future__ import annotations

import asyncio

import segno
from aiohttp import web
from markupsafe import Markup

from bot.accounts.own import (
    SetUp,
    begin_second_factor,
    confirm_second_factor,
    new_codes,
    resume_second_factor,
    switch_off_second_factor,
)
from bot.accounts.refusals import Refused
from bot.web.console.door import SET_UP, redirect
from bot.web.console.fields import field, password
from bot.web.console.known_browser import known_in
from bot.web.console.rendering import page
from bot.web.console.route import Access, Route
from bot.web.console.services import CONSOLE
from bot.web.console.visitor import Visitor


async def state(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """GET /console/me/second-factor"""
    return _page(request, visitor)


async def begin(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/me/second-factor/begin"""
    services, form = request.app[CONSOLE], await request.post()
    try:
        set_up = await asyncio.to_thread(
            begin_second_factor,
            services.store,
            services.sealer,
            visitor.account,
            visitor.session,
            password(form),
            services.clock(),
            known_in(request),
        )
    except Refused as refused:
        return _page(request, visitor, problem=refused.code)
    return _phone(request, visitor, set_up)


async def confirm(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/me/second-factor/confirm"""
    services, form = request.app[CONSOLE], await request.post()
    now = services.clock()
    try:
        set_up = resume_second_factor(services.sealer, visitor.account, visitor.session, field(form, "set_up", 2_000), now)
    except Refused as refused:
        return _page(request, visitor, problem=refused.code)
    try:
        codes = await asyncio.to_thread(
            confirm_second_factor,
            services.store,
            services.sealer,
            visitor.account,
            visitor.session,
            set_up,
            field(form, "code", 40),
            now,
        )
    except Refused as refused:
        if refused.code == "wrong_code":
            return _phone(request, visitor, set_up, problem=refused.code)
        return _page(request, visitor, problem=refused.code)
    return page(request, visitor, "recovery_codes.html", codes=codes, just_on=True)


async def codes(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/me/second-factor/codes"""
    services, form = request.app[CONSOLE], await request.post()
    try:
        made = await asyncio.to_thread(
            new_codes, services.store, visitor.account, visitor.session, password(form), services.clock(), known_in(request)
        )
    except Refused as refused:
        return _page(request, visitor, problem=refused.code)
    return page(request, visitor, "recovery_codes.html", codes=made, just_on=False)


async def switch_off(request: web.Request, visitor: Visitor) -> web.StreamResponse:
    """POST /console/me/second-factor/off"""
    services, form = request.app[CONSOLE], await request.post()
    try:
        await asyncio.to_thread(
            switch_off_second_factor,
            services.store,
            visitor.account,
            visitor.session,
            password(form),
            services.clock(),
            known_in(request),
        )
    except Refused as refused:
        return _page(request, visitor, problem=refused.code)
    return redirect(f"{SET_UP}?done=off")


def _page(request: web.Request, visitor: Visitor, *, problem: str = "") -> web.Response:
    required = request.app[CONSOLE].requires_second_factor
    return page(request, visitor, "my_second_factor.html", status=422 if problem else 200, problem=problem, required=required)


def _phone(request: web.Request, visitor: Visitor, set_up: SetUp, *, problem: str = "") -> web.Response:
    # Attributes, not styles: the policy of these pages allows none. Dark on light in both colour schemes, as phones expect it.
    picture = segno.make(set_up.address, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True)
    secret = " ".join(set_up.secret[place : place + 4] for place in range(0, len(set_up.secret), 4))
    return page(
        request,
        visitor,
        "phone.html",
        status=422 if problem else 200,
        problem=problem,
        picture=Markup(picture),  # noqa: S704  made here, of letters and digits
        secret=secret,
        sealed=set_up.sealed,
    )


ROUTES = (
    Route("GET", SET_UP, Access.SETTING_UP, state),
    Route("POST", SET_UP + "/begin", Access.SETTING_UP, begin),
    Route("POST", SET_UP + "/confirm", Access.SETTING_UP, confirm),
    Route("POST", SET_UP + "/codes", Access.SIGNED_IN, codes),
    Route("POST", SET_UP + "/off", Access.SIGNED_IN, switch_off),
)
