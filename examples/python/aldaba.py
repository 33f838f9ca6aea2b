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
    """Where the client says how to reach it. A folder of the system that is empty or relative counts as absent."""

    def given(name):
        value = os.environ.get(name, "")
        return pathlib.Path(value) if os.path.isabs(value) else None

    home = pathlib.Path.home()
    if os.environ.get("ALDABA_PROFILE"):
        return pathlib.Path(os.environ["ALDABA_PROFILE"]) / "run"
    if sys.platform == "win32":
        return (given("LOCALAPPDATA") or home / "AppData" / "Local") / "Aldaba" / "run"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "Aldaba" / "run"
    return (given("XDG_DATA_HOME") or home / ".local" / "share") / "aldaba" / "run"


def default_start_commands():
    """For the shell: what starts the client, in the order in which it is worth trying. Where there is a display, it can show a window."""
    without_window = "aldaba agent"
    if sys.platform == "win32":
        return [
            r'"%LOCALAPPDATA%\Programs\Aldaba\Aldaba.exe" --hidden',
            r'"%ProgramFiles%\Aldaba\Aldaba.exe" --hidden',
            without_window,
        ]
    if sys.platform == "darwin":
        return ["open -gj -a Aldaba --args --hidden", without_window]
    display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return ["aldaba-client --hidden", without_window] if display else [without_window]


class Client:
    """A connection to the client. While it stands, the program uses a license.

    `on_change(license)`, `on_message(text)` and `on_lost()` are called from a thread of this connection; `on_lost` once, whoever ended it.
    `start_commands` in place of `default_start_commands()`; none: a client that does not run is not started.
    Raises Refused, or Lost when there is no client within 30 s or it is not what it says.
    """

    def __init__(
        self,
        *,
        program,
        version,
        language=None,
        runtime=None,
        start_commands=None,
        on_change=lambda license: None,
        on_message=lambda text: None,
        on_lost=lambda: None,
    ):
        self.on_change, self.on_message, self.on_lost = on_change, on_message, on_lost
        commands = default_start_commands() if start_commands is None else start_commands
        self._stream, secret = _reach_or_start(pathlib.Path(runtime or default_runtime_folder()), commands)
        self._last_id = 0
        self._answers = {}
        self._changed = threading.Condition()
        self._gone = False
        threading.Thread(target=self._listen, daemon=True).start()

        try:
            self.version, self.mode, self.device = self._greet(program, version, language, secret)
        except BaseException:
            self.close()
            raise

    def _greet(self, program, version, language, secret):
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
            raise Lost("the client does not hold the key that it shows")
        return said["client"]["version"], said["mode"], thumbprint(key)

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
                elif message["method"] == "license/message":
                    self.on_message(message["params"]["text"])
        except (OSError, ValueError, TypeError, EOFError):
            with self._changed:
                self._gone = True
                self._changed.notify_all()
            self.on_lost()


def _reach_or_start(runtime, commands):
    untried, started = list(commands), None
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            endpoint = json.loads((runtime / "broker.json").read_text(encoding="utf-8"))
            return _connect(endpoint["address"]), endpoint["secret"]
        except (OSError, ValueError):
            pass
        if started is None or started.poll() not in (None, 0):
            if not untried:
                break
            quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            started = subprocess.Popen(untried.pop(0), shell=True, start_new_session=True, **quiet)
        time.sleep(0.1)
    raise Lost("Aldaba does not run on this computer")


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
