# SPDX-License-Identifier: MIT
"""From nothing to a running third-party channel, with nothing but what is installed."""

from __future__ import annotations

import re
import subprocess
import time
from pathlib import Path
from typing import Iterator

import pytest

from harness.config import ISOLATION, TREE
from harness.daemon import Daemon
from harness.limits import TIMEOUT
from harness.sentioctl import SENTIOCTL, sentioctl
from harness.tools import Sdk, sanitized

LANGUAGES = ("c", "c++")

TEMPLATES = TREE / "sdk" / "template"

# What a newcomer may take, on a machine that is busy with other things.
FIVE_MINUTES = 5 * 60

pytestmark = pytest.mark.skipif(ISOLATION is not None, reason="the channels here are new ones")

needs_installation = pytest.mark.skipif(
    bool(sanitized()), reason="what links the installed library would need its sanitizer")


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Sdk:
    return Sdk.install(tmp_path_factory.mktemp("sdk") / "prefix")


@pytest.fixture
def serve(sdk: Sdk) -> Iterator[object]:
    """Runs the installed sentiod on a configuration."""
    daemons: list[Daemon] = []

    def begin(config: Path) -> Daemon:
        daemon = Daemon(["-c", str(config), "--set", "server.listen=127.0.0.1:0"],
                        program=(str(sdk.sentiod),))
        daemons.append(daemon)
        return daemon.ready()

    yield begin
    for daemon in daemons:
        daemon.stop()


def new_plugin(sdk: Sdk, folder: Path, name: str, language: str = "c") -> Path:
    sdk.shell(f"sentioctl plugin new {name} --language {language}", folder)
    return folder / name


def commands(readme: Path, heading: str) -> list[str]:
    """The indented blocks of a section of a plugin's README."""
    section = readme.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"(?:^    .*\n)+", section, re.MULTILINE)
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in blocks]


def talk(daemon: Daemon, channel: str) -> None:
    """One update, from its publisher to a subscriber, and by REST."""
    client = daemon.client(f"/ws/{channel}")
    client.subscribe("AAPL")
    body = {"data": [{"symbol": "AAPL", "value": 12.5}, {"symbol": "MSFT", "value": 1}]}
    assert daemon.publish(channel, body)["accepted"] == 2
    assert client.live()["data"] == [{"symbol": "AAPL", "value": 12.5}]
    answer = daemon.http().get(f"/api/v1/{channel}?symbols=aapl")
    assert (answer.status, answer.json["items"]) == (200, [{"symbol": "AAPL", "value": 12.5}])
    late = daemon.client(f"/ws/{channel}")
    late.subscribe("MSFT")
    assert late.next()["snapshot"] is True
    refused = daemon.http().publish(channel, {"data": [{"symbol": "AAPL", "value": "high"}]})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "value")


@needs_installation
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_newcomer_has_a_channel_live_in_under_five_minutes(sdk: Sdk, tmp_path: Path, serve,
                                                            language: str) -> None:
    begin = time.monotonic()
    folder = new_plugin(sdk, tmp_path, "my-feed", language)
    build, by_hand = commands(folder / "README.md", "Build and test")
    printed = sdk.shell(build, folder)
    assert re.search(r"100% tests passed, 0 tests failed out of 2", printed), printed
    assert re.search(r"loads +yes", printed), printed
    assert re.search(r"\d+ ok, 0 failed, \d+ skipped, 0 warnings", printed), printed
    daemon = serve(folder / "sentio.conf")
    talk(daemon, "my-feed")
    assert time.monotonic() - begin < FIVE_MINUTES
    daemon.stop()

    (folder / "build" / "my_feed.so").unlink()
    sdk.shell(by_hand, folder)
    talk(serve(folder / "sentio.conf"), "my-feed")


@needs_installation
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_plugin_compiles_without_a_warning(sdk: Sdk, tmp_path: Path, language: str) -> None:
    folder = new_plugin(sdk, tmp_path, "my-feed", language)
    for compiler in ("gcc", "clang") if language == "c" else ("g++", "clang++"):
        variable = "C" if language == "c" else "CXX"
        sdk.shell(f"cmake -S . -B {compiler} -DCMAKE_{variable}_COMPILER={compiler} "
                  f"-DCMAKE_{variable}_FLAGS='-Werror -Wpedantic -Wshadow' && "
                  f"cmake --build {compiler}", folder)


