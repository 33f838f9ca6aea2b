"""A program's side of Aldaba: connects to the client on this machine and asks for a license. Standard library only."""

import json
import os
import pathlib
import secrets
import socket
import subprocess
import sys
import threading
import time

from verify import thumbprint, verify_signature


class Refused(Exception):
    """The client said no: a stable code, what happened, and what the person can do."""

    def __init__(self, code, message, next_step):
        super().__init__(message)
        self.code, self.message, self.next_step = code, message, next_step


class Lost(Exception):
    """The client is gone."""


def default_runtime_folder():
    """Where the client says how to reach it."""
    given, home = os.environ.get, pathlib.Path.home()
    if given("ALDABA_PROFILE"):
        return pathlib.Path(given("ALDABA_PROFILE")) / "run"
    if sys.platform == "win32":
        return pathlib.Path(given("LOCALAPPDATA") or home / "AppData" / "Local") / "Aldaba" / "run"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "Aldaba" / "run"
    state = pathlib.Path(given("XDG_STATE_HOME") or home / ".local" / "state") / "aldaba" / "run"
    return pathlib.Path(given("XDG_RUNTIME_DIR") or state) / "aldaba"


class Client:
    """A connection to the client. While it stands, the program uses a license.

    `on_change(license)` and `on_lost()` are called from a thread of this connection.
    """

    def __init__(self, *, program, version, language=None, runtime=None, start_command=None):
        self.on_change = lambda license: None
        self.on_lost = lambda: None
        self._stream, secret = _reach(pathlib.Path(runtime or default_runtime_folder()), start_command)
        self._last_id = 0
        self._answers = {}
        self._changed = threading.Condition()
        self._gone = False
        threading.Thread(target=self._listen, daemon=True).start()

        nonce = secrets.token_urlsafe(32)
        said = self._request(
            "initialize",
            {
                "protocolVersion": 1,
                "program": program,
                "version": version,
                "nonce": nonce,
                **({"language": language} if language else {}),
                **({"secret": secret} if secret else {}),
            },
        )
        key = said["deviceKey"]["x"]
        if not verify_signature(key, f"aldaba-broker-v1\n{program}\n{nonce}".encode(), said["nonceSignature"]):
            self.close()
            raise Lost("the client does not hold the key that it shows")
        self.version, self.mode, self.device = said["client"]["version"], said["mode"], thumbprint(key)

    def acquire(self, features=(), interactive=True):
        """Waits as long as the person takes to sign in. Raises Refused."""
        return self._request("license/acquire", {"features": list(features), "interactive": interactive})

    def release(self):
        self._request("license/release", {})

    def close(self):
        self._stream.close()

    # JSON-RPC 2.0 with a Content-Length before each message, as in the Language Server Protocol.

    def _request(self, method, params):
        with self._changed:
            self._last_id += 1
            number = self._last_id
        body = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode()
        try:
            self._stream.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        except (OSError, ValueError) as error:
            raise Lost(str(error)) from error
        with self._changed:
            self._changed.wait_for(lambda: number in self._answers or self._gone)
            if number not in self._answers:
                raise Lost("Aldaba closed the connection")
            answer = self._answers.pop(number)
        if "error" in answer:
            data = answer["error"].get("data")
            if data is None:
                raise Lost(answer["error"]["message"])
            raise Refused(data["code"], data["message"], data["next"])
        return answer["result"]

    def _listen(self):
        try:
            while True:
                length = None
                while (line := self._stream.read_line()) != b"\r\n":
                    name, _, value = line.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                message = json.loads(self._stream.read(length))
                if "method" not in message:
                    with self._changed:
                        self._answers[message.get("id")] = message
                        self._changed.notify_all()
                elif message["method"] == "license/changed":
                    self.on_change(message["params"])
        except (OSError, ValueError, TypeError, EOFError):
            with self._changed:
                self._gone = True
                self._changed.notify_all()
            self.on_lost()


def _reach(runtime, start_command):
    deadline = time.monotonic() + 30
    started = False
    while True:
        try:
            endpoint = json.loads((runtime / "broker.json").read_text(encoding="utf-8"))
            return _connect(endpoint["address"]), endpoint["secret"]
        except (OSError, ValueError):
            if start_command is None or time.monotonic() > deadline:
                raise Lost("Aldaba does not run on this computer") from None
        if not started:
            quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            subprocess.Popen(start_command, shell=True, start_new_session=True, **quiet)
            started = True
        time.sleep(0.1)


def _connect(address):
    if sys.platform == "win32":
        return _Pipe(address)
    return _Socket(address)


class _Socket:
    """A Unix socket as a stream."""

    def __init__(self, address):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(address)
        self._reader = self._socket.makefile("rb")

    def write(self, data):
        self._socket.sendall(data)

    def read(self, length):
        data = self._reader.read(length)
        if len(data) != length:
            raise EOFError
        return data

    def read_line(self):
        line = self._reader.readline(1024)
        if not line.endswith(b"\n"):
            raise EOFError
        return line

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()


class _Pipe:
    """A Windows named pipe as a stream.

    Windows does one thing at a time on such a handle, so a thread that waits in `read` would keep another one from writing: bytes are
    only read when they are there.
    """

    def __init__(self, address):
        import ctypes
        import msvcrt

        self._file = open(address, "r+b", buffering=0)
        self._kernel = ctypes.windll.kernel32
        self._count = ctypes.c_ulong()
        self._pointer = ctypes.byref(self._count)
        self._handle = ctypes.c_void_p(msvcrt.get_osfhandle(self._file.fileno()))

    def write(self, data):
        self._file.write(data)

    def read(self, length):
        data = b""
        while len(data) < length:
            data += self._file.read(min(self._wait(), length - len(data)))
        return data

    def read_line(self):
        line = b""
        while not line.endswith(b"\n"):
            line += self.read(1)
        return line

    def close(self):
        self._file.close()

    def _wait(self):
        while True:
            if not self._kernel.PeekNamedPipe(self._handle, None, 0, None, self._pointer, None):
                raise EOFError
            if self._count.value:
                return self._count.value
            time.sleep(0.02)
