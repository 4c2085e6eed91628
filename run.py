#!/usr/bin/env python3
"""Start 낱말지도 (Word Atlas): ``python3 run.py [app|test|setup|lint]``; needs only Python, pip and venv.

This file uses the standard library alone and is kept readable by Python 3.6, so that an old Python gets a sentence.
"""

import argparse
import errno
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 14)
ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, *(("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")))
STAMP = os.path.join(VENV, "installed.json")  # which requirement files were installed whole
UNFINISHED = os.path.join(VENV, "unfinished")  # there while an installation runs, and after one that was interrupted
APP, DEV = "requirements.txt", "requirements-dev.txt"
EVERYTHING = (["-m", "not browser", "-n", "auto", "--dist", "loadfile"], ["-m", "browser"])
DISK_NEEDED = 4 * 1024**3  # bytes; the environment takes 2.5 GB, pip needs room to unpack


def main(arguments: "list[str]") -> int:
    """Carry out one command and return the exit status."""
    command, rest = split_command(arguments)
    check_python()
    os.chdir(ROOT)
    return {"app": app, "test": test, "setup": setup, "lint": lint}[command](rest)


def split_command(arguments: "list[str]") -> "tuple[str, list[str]]":
    """Return the command (``app`` when none is named) and what follows it."""
    if not arguments or arguments[0].startswith("-"):
        return "app", arguments
    if arguments[0] not in ("app", "test", "setup", "lint"):
        stop(f"no such command: {arguments[0]} (choose from: app, test, setup, lint)")
    return arguments[0], arguments[1:]


def stop(message: str) -> None:
    """End with one line that says what is missing."""
    sys.exit("run.py: " + message)


def app(arguments: "list[str]") -> int:
    """Serve the app at http://localhost:8501 (or ``--host``, ``--port``)."""
    parser = argparse.ArgumentParser(prog="run.py [app]", description="Serve the app.")
    parser.add_argument("--port", type=int, default=8501, help="default: 8501")
    parser.add_argument("--host", default="localhost", help="address to listen on; default: localhost, this machine only")
    chosen = parser.parse_args(arguments)
    check_port(chosen.host, chosen.port)
    install(APP)
    script = os.path.join("ui", "serve.py")
    return replace_by([PYTHON, "-m", "streamlit", "run", script, *server_flags(chosen.host, chosen.port)])


def test(arguments: "list[str]") -> int:
    """Run pytest with ``arguments``; without any, all tests: those that need no browser on all cores, then the others."""
    install(DEV)
    environment = dict(os.environ)
    missing = provide_browser(environment) if wants_browser(arguments) else None
    runs = [arguments] if arguments else EVERYTHING
    status = max([abs(subprocess.call([PYTHON, "-m", "pytest", *run], env=environment)) for run in runs])
    if missing and os.environ.get("CI", "").lower() == "true":
        print("run.py: the browser tests did not run: " + missing, file=sys.stderr)
        return status or 1
    return status


def setup(arguments: "list[str]") -> int:
    """Make ``.venv`` ready and do nothing else; ``--dev`` adds what the tests need."""
    parser = argparse.ArgumentParser(prog="run.py setup", description="Make .venv ready.")
    parser.add_argument("--dev", action="store_true", help="also install what the tests and linters need")
    install(DEV if parser.parse_args(arguments).dev else APP)
    return 0


def lint(arguments: "list[str]") -> int:
    """Run ruff and mypy; ``arguments`` go to ruff."""
    install(DEV)
    style = subprocess.call([PYTHON, "-m", "ruff", "check"] + (arguments or ["."]))
    types = subprocess.call([PYTHON, "-m", "mypy"])
    return style or types


def check_python() -> None:
    """Stop unless this Python is new enough and can make an environment."""
    if sys.version_info[:2] < OLDEST:
        wanted, here = "{}.{}".format(*OLDEST), sys.version.split()[0]
        stop(f"Python {wanted} or newer is needed, this is {here}; with a newer one installed: python{wanted} run.py")
    if sys.version_info[:2] > NEWEST:
        print("run.py: Python {}.{} is newer than what was tried (3.11-3.14)".format(*sys.version_info), file=sys.stderr)