@needs_installation
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_plugin_exports_its_table_and_nothing_else(sdk: Sdk, tmp_path: Path,
                                                        language: str) -> None:
    folder = new_plugin(sdk, tmp_path, "my-feed", language)
    printed = sdk.shell("cmake -S . -B build -DCMAKE_BUILD_TYPE=Debug >&2; cmake --build build >&2;"
                        "nm -D --defined-only build/my_feed.so", folder)
    assert [line.split()[-1] for line in printed.splitlines()] == ["sentio_plugin"]


@needs_installation
def test_a_plugins_unit_test_fails_when_the_plugin_is_wrong(sdk: Sdk, tmp_path: Path) -> None:
    folder = new_plugin(sdk, tmp_path, "my-feed")
    source = folder / "my_feed.c"
    text = source.read_text()
    assert text.count("value > review->call->channel->maximum") == 1
    source.write_text(text.replace("value > review->call->channel->maximum", "value < 0"))
    sdk.shell("cmake -S . -B build && cmake --build build", folder)
    done = subprocess.run(["ctest", "--test-dir", "build", "-R", "unit"], cwd=folder,
                          capture_output=True, timeout=TIMEOUT, env=sdk.environment, check=False)
    assert done.returncode != 0


OLDER_CPLUSPLUS = """
#include <sentio/sdk.h>

static int open_channel(sentio_call *, struct sentio_bytes, std::uint64_t) { return SENTIO_OK; }

constexpr struct sentio_plugin make_table() {
    struct sentio_plugin table = sentio_table();
    table.name = "older";
    table.version = "1.0.0";
    table.open = open_channel;
    return table;
}

extern "C" SENTIO_EXPORT const struct sentio_plugin sentio_plugin = make_table();
"""


@needs_installation
@pytest.mark.parametrize("standard", ("14", "17", "20"))
def test_a_plugin_can_be_written_in_older_cplusplus(sdk: Sdk, tmp_path: Path,
                                                   standard: str) -> None:
    (tmp_path / "older.cc").write_text("#include <cstdint>\n" + OLDER_CPLUSPLUS)
    printed = sdk.shell(f"c++ -std=c++{standard} -Wall -Wextra -Werror -fPIC -shared "
                        "-fvisibility=hidden $(pkg-config --cflags sentio) -o older.so older.cc "
                        "$(pkg-config --libs sentio); sentioctl plugin info older.so", tmp_path)
    assert re.search(r"name +older\n", printed)


