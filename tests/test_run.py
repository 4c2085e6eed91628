"""run.py on good and bad machines; nothing is installed here: pip and venv are stood in for."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """run.py as a module whose project is an empty folder with two requirement files."""
    spec = importlib.util.spec_from_file_location("run_under_test", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / "requirements.txt").write_text("one==1\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\ntwo==2\n")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(module, "ROOT", str(tmp_path))
    monkeypatch.setattr(module, "VENV", str(venv))
    monkeypatch.setattr(module, "PYTHON", str(venv / "bin" / "python"))
    monkeypatch.setattr(module, "STAMP", str(venv / "installed.json"))
    monkeypatch.setattr(module, "UNFINISHED", str(venv / "unfinished"))
    return module


@pytest.fixture
def made(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was made or installed, in order, by stand-ins for venv and pip."""
    done: list[str] = []

    def venv(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        done.append("venv")
        Path(run.PYTHON).parent.mkdir(parents=True)
        Path(run.PYTHON).touch()
        version = "{}.{}.9".format(*sys.version_info)
        Path(run.VENV, "pyvenv.cfg").write_text(f"home = x\nversion = {version}\n")
        return subprocess.CompletedProcess(command, 0, b"")

    def pip(command: list[str]) -> tuple[int, str, bool]:
        done.append(command[-1])
        return 0, "", True

    monkeypatch.setattr(run.subprocess, "run", venv)
    monkeypatch.setattr(run, "run_pip", pip)
    return done


def message(refused: pytest.ExceptionInfo[SystemExit]) -> str:
    text = str(refused.value)
    assert text.startswith("run.py: ") and "\n" not in text
    return text


def test_an_old_python_can_read_the_file_and_is_told_what_is_needed(run, monkeypatch):
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 6))
    monkeypatch.setattr(run.sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit) as refused:
        run.check_python()
    assert "3.11 or newer" in message(refused)


def test_only_the_standard_library_is_imported():
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert names and names <= set(sys.stdlib_module_names)


def test_a_debian_without_venv_is_told_the_package(run, made, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(SystemExit) as refused:
        run.install(run.APP)
    assert "python3-venv" in message(refused) and made == []


def test_installs_once_and_again_only_for_other_requirements(run, made):
    run.install(run.APP)
    run.install(run.APP)
    assert made == ["venv", "requirements.txt"]
    Path(run.ROOT, "requirements.txt").write_text("one==2\n")
    run.install(run.APP)
    assert made == ["venv", "requirements.txt", "requirements.txt"]


def test_the_tests_requirements_include_the_apps(run, made):
    run.install(run.DEV)
    run.install(run.APP)
    assert made == ["venv", "requirements-dev.txt"]


def test_another_python_makes_a_new_environment(run, made):
    run.install(run.APP)
    Path(run.VENV, "pyvenv.cfg").write_text("home = x\nversion = 3.9.1\n")
    run.install(run.APP)
    assert made == ["venv", "requirements.txt"] * 2


def test_an_interrupted_installation_is_not_taken_for_whole(run, made, monkeypatch):
    def interrupted(_: list[str]) -> tuple[int, str, bool]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run, "run_pip", interrupted)
        with pytest.raises(SystemExit) as refused:
            run.install(run.APP)
        assert "interrupted" in message(refused)
    run.install(run.APP)
    assert made == ["venv", "venv", "requirements.txt"]
    assert not os.path.exists(run.UNFINISHED) and json.loads(Path(run.STAMP).read_text())


def test_pips_reason_is_passed_on(run, made, monkeypatch):
    monkeypatch.setattr(run, "run_pip", lambda _: (1, "No matching distribution found for one==1", False))
    with pytest.raises(SystemExit) as refused:
        run.install(run.APP)
    assert "No matching distribution" in message(refused) and not run.environment_fits()


@pytest.mark.parametrize(("changed", "whole"), [(False, True), (True, False)])
def test_a_whole_environment_stays_so_until_pip_changes_it(run, made, monkeypatch, changed, whole):
    run.install(run.APP)
    monkeypatch.setattr(run, "run_pip", lambda _: (1, "Temporary failure in name resolution", changed))
    with pytest.raises(SystemExit) as refused:
        run.install(run.DEV)
    assert "name resolution" in message(refused)
    assert run.environment_fits() is whole
    assert run.installed() == {run.APP: run.digest(run.APP)}


