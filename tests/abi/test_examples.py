# SPDX-License-Identifier: MIT
"""The examples in other languages, built as their READMEs say and used in the daemon."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any, Callable

import pytest

from harness.config import BUILD
from harness.daemon import Daemon, run
from toolchain import TREE, Version, baseline

EXAMPLES = TREE / "docs" / "examples"
BUILDING = 120  # seconds; a first build on a busy machine takes its time


def commands(example: str) -> list[str]:
    """The shell blocks of the example's README that build it."""
    text = (EXAMPLES / example / "README.md").read_text()
    blocks = [part.partition("```")[0] for part in text.split("```sh\n")[1:]]
    return [block for block in blocks if "curl" not in block]


def build(example: str, command: str, folder: Path, **variables: str) -> Path:
    """Runs a command of the README in a copy of the example; the plugin that came of it."""
    copy = shutil.copytree(EXAMPLES / example, folder / example)
    done = subprocess.run(["sh", "-euc", command], cwd=copy, capture_output=True, text=True,
                          timeout=BUILDING, check=False, env={**os.environ, **variables})
    assert done.returncode == 0, done.stderr
    plugin, = copy.glob("*.so")
    return plugin


@pytest.fixture(scope="module")
def counters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    by_rustc, _ = commands("rust")
    return build("rust", by_rustc, tmp_path_factory.mktemp("rust"))


