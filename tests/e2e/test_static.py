# SPDX-License-Identifier: MIT
"""The dashboard's files at "/": what a browser, a cache, a slow reader and an intruder get."""

from __future__ import annotations

import gzip
import random
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Iterator

import pytest

from harness.config import default_config, dumps, merged
from harness.daemon import Daemon, run
from harness.limits import TIMEOUT
from harness.raw import Reader, get
from harness.until import until

HOME = b"<!doctype html><title>Home</title>"
SECRET = b"nobody is to read this"
BIG = "".join(random.Random(1).choices("abcdefgh", k=500 * 1024)).encode()
ICON = b"\x89PNG\r\n\x1a\n\0"
BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"  # what it accepts


def make_site(around: Path) -> Path:
    """A folder to serve; what is around it, hidden in it or linked from it is secret."""
    folder = around / "site"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(HOME)
    (folder / "icon.png").write_bytes(ICON)
    (folder / "assets" / "big-1a2b.js").write_bytes(BIG)
    (folder / "assets" / "big-1a2b.js.gz").write_bytes(gzip.compress(BIG, 1))
    (around / "secret").write_bytes(SECRET)
    (folder / ".secret").write_bytes(SECRET)
    (folder / "link").symlink_to(around / "secret")
    (folder / "up").symlink_to("..")
    return folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return make_site(tmp_path)


@pytest.fixture
def web(start, site: Path) -> Daemon:
    return start(server={"dashboard": site})


def test_a_browser_gets_the_first_page_at_the_root(web: Daemon) -> None:
    response = web.http().get("/", Accept=BROWSER)
    assert (response.status, response.body) == (200, HOME)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-cache"
    assert web.http().get("/icon.png").body == ICON


def test_pages_may_do_nothing_but_what_they_need(web: Daemon) -> None:
    for path in ("/", "/icon.png", "/assets/big-1a2b.js"):
        headers = web.http().get(path).headers
        policy = dict(part.strip().partition(" ")[::2]
                      for part in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'self'"
        assert policy["connect-src"] == "'self' ws: wss:"
        assert policy["frame-ancestors"] == "'none'"
        assert "script-src" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_a_cache_asks_again_and_is_told_that_nothing_has_changed(web: Daemon) -> None:
    client = web.http()
    etag = client.get("/").headers["ETag"]
    assert etag.startswith('"')
    for field in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        response = client.get("/", If_None_Match=field)
        assert (response.status, response.body) == (304, b""), field
        assert response.headers["ETag"] == etag
    assert client.get("/", If_None_Match='"x"').body == HOME


def test_gzip_is_sent_to_those_who_take_it(web: Daemon) -> None:
    client = web.http()
    path = "/assets/big-1a2b.js"
    plain, packed = (client.get(path, Accept_Encoding=field)
                     for field in ("identity", "br, gzip;q=0.9"))
    assert plain.body == BIG and "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip" and len(packed.body) < len(BIG)
    assert gzip.decompress(packed.body) == BIG
    assert plain.headers["ETag"] != packed.headers["ETag"]
    for response in (plain, packed):
        assert response.headers["Vary"] == "Accept-Encoding"
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get(path, Accept_Encoding="gzip;q=0").body == BIG
    assert client.get(path + ".gz").status == 404


def test_head_is_get_without_the_body(web: Daemon) -> None:
    client = web.http()
    for path in ("/", "/assets/big-1a2b.js"):
        head, whole = client.request("HEAD", path), client.get(path)
        assert (head.status, head.body) == (200, b"")
        assert head.headers.items() == whole.headers.items()


def test_the_api_goes_before_files(start, site: Path) -> None:
    (site / "api" / "v1").mkdir(parents=True)
    (site / "api" / "v1" / "health").write_text("not this")
    (site / "healthz").write_text("not this")
    client = start(server={"dashboard": site}).http()
    assert client.get("/api/v1/health").json["status"] == "healthy"
    assert client.get("/healthz").json["status"] == "healthy"


def test_where_nothing_is_a_browser_gets_a_page_and_a_program_json(web: Daemon) -> None:
    client = web.http()
    page = client.get("/nothing", Accept=BROWSER)
    assert page.status == 404 and b"<h1>Not found</h1>" in page.body
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert client.get("/nothing").detail == "there is nothing at this path"
    assert client.get("/api/v1/nothing", Accept=BROWSER).detail == "there is nothing at this path"


def test_without_a_dashboard_the_root_says_what_to_do(start) -> None:
    response = start(server={"dashboard": "none"}).http().get("/")
    assert response.status == 404 and "server.dashboard" in response.detail


ESCAPES = (
    b"/../secret", b"/..%2fsecret", b"/%2e%2e/secret", b"/%2e%2e%2fsecret", b"/assets/../../secret",
    b"/assets/%2e%2e/%2e%2e/secret", b"//../secret", b"/./../secret", b"/..//secret", b"//secret",
    b"/..\\secret", b"/%5c..%5csecret", b"/..%5csecret", b"\\..\\secret", b"/%c0%ae%c0%ae/secret",
    b"/%252e%252e/secret", b"/index.html%00.js", b"/%00", b"/.secret", b"/%2esecret", b"/link",
    b"/up/secret", b"/up/site/index.html", b"/assets", b"/assets/", b"/index.html/",
    b"/index.html/..", b"/~", b"/%", b"/%zz", b"/...", b"/..;/secret", b"/" + b"a" * 3000,
    b"/" + b"../" * 300 + b"secret", b"/" + b"%2e%2e%2f" * 300 + b"secret",
    b"http://localhost/../secret", b"*", b"secret", b"file:///etc/passwd",
)


@pytest.fixture(scope="module")
def escaped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    """One daemon for all attempts."""
    folder = tmp_path_factory.mktemp("escape")
    config = folder / "sentio.conf"
    config.write_text(dumps(merged(default_config(folder), {"server": {"dashboard": make_site(folder)}})))
    daemon = Daemon(["-c", str(config)])
    try:
        yield daemon.ready()
        assert daemon.http().get("/").body == HOME
        daemon.stop()
    finally:
        daemon.kill()


@pytest.mark.parametrize("target", ESCAPES, ids=lambda target: target[:40].decode())
def test_nothing_but_the_folders_own_files_is_served(escaped: Daemon, target: bytes) -> None:
    with escaped.tcp.connect() as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\n"
                           b"Connection: close\r\n\r\n")
        answer = b""
        try:
            while part := connection.recv(65536):
                answer += part
        except ConnectionResetError:
            pass
    assert SECRET not in answer and b"root:" not in answer
    # What comes to "/" once its dots are resolved is the first page.
    assert not answer or HOME in answer or answer.split()[1] in (b"400", b"403", b"404", b"431")