def check_venv_module() -> None:
    """Stop when Python came without ``venv`` or ``ensurepip`` (Debian and Ubuntu ship them apart)."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        stop("Python's venv module is missing; on Debian or Ubuntu: sudo apt install python3-venv")


def install(requirements: str) -> None:
    """Make sure ``.venv`` fits this Python and holds everything of ``requirements``."""
    fresh = not environment_fits()
    if not fresh and installed().get(requirements) == digest(requirements):
        return
    check_venv_module()
    try:
        if fresh:
            make_environment()
        install_packages(requirements, fresh=fresh)
    except KeyboardInterrupt:
        stop("interrupted; the next start begins the installation again")
    except OSError as error:
        stop(f"cannot make .venv: {error}")


def environment_fits() -> bool:
    """Tell whether ``.venv`` is whole and of this Python's version."""
    if os.path.exists(UNFINISHED) or not os.path.exists(PYTHON):
        return False
    try:
        with open(os.path.join(VENV, "pyvenv.cfg"), encoding="utf-8") as lines:
            found = re.search(r"(?m)^version(?:_info)?\s*=\s*(\d+)\.(\d+)", lines.read())
    except OSError:
        return False
    return bool(found) and tuple(map(int, found.groups())) == sys.version_info[:2]


def make_environment() -> None:
    """Put a new, empty environment in the place of ``.venv``."""
    free = shutil.disk_usage(ROOT).free
    if free < DISK_NEEDED:
        stop(f"about 4 GB of free disk space are needed, there are {free / 1024**3:.1f} GB")
    if os.path.islink(VENV):
        os.unlink(VENV)
    shutil.rmtree(VENV, ignore_errors=True)
    os.makedirs(VENV, exist_ok=True)
    open(UNFINISHED, "w").close()
    base = getattr(sys, "_base_executable", None) or sys.executable
    made = subprocess.run([base, "-m", "venv", VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if made.returncode:
        stop("cannot make .venv: " + " ".join(made.stdout.decode(errors="replace").split())[-300:])


def install_packages(requirements: str, *, fresh: bool) -> None:
    """Run pip; if it ends after it began to change the environment, that is not taken for whole afterwards."""
    print("Installing packages into .venv: a few minutes, only this once (the README says what to expect).", flush=True)
    open(UNFINISHED, "w").close()
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", requirements]
    status, reason, changed = run_pip(command)
    if status:
        if not fresh and not changed:  # without network, say: what was there is as whole as before
            os.unlink(UNFINISHED)
        stop(f"pip could not install {requirements}: {reason or 'see the lines above'}")
    remember(requirements)
    os.unlink(UNFINISHED)


def run_pip(command: "list[str]") -> "tuple[int, str, bool]":
    """Return pip's exit status, its last error and whether it began to change packages; show what it works on meanwhile."""
    reason, changed = "", False
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT)
    for raw in process.stdout:
        line = raw.decode(errors="replace").strip()
        if line.startswith("ERROR:"):
            reason = line[len("ERROR:") :].strip()
        changed = changed or line.startswith("Installing collected packages")
        if line.startswith(("Collecting", "Installing", "Successfully", "ERROR")):
            print("  " + (line if len(line) < 120 else line[:117] + "..."), flush=True)
    return process.wait(), reason, changed


def digest(requirements: str) -> str:
    """Return the hash of a requirement file and, for the tests' one, of the app's that it includes."""
    content = hashlib.sha256()
    for name in (APP, DEV) if requirements == DEV else (APP,):
        with open(os.path.join(ROOT, name), "rb") as file:
            content.update(file.read())
    return content.hexdigest()


def installed() -> "dict[str, str]":
    """Return the digest of each requirement file that was installed whole."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            return dict(json.load(file))
    except (OSError, ValueError):
        return {}


def remember(requirements: str) -> None:
    """Note that ``requirements`` are installed (the tests' file includes the app's)."""
    with open(STAMP + ".new", "w", encoding="utf-8") as file:
        json.dump({name: digest(name) for name in {APP, requirements}}, file)
    os.replace(STAMP + ".new", STAMP)


def check_port(host: str, port: int) -> None:
    """Stop when nothing can listen at ``host``:``port``."""
    if not 1 <= port <= 65535:
        stop(f"a port is a number from 1 to 65535, not {port}")
    address = "127.0.0.1" if host == "localhost" else host
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as error:
        taken = f"port {port} is taken; is the app already running? otherwise: python3 run.py --port {port % 65535 + 1}"
        stop(taken if error.errno == errno.EADDRINUSE else f"cannot listen at {host}:{port}: {error.strerror or error}")


def server_flags(host: str, port: int) -> "list[str]":
    """Return Streamlit's options for where to listen; the rest stands in ``.streamlit/config.toml``."""
    flags = [f"--server.port={port}"]
    if host in ("localhost", "127.0.0.1"):
        return [*flags, "--server.address=127.0.0.1", "--browser.serverAddress=localhost"]
    risk = "can use the app, start trainings and, by training on it, read the words of any text file that you can read"
    print(f"run.py: listening on {host}: whoever reaches this address {risk}", file=sys.stderr)
    return [*flags, f"--server.address={host}", "--server.allowedHosts=*"]


def replace_by(command: "list[str]") -> int:
    """Become ``command`` (so that Ctrl-C reaches it alone); where that cannot be, run it."""
    sys.stdout.flush()
    if os.name != "nt":
        os.execv(command[0], command)
    return subprocess.call(command)


def wants_browser(arguments: "list[str]") -> bool:
    """Tell whether these pytest arguments can reach the browser tests."""
    paths = [argument for argument in arguments if "tests" in argument and not argument.startswith("-")]
    excluded = any("not browser" in argument for argument in arguments)
    return not excluded and (not paths or any("browser" in path or path.strip("./\\") == "tests" for path in paths))


def provide_browser(environment: "dict[str, str]") -> "str | None":
    """Point ``environment`` to a Chromium, installing one where allowed; return the reason when there is none."""
    found = find_chromium() or install_debian_chromium()
    if found:
        environment["CHROMIUM_PATH"] = found
        return None
    if playwright_chromium():
        environment.pop("CHROMIUM_PATH", None)
        return None
    reason = "no Chromium is installed and none could be installed"
    print(f"run.py: {reason}; the browser tests will be skipped", file=sys.stderr)
    environment["WORD_ATLAS_NO_BROWSER"] = reason
    return reason


def find_chromium() -> "str | None":
    """Return the path of an installed Chromium or Chrome."""
    given = os.environ.get("CHROMIUM_PATH")
    if given and os.path.exists(given):
        return given
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    mac = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    return next(filter(None, map(shutil.which, names)), None) or (mac if os.path.exists(mac) else None)


def install_debian_chromium() -> "str | None":
    """Install Debian's ``chromium`` where apt and the right to use it are at hand; return its path."""
    apt, sudo = shutil.which("apt-get"), shutil.which("sudo")
    if not apt:
        return None
    prefix = [] if os.geteuid() == 0 else [sudo, "-n"] if sudo and quiet([sudo, "-n", "true"]) else None
    if prefix is None:
        return None
    print("run.py: installing Debian's chromium for the browser tests", flush=True)
    quiet([*prefix, apt, "update", "-q"])
    quiet([*prefix, "env", "DEBIAN_FRONTEND=noninteractive", apt, "install", "-y", "-q", "--no-install-recommends", "chromium"])
    return shutil.which("chromium")


def playwright_chromium() -> bool:
    """Tell whether Playwright's own Chromium is there or could be installed."""
    return quiet([PYTHON, "-m", "playwright", "install", "chromium"])


def quiet(command: "list[str]") -> bool:
    """Run ``command`` with its output thrown away; tell whether it succeeded."""
    try:
        return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