@pytest.fixture(scope="module", params=["g++", "clang++"])
def scores(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cpp")
    install = ["cmake", "--install", BUILD, "--prefix", folder / "prefix", "--component", "dev"]
    subprocess.run(install, capture_output=True, timeout=BUILDING, check=True)
    package = next((folder / "prefix").rglob("sentio.pc"))
    command, = commands("cpp")
    assert command.startswith("c++ ")
    return build("cpp", f"{request.param} -Werror {command.removeprefix('c++ ')}", folder,
                 PKG_CONFIG_PATH=str(package.parent))


def refused_field(host: Daemon, body: Any) -> str:
    response = host.http().publish("guest", body)
    assert response.status == 422, response
    return response.json["errors"][0]["field"]


def values(client: Any, count: int, name: str) -> list[Any]:
    return [client.live()["data"][name] for _ in range(count)]


def exported(plugin: Path) -> list[str]:
    done = subprocess.run(["nm", "-D", "--defined-only", plugin], capture_output=True, text=True,
                          timeout=BUILDING, check=True)
    return [line.split()[-1] for line in done.stdout.splitlines()]


def test_rust_counts_for_those_who_subscribed(counters: Path,
                                              start: Callable[..., Daemon]) -> None:
    host = start(counters)
    one, every = host.client("/ws/guest"), host.client("/ws/guest")
    one.subscribe(counters=["visits"])
    every.subscribe()
    for body in ({"name": "visits"}, {"name": "sales", "add": -2}, {"add": 41, "name": "visits"}):
        assert host.publish("guest", body)["accepted"] == 1
    assert values(one, 2, "value") == [1, 42]
    assert values(every, 3, "value") == [1, -2, 42]
    answer = host.http().get("/api/v1/counters/visits")
    assert answer.json == {"name": "visits", "value": 42}
    assert host.http().get("/api/v1/counters/none").status == 404
    one.unsubscribe()


@pytest.mark.parametrize(("field", "body"), [
    ("name", {"add": 1}),
    ("name", {"name": "Visits"}),
    ("name", {"name": "vi\nsits"}),
    ("name", {"name": ""}),
    ("name", {"name": 7}),
    ("name", '{"name":"a","name":"b"}'),
    ("add", {"name": "visits", "add": 1.5}),
    ("add", {"name": "visits", "add": "1"}),
    ("add", {"name": "visits", "add": 2**63}),
])
def test_rust_rejects_what_is_no_counter(counters: Path, start: Callable[..., Daemon],
                                         field: str, body: Any) -> None:
    host = start(counters)
    assert refused_field(host, body) == field
    deep = {"note": [{"name": "no]}", "add": [1, {}]}, '\\"'], "name": "visits", "add": 2}
    assert host.publish("guest", deep)["accepted"] == 1
    assert host.http().get("/api/v1/counters/visits").json["value"] == 2


def test_rust_rejects_a_sum_out_of_range(counters: Path, start: Callable[..., Daemon]) -> None:
    host = start(counters)
    host.publish("guest", {"name": "visits", "add": 2**63 - 1})
    assert refused_field(host, {"name": "visits"}) == "add"
    assert host.http().get("/api/v1/counters/visits").json["value"] == 2**63 - 1


def test_rust_refuses_a_subscribe_that_names_no_counters(counters: Path,
                                                         start: Callable[..., Daemon]) -> None:
    client = start(counters).client("/ws/guest")
    assert client.refused(action="subscribe", counters="visits")["code"] == "bad_request"
    assert client.refused(action="subscribe", counters=["a", "B"])["code"] == "bad_request"
    client.subscribe(counters=[])


def test_rust_keeps_its_counts_over_a_restart(counters: Path,
                                              start: Callable[..., Daemon]) -> None:
    first = start(counters)
    first.publish("guest", {"name": "visits", "add": 5})
    first.publish("guest", {"name": "sales", "add": -5})
    first.stop()
    second = start(counters)
    client = second.client("/ws/guest")
    client.subscribe()
    second.publish("guest", {"name": "visits", "add": 5})
    second.publish("guest", {"name": "sales", "add": 1})
    assert values(client, 2, "value") == [10, -4]


def test_rust_refuses_options(counters: Path, write_config: Callable[..., Path]) -> None:
    done = run("-c", write_config(counters, options={"step": 2}), "--check-config")
    assert done.returncode == 1 and "has no options" in done.stderr


def test_rust_exports_its_table_and_nothing_else(counters: Path) -> None:
    assert exported(counters) == ["sentio_plugin"]


@pytest.mark.skipif(shutil.which("cargo") is None, reason="cargo is not installed")
def test_cargo_builds_the_same_channel(tmp_path: Path, start: Callable[..., Daemon]) -> None:
    _, by_cargo = commands("rust")
    host = start(build("rust", by_cargo, tmp_path, CARGO_NET_OFFLINE="true"))
    assert host.publish("guest", {"name": "visits"})["accepted"] == 1


def test_rusts_structs_have_the_fields_of_1_0_in_their_order() -> None:
    source = (EXAMPLES / "rust" / "src" / "abi.rs").read_text()
    mirrored = {name: [field.removeprefix("r#") for field in re.findall(r"pub ([\w#]+):", body)]
                for name, body in re.findall(r"pub struct (\w+) \{\n(.*?)\n\}", source, re.DOTALL)}
    structs = ElementTree.parse(baseline(Version(1, 0))).iter("class-decl")
    recorded = {struct.attrib["name"].removeprefix("sentio_").capitalize():
                [field.attrib["name"] for field in struct.iter("var-decl")]
                for struct in structs if struct.get("is-declaration-only") != "yes"}
    assert mirrored == recorded


def test_cpp_passes_on_what_beats_the_best(scores: Path, start: Callable[..., Daemon]) -> None:
    host = start(scores)
    one, every = host.client("/ws/guest"), host.client("/ws/guest")
    one.subscribe(player="änn")
    every.subscribe()
    accepted = [host.publish("guest", {"player": player, "score": score})["accepted"]
                for player, score in (("änn", 12), ("bob", 7.5), ("änn", 11), ("änn", 13))]
    assert accepted == [1, 1, 0, 1]
    assert values(one, 2, "score") == [12, 13]
    assert values(every, 3, "score") == [12, 7.5, 13]
    assert host.http().get("/api/v1/scores").json == {
        "scores": [{"player": "änn", "score": 13}, {"player": "bob", "score": 7.5}]}


@pytest.mark.parametrize(("field", "body"), [
    ("player", {"score": 1}),
    ("player", {"player": "*", "score": 1}),
    ("player", {"player": "x" * 129, "score": 1}),
    ("score", {"player": "ann"}),
    ("score", {"player": "ann", "score": "12"}),
])
def test_cpp_rejects_what_is_no_score(scores: Path, start: Callable[..., Daemon], field: str,
                                      body: Any) -> None:
    host = start(scores)
    assert refused_field(host, body) == field
    assert host.http().get("/api/v1/scores").json == {"scores": []}


def test_cpp_keeps_the_best_over_a_restart(scores: Path, start: Callable[..., Daemon]) -> None:
    first = start(scores)
    first.publish("guest", {"player": 'a "b" \\', "score": 12})
    first.publish("guest", {"player": "bob", "score": -1.25})
    first.stop()
    second = start(scores)
    assert second.http().get("/api/v1/scores").json == {
        "scores": [{"player": 'a "b" \\', "score": 12}, {"player": "bob", "score": -1.25}]}
    assert second.publish("guest", {"player": "bob", "score": -2})["accepted"] == 0


def test_cpp_refuses_a_subscribe_that_names_no_player(scores: Path,
                                                      start: Callable[..., Daemon]) -> None:
    client = start(scores).client("/ws/guest")
    assert client.refused(action="subscribe", player=["ann"])["code"] == "bad_request"
    assert client.refused(action="subscribe", player="x" * 129)["code"] == "bad_request"