def test_a_foreign_page_or_host_gets_nothing(web: Daemon) -> None:
    client = web.http()
    assert client.get("/", Host="rebound.example").status == 403
    assert client.get("/", Origin="https://evil.example").status == 403


def test_a_reload_serves_the_files_as_they_are_now(go_live, site: Path) -> None:
    live = go_live(server={"dashboard": site})
    client = live.host.http()
    before = client.get("/").headers["ETag"]
    (site / "index.html").write_bytes(b"new")
    (site / "icon.png").unlink()
    (site / "more.txt").write_bytes(b"more")
    assert client.get("/").body == HOME
    live.reload()
    after = client.get("/", If_None_Match=before)
    assert (after.status, after.body) == (200, b"new")
    assert client.get("/icon.png").status == 404
    assert client.get("/more.txt").body == b"more"
    live.reload(server={"dashboard": "none"})
    assert client.get("/").status == 404


def test_a_reload_that_can_not_read_the_folder_is_refused(go_live, site: Path) -> None:
    live = go_live(server={"dashboard": site})
    (site / "index.html").rename(site / "home.html")
    assert any("has no index.html" in error for error in live.refused())
    assert live.host.http().get("/").body == HOME


def test_a_folder_that_can_not_be_read_fails_the_check(write_config, tmp_path: Path) -> None:
    done = run("--check-config", "-c", write_config(server={"dashboard": tmp_path / "nowhere"}))
    assert done.returncode == 1
    assert f"server.dashboard: {tmp_path}/nowhere cannot be read: No such file" in done.stderr
    done = run("--dump-config", "-c", write_config(server={"dashboard": "none"}))
    assert 'dashboard = "none"' in done.stdout


def test_more_than_fits_in_memory_is_refused(write_config, site: Path) -> None:
    with open(site / "video.bin", "wb") as file:
        file.truncate(33 * 1024 * 1024)
    done = run("--check-config", "-c", write_config(server={"dashboard": site}))
    assert done.returncode == 1
    assert "has more than 32 MiB" in done.stderr


@pytest.fixture
def secure(start, site: Path, certificate: tuple[Path, Path]) -> Daemon:
    chain, key = certificate
    return start(server={"dashboard": site, "listen": ["tls:127.0.0.1:0", "127.0.0.1:0"]},
                 tls={"certificate": chain, "key": key})


def test_a_slow_reader_gets_the_whole_file_and_keeps_nobody_waiting(secure: Daemon) -> None:
    quick = secure.http()
    for address in (secure.tcp, secure.tls):
        with replace(address, narrow=True).connect() as connection:
            connection.sendall(get("/assets/big-1a2b.js") * 2)
            assert quick.get("/").body == HOME
            reader = Reader(connection)
            for answer in reader.answers(2):
                assert (answer.status, answer.body) == (200, BIG)


def test_curl_with_a_limit_gets_it_over_tls_as_it_is(secure: Daemon) -> None:
    url = f"https://localhost:{secure.tls.port}/assets/big-1a2b.js"
    done = subprocess.run(["curl", "-sSk", "--limit-rate", "1M", "--max-time", str(TIMEOUT), url],
                          check=True, capture_output=True)
    assert done.stdout == BIG


def test_a_reader_that_goes_away_leaves_nothing_behind(web: Daemon) -> None:
    address = replace(web.tcp, narrow=True)
    for _ in range(20):
        with address.connect() as connection:
            connection.sendall(get("/assets/big-1a2b.js"))
            assert connection.recv(1) == b"H"
    until(lambda: web.ask_control("status")["connections"], lambda count: count == 0)
    assert web.http().get("/").body == HOME
