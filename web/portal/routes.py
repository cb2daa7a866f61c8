"""The doors for clients: one explicit list. Each page is opened by a personal, signed link, or by WeChat's word."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.doors import open_page
from web.portal import invitations, links, livestreams, me, preferences, privacy

ROUTES: list[BaseRoute] = [
    open_page("/p/invitations/{token}", invitations.show, "client_invitation"),
    open_page("/p/invitations/{token}", invitations.reply, "client_reply", methods="POST"),
    open_page("/p/livestreams/{token}", livestreams.show, "client_livestream"),
    open_page("/p/livestreams/{token}", livestreams.reserve, "client_reserve", methods="POST"),
    open_page("/p/preferences/{token}", preferences.show, "client_preferences"),
    open_page("/p/preferences/{token}", preferences.save, "client_save_preferences", methods="POST"),
    open_page("/p/privacy/{token}", privacy.show, "client_privacy"),
    open_page("/p/privacy/{token}", privacy.ask, "client_ask_privacy", methods="POST"),
    open_page("/l/{token}", links.follow, "client_link"),
    open_page("/p/me", me.enter, "client_me_enter"),
    open_page("/p/me/back", me.back, "client_me_back"),
    open_page("/p/me/home", me.show, "client_me"),
]
