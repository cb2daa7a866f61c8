"""Static files: as locked, fingerprinted, and referred to only where they exist."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.browsing import Browser
from web import assets

sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
import vendor


def test_every_vendored_file_is_as_locked_and_has_its_licence():
    lock = vendor.read_lock()
    assert vendor.check(lock) == []
    for package in lock["package"]:
        assert any("/licences/" in file["path"] for file in package["file"]), package["name"]
    assert vendor.written_lock(lock) == vendor.LOCK.read_text(encoding="utf-8")
    assert vendor.written_notice(lock) == vendor.NOTICE.read_text(encoding="utf-8")


def test_an_altered_file_is_noticed():
    lock = vendor.read_lock()
    lock["package"][0]["file"][0]["sha512"] = vendor.digest(b"other")
    assert vendor.check(lock) == ["static/vendor/htmx.min.js differs from the lock"]


async def test_a_fingerprinted_file_is_kept_for_good_and_a_plain_one_is_asked_again(web_app):
    browser = Browser(web_app)
    kept = await browser.get(assets.url("console.css"))
    plain = await browser.get("/static/console.css")
    assert kept.headers["cache-control"] == assets.FOREVER
    assert plain.headers["cache-control"] == "no-cache"
    assert kept.body == plain.body
    again = await browser.get("/static/console.css", {"if-none-match": plain.headers["etag"]})
    assert again.status == 304


async def test_an_old_fingerprint_gives_todays_file_but_not_for_good(web_app):
    answer = await Browser(web_app).get("/static/console.0123456789.css")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-cache")


async def test_a_browser_that_can_unpack_gets_less(web_app):
    browser = Browser(web_app)
    plain = await browser.get(assets.url("vendor/echarts.min.js"))
    packed = await browser.get(assets.url("vendor/echarts.min.js"), {"accept-encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 2


@pytest.mark.parametrize(
    "path", ["../pyproject.toml", "vendor/vendor.toml", "nothing.css", "%2e%2e/x", "vendor/licences/htmx.txt"]
)
async def test_only_static_files_are_served(web_app, path):
    assert (await Browser(web_app).get(f"/static/{path}")).status == 404


def test_style_sheets_point_at_fingerprinted_files():
    assert assets.url("vendor/inter-latin.woff2") in assets.manifest()["base.css"].body.decode()


def test_the_client_style_sheets_avoid_what_old_phones_lack():
    for name in ("base.css", "h5.css"):
        source = (assets.FOLDER / name).read_text(encoding="utf-8")
        assert not re.search(r":has\(|@container|color-mix", source), name


def test_every_icon_that_a_template_or_the_navigation_names_is_in_the_sprite():
    known = set(re.findall(r'id="i-([a-z0-9-]+)"', (assets.FOLDER / "icons.svg").read_text(encoding="utf-8")))
    used = set()
    for file in (assets.FOLDER.parent / "templates").rglob("*.html"):
        used |= set(re.findall(r'ui\.icon\("([a-z0-9-]+)"', file.read_text(encoding="utf-8")))
    for file in (assets.FOLDER.parent / "web").rglob("navigation.py"):
        used |= set(re.findall(r'Item\("([a-z0-9-]+)"', file.read_text(encoding="utf-8")))
    assert used <= known