def test_a_whole_environment_that_was_interrupted_is_made_anew(run, made, monkeypatch):
    run.install(run.APP)

    def interrupted(_: list[str]) -> tuple[int, str, bool]:
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "run_pip", interrupted)
    with pytest.raises(SystemExit):
        run.install(run.DEV)
    assert not run.environment_fits()


@pytest.mark.parametrize(
    ("said", "changed"), [("Installing build dependencies", False), ("Installing collected packages: x", True)]
)
def test_pips_last_error_is_found_and_whether_it_changed_anything(run, said, changed):
    lines = f"print('{said}'); print('ERROR: first'); print('ERROR: No space left on device'); raise SystemExit(3)"
    assert run.run_pip([sys.executable, "-c", lines]) == (3, "No space left on device", changed)


def test_a_full_disk_is_said_before_anything_is_made(run, made, monkeypatch):
    monkeypatch.setattr(run, "DISK_NEEDED", 10**18)
    with pytest.raises(SystemExit) as refused:
        run.install(run.APP)
    assert "disk" in message(refused) and made == []


def test_a_taken_port_is_said_with_a_free_one(run):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as refused:
            run.check_port("localhost", port)
    assert f"--port {port % 65535 + 1}" in message(refused)


@pytest.mark.parametrize("port", [0, 65536, -1])
def test_a_port_out_of_range_is_refused(run, port):
    with pytest.raises(SystemExit) as refused:
        run.check_port("localhost", port)
    assert "65535" in message(refused)


def test_only_this_machine_unless_told_otherwise(run, capsys):
    assert "--server.address=127.0.0.1" in run.server_flags("localhost", 8501)
    assert capsys.readouterr().err == ""
    assert "--server.address=0.0.0.0" in run.server_flags("0.0.0.0", 8501)
    warning = capsys.readouterr().err
    assert "whoever reaches" in warning and "read the words of any text file" in warning


@pytest.mark.parametrize(
    ("arguments", "command"), [([], "app"), (["--port", "9"], "app"), (["test", "-k", "x"], "test"), (["setup"], "setup")]
)
def test_commands(run, arguments, command):
    assert run.split_command(arguments)[0] == command


def test_an_unknown_command_is_refused(run):
    with pytest.raises(SystemExit) as refused:
        run.split_command(["tset"])
    assert "tset" in message(refused)


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], True),
        (["tests"], True),
        (["tests/browser"], True),
        (["-k", "map"], True),
        (["tests/table"], False),
        (["-m", "not browser"], False),
    ],
)
def test_a_browser_is_looked_for_only_when_needed(run, arguments, wanted):
    assert run.wants_browser(arguments) is wanted


def test_without_any_browser_the_reason_is_handed_on_and_ci_fails(run, monkeypatch):
    for name in ("find_chromium", "install_debian_chromium", "playwright_chromium"):
        monkeypatch.setattr(run, name, lambda: None)
    monkeypatch.setattr(run, "install", lambda _: None)
    asked: list[dict[str, str]] = []
    monkeypatch.setattr(run.subprocess, "call", lambda _, env: asked.append(env) or 0)
    monkeypatch.delenv("CI", raising=False)
    assert run.test([]) == 0
    assert "no Chromium" in asked[0]["WORD_ATLAS_NO_BROWSER"]
    monkeypatch.setenv("CI", "true")
    assert run.test([]) != 0


def test_a_chromium_of_ones_own_is_used_first(run, monkeypatch, tmp_path):
    own = tmp_path / "my-chromium"
    own.touch()
    monkeypatch.setenv("CHROMIUM_PATH", str(own))
    assert run.find_chromium() == str(own)


def test_apt_is_used_only_with_the_right_to(run, monkeypatch):
    monkeypatch.setattr(run.shutil, "which", lambda name: f"/bin/{name}" if name in ("apt-get", "sudo") else None)
    monkeypatch.setattr(run.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(run, "quiet", lambda command: False)
    assert run.install_debian_chromium() is None


def test_ci_calls_the_command_of_the_readme():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK) and "python3 run.py test" in script.read_text()
    assert "python3 run.py test" in (ROOT / "README.md").read_text(encoding="utf-8")