@pytest.fixture(scope="module")
def package(sdk: Sdk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Debian package of a new plugin, built and unpacked, what dpkg reads in DEBIAN."""
    work = tmp_path_factory.mktemp("package")
    folder = new_plugin(sdk, work, "my-feed")
    # The build dependency is there, but not as a package.
    sdk.shell("dpkg-buildpackage -b -us -uc -d", folder)
    built, = work.glob("sentio-plugin-my-feed_*.deb")
    subprocess.run(["dpkg-deb", "-R", built, work / "unpacked"], check=True, timeout=TIMEOUT)
    return work / "unpacked"


@needs_installation
def test_the_package_has_the_plugin_and_its_configuration(package: Path, sdk: Sdk) -> None:
    plugin, = package.glob("usr/lib/*/sentio/plugins/my_feed.so")
    assert "loads" in sdk.shell(f"sentioctl plugin info {plugin}", package)
    assert (package / "etc/sentio/conf.d/my-feed.conf").exists()
    assert (package / "DEBIAN/conffiles").read_text() == "/etc/sentio/conf.d/my-feed.conf\n"
    control = (package / "DEBIAN/control").read_text()
    assert re.search(r"^Package: sentio-plugin-my-feed$", control, re.MULTILINE)
    assert re.search(r"^Depends: sentio-host, libc6 ", control, re.MULTILINE)


def run_script(package: Path, sdk: Sdk, script: str, argument: str, conf: Path,
               reachable: bool) -> str:
    """Runs a maintainer script on a configuration of its own; what sentioctl was told."""
    tools = conf.parent / "tools"
    tools.mkdir(exist_ok=True)
    told = tools / "told"
    told.write_text("")
    (tools / "sentioctl").write_text(f'#!/bin/sh\necho "$*" >>{told}\n'
                                     f'{"exit 0" if reachable else "exit 3"}\n')
    (tools / "sentioctl").chmod(0o755)
    text = (package / "DEBIAN" / script).read_text()
    text = text.replace("/etc/sentio/conf.d/my-feed.conf", str(conf))
    subprocess.run(["sh", "-e", "-c", text, script, argument], check=True, timeout=TIMEOUT,
                   env={**sdk.environment, "PATH": f"{tools}:/usr/bin:/bin"})
    return told.read_text()


@needs_installation
def test_the_package_reloads_a_host_that_runs(package: Path, sdk: Sdk, tmp_path: Path) -> None:
    conf = tmp_path / "my-feed.conf"
    assert run_script(package, sdk, "postinst", "configure", conf, True) == "status\nreload\n"
    assert run_script(package, sdk, "postinst", "configure", conf, False) == "status\n"


@needs_installation
def test_a_removed_package_takes_its_channel_out_of_the_configuration(package: Path, sdk: Sdk,
                                                                     tmp_path: Path) -> None:
    conf, removed = tmp_path / "my-feed.conf", tmp_path / "my-feed.conf.removed"
    conf.write_text("changed by its owner")
    assert run_script(package, sdk, "postrm", "remove", conf, True) == "status\nreload\n"
    assert not conf.exists()
    run_script(package, sdk, "preinst", "install", conf, True)
    assert conf.read_text() == "changed by its owner" and not removed.exists()
    run_script(package, sdk, "postrm", "remove", conf, False)
    run_script(package, sdk, "postrm", "purge", conf, False)
    assert not conf.exists() and not removed.exists()


def test_plugin_new_makes_every_text_of_the_folder_its_own(tmp_path: Path) -> None:
    for name, language in (("a", "c"), ("9-lives-" + 24 * "x", "c++")):
        done = sentioctl("plugin", "new", name, "--dir", tmp_path, "--language", language)
        assert (done.returncode, done.stderr) == (0, "")
        files = [path for path in (tmp_path / name).rglob("*") if path.is_file()]
        templates = [*(TEMPLATES / "common").rglob("*.in"), *(TEMPLATES / language).rglob("*.in")]
        assert len(files) == len(templates)
        for path in files:
            assert "@" not in path.name, path
            left = re.findall(r"@[A-Z]+@", path.read_text())
            assert not left, (path, left)
        assert (tmp_path / name / "debian" / "rules").stat().st_mode & 0o111


def test_plugin_new_uses_the_maintainer_of_the_environment(tmp_path: Path) -> None:
    subprocess.run([SENTIOCTL, "plugin", "new", "feed"], cwd=tmp_path, check=True, timeout=TIMEOUT,
                   capture_output=True,
                   env={"DEBFULLNAME": "Ann Author", "DEBEMAIL": "ann@example.com"})
    control = (tmp_path / "feed" / "debian" / "control").read_text()
    assert "Maintainer: Ann Author <ann@example.com>\n" in control


@pytest.mark.parametrize("name", ("", "Feed", "my_feed", "my feed", "../feed", 33 * "x", "feed.so"))
def test_plugin_new_refuses_what_is_no_name(tmp_path: Path, name: str) -> None:
    done = sentioctl("plugin", "new", name, folder=tmp_path)
    assert done.returncode == 2
    assert "use 1 to 32 of a-z 0-9 -" in done.stderr
    assert not list(tmp_path.iterdir())


def test_plugin_new_leaves_a_folder_that_is_there_alone(tmp_path: Path) -> None:
    (tmp_path / "feed").mkdir()
    done = sentioctl("plugin", "new", "feed", folder=tmp_path)
    assert done.returncode == 1
    assert "exists already: remove it, or give another name" in done.stderr
    assert not list((tmp_path / "feed").iterdir())


def test_plugin_new_names_the_languages_that_there_are(tmp_path: Path) -> None:
    done = sentioctl("plugin", "new", "feed", "--language", "cobol", folder=tmp_path)
    assert done.returncode == 2
    assert "for c and c++" in done.stderr
    assert not list(tmp_path.iterdir())


def test_plugin_new_without_templates_says_what_to_install(tmp_path: Path) -> None:
    alone = tmp_path / "bin" / "sentioctl"
    alone.parent.mkdir()
    alone.write_bytes(SENTIOCTL.read_bytes())
    alone.chmod(0o755)
    done = sentioctl("plugin", "new", "feed", program=alone, folder=tmp_path)
    assert done.returncode == 1
    assert "install the SDK (the Debian package sentio-dev)" in done.stderr
    assert not (tmp_path / "feed").exists()
