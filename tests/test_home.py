"""The home folder is private, whole, and keeps what it holds."""

from pathlib import Path

import pytest
from playwright.async_api import async_playwright

from screener.errors import Mistake
from screener.home.folder import Home
from screener.home.pac import pac
from tests.browser import chromium_path


def test_the_first_run_makes_a_private_home_and_the_second_keeps_it(tmp_path: Path):
    home = Home(folder=tmp_path / "home")

    first = home.made()
    home.settings.write_text("# mine")
    secret = home.secret()
    second = home.made()

    assert (first, second) == (True, False)
    assert home.settings.read_text() == "# mine"
    assert home.secret() == secret
    assert home.folder.stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in home.folder.iterdir() if path != home.settings)


def test_a_home_that_cannot_be_made_is_named_with_its_mend(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(Mistake, match=r"file/home: this folder can't be written \(.+\)\. .+--home\."):
        Home(folder=tmp_path / "file" / "home").made()


def test_a_damaged_key_is_named_with_its_mend(tmp_path: Path):
    home = Home(folder=tmp_path / "home")
    home.made()
    (home.folder / "secret.key").write_bytes(b"short")

    with pytest.raises(Mistake, match="damaged"):
        home.secret()


def test_a_key_on_a_medium_that_is_not_put_in_is_never_replaced_by_another(tmp_path: Path):
    home = Home(folder=tmp_path / "home")
    home.made()
    key = home.seal_key()
    stick = tmp_path / "stick"
    (home.folder / "seal.key").rename(stick)
    (home.folder / "seal.key").symlink_to(stick)
    put_in = home.seal_key()
    away = stick.rename(tmp_path / "away")

    home.made()

    with pytest.raises(Mistake, match=r"seal\.key: this key is missing"):
        home.seal_key()
    away.rename(stick)
    assert (put_in, home.seal_key()) == (key, key)


WATCHED = "PROXY 127.0.0.1:8787; DIRECT"


async def test_the_pac_file_sends_only_watched_hosts_through_the_proxy():
    ways = {
        "www.facebook.com": WATCHED,
        "WWW.FACEBOOK.COM": WATCHED,
        "screener.home.arpa": WATCHED,
        "gateway-us-east1-d.discord.gg": WATCHED,
        "discord.gg": "DIRECT",
        "www.facebook.com.evil.example": "DIRECT",
        "constructor": "DIRECT",
        "bank.example": "DIRECT",
        "localhost": "DIRECT",
    }
    text = pac("127.0.0.1:8787", exact={"www.facebook.com"}, below={"discord.gg"})

    # The file is JavaScript, so a browser says what it does.
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = await browser.new_page()
        found = await page.evaluate(
            f"hosts => {{ {text}; return hosts.map(host => FindProxyForURL('https://x/', host)) }}", list(ways)
        )
        await browser.close()

    assert dict(zip(ways, found, strict=True)) == ways
