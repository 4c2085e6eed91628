"""A local HTTP server that hands out a folder, and misbehaves on request."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class _Handler(BaseHTTPRequestHandler):
    server: Any

    def do_GET(self) -> None:
        """Answer as the server's ``mood`` says."""
        serving = self.server.serving
        serving.asked.append((self.path, self.headers.get("Range")))
        mood = serving.moods.pop(0) if len(serving.moods) > 1 else serving.moods[0]
        data = (serving.folder / Path(self.path).name).read_bytes()
        begin = 0
        if mood == "404":
            self.send_error(404)
            return
        if mood == "garbage":
            data = b"<html>not the file</html>"
        if self.headers.get("Range") and mood != "no ranges":
            begin = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(len(data) - begin))
        self.end_headers()
        self._send(data[begin:], mood)

    def _send(self, data: bytes, mood: str) -> None:
        try:
            if mood == "breaks off":
                self.wfile.write(data[: len(data) // 2])
                self.connection.shutdown(socket.SHUT_RDWR)
            elif mood == "drip":
                for at in range(0, len(data), 20):
                    self.wfile.write(data[at : at + 20])
                    self.wfile.flush()
                    time.sleep(0.05)
            elif mood == "silent":
                self.wfile.write(data[:10])
                self.wfile.flush()
                self.server.serving.over.wait(20)
            else:
                self.wfile.write(data)
        except OSError:
            pass  # the other side has left

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


class BadServer:
    """``moods`` are used up one a request, the last one stays: "good", "404", "garbage", "breaks off", "drip", "silent"."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.moods = ["good"]
        self.asked: list[tuple[str, str | None]] = []
        self.over = threading.Event()
        self.url = ""


@contextmanager
def served(folder: Path) -> Iterator[BadServer]:
    """Serve ``folder`` during the block."""
    serving = BadServer(folder)
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.serving, server.daemon_threads = serving, True
    serving.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield serving
    serving.over.set()
    server.shutdown()
    server.server_close()
