"""Starting a trainer that outlives whoever started it, and asking it to stop. Imports no torch."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from lstm_core.errors import RunBusy, RunIncomplete
from lstm_core.files import atomic_write_bytes
from lstm_core.locks import is_held
from lstm_core.runs import RunDirectory, free_of_models, read_status, runs_root, write_config, write_status
from lstm_core.text.readers import format_named
from lstm_core.training.check import check_config
from lstm_core.training.config import UPLOAD, TrainConfig
from lstm_core.training.failure import error_to_json
from lstm_core.training.watch import log_tail

_PROJECT = Path(__file__).resolve().parent.parent.parent


def begin(
    name: str, config: TrainConfig, *, root: Path | None = None, text: bytes | None = None, filename: str = ""
) -> RunDirectory:
    """Make a new run and start its trainer. ``text`` is the content of an uploaded file: kept in the run, used as its corpus.

    Raises :class:`BadRunName`, :class:`RunExists` and what :func:`check_config` raises; no folder is left behind then.
    """
    run = RunDirectory.create(root or runs_root(), free_of_models(name))
    try:
        if text is not None:
            atomic_write_bytes(run.corpus, text)
            options = {"format": format_named(filename), **config.corpus_options}
            known = {key: value for key, value in options.items() if value}
            corpus = UPLOAD + Path(filename.replace("\\", "/")).name[:80]
            config = config.model_copy(update={"corpus": corpus, "corpus_options": known})
        config = check_config(config, text=run.corpus if text is not None else None)
        write_config(run, config.model_dump(mode="json"))
    except BaseException:
        shutil.rmtree(run.path)
        raise
    launch(run)
    return run


def launch(run: RunDirectory, *, resume: bool = False) -> subprocess.Popen[bytes]:
    """Start the trainer of ``run``, which has its ``config.json``, as a process of its own session; return that process.

    It survives the end of this process, and Ctrl-C in its terminal; what it prints goes to ``log.txt``. A stop asked for
    from now on counts. Raises :class:`RunBusy` when the run is being trained, :class:`RunIncomplete` without settings.
    """
    if not run.config.is_file():
        raise RunIncomplete(name=run.name, missing=run.config.name)
    if is_held(run.lock):
        raise RunBusy(name=run.name)
    run.stop.unlink(missing_ok=True)
    write_status(run, state="waiting")
    command = [sys.executable, "-m", "lstm_core", "train", "--run", str(run.path.resolve()), "--detached"]
    with run.log.open("ab") as log:
        process = subprocess.Popen(
            [*command, "--resume"] if resume else command,
            cwd=_PROJECT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            close_fds=True,
            **_own_session(),
        )
    threading.Thread(target=_wait_for, args=(process, run), daemon=True).start()
    return process


def request_stop(run: RunDirectory) -> None:
    """Ask the trainer to finish with what it has; it looks at every step. Without a trainer nothing happens."""
    if is_held(run.lock) or read_status(run).get("state") == "waiting":
        run.stop.touch()


def terminate(run: RunDirectory, *, force: bool = False) -> bool:
    """Send the trainer SIGTERM (``force``: SIGKILL) and return True; False when none lives here or it is another machine's.

    For a trainer that does not answer a stop file. The process number comes from the one that holds the lock.
    """
    status = read_status(run)
    pid = status.get("pid")
    if not is_held(run.lock) or status.get("host") != socket.gethostname() or not isinstance(pid, int) or pid <= 1:
        return False
    kill = getattr(signal, "SIGKILL", signal.SIGTERM)
    try:
        os.kill(pid, kill if force else signal.SIGTERM)
    except ProcessLookupError:
        return False
    return True


def _own_session() -> dict[str, Any]:
    if os.name == "nt":
        return {"creationflags": 0x00000200 | 0x00000008}  # a process group of its own, without our console
    return {"start_new_session": True}


def _wait_for(process: subprocess.Popen[bytes], run: RunDirectory) -> None:
    """Wait, so that an ended trainer does not stay behind as a zombie; speak for one that died before it could."""
    code = process.wait()
    if code and read_status(run).get("state") == "waiting":
        lines = log_tail(run, lines=1)
        message = lines[0] if lines else f"the trainer ended with code {code}"
        write_status(run, state="failed", error=error_to_json(RuntimeError(message)))
