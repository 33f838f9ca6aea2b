"""Connection to the license client on this machine: JSON-RPC 2.0 with Content-Length framing over its local socket."""

import base64
import json
import os
import queue
import secrets
import socket
import subprocess
import sys
import threading
import time

from verify_license import LicenseRefused, verify_license, verify_nonce

# Seconds that a client which was just started gets to listen.
START_TERM = 15


class Refused(Exception):
    """The client said no: a stable code, a sentence for the person, and what to do."""

    def __init__(self, code, message, next_step):
        super().__init__(message)
        self.code, self.next = code, next_step


class Lost(Exception):
    """The client ended or was restarted."""


def default_runtime():
    """Where the client of this person keeps broker.json."""
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        return os.path.join(os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local"), "Aldaba", "run")
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Application Support", "Aldaba", "run")
    state = os.path.join(os.environ.get("XDG_STATE_HOME") or os.path.join(home, ".local", "state"), "aldaba")
    return os.path.join(os.environ.get("XDG_RUNTIME_DIR") or os.path.join(state, "run"), "aldaba")


class Use:
    """One use of a license: one connection. News arrive in `news` as (method, parameters); ("lost", {}) is the last one."""

    def __init__(self, *, program, version, root_key, runtime, client):
        self.program, self.version, self.root_key = program, version, root_key
        self.news = queue.Queue()
        self._answers = queue.Queue()
        self._number = 0
        self._stream, secret = _reach(runtime, client)
        threading.Thread(target=self._read, daemon=True).start()

        nonce = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
        hello = {"protocolVersion": 1, "program": program, "version": version, "nonce": nonce}
        if secret is not None:
            hello["secret"] = secret
        answer = self._ask("initialize", hello)
        self.mode, self.client_version = answer["mode"], answer["client"]["version"]
        self._device_key = answer["deviceKey"]["x"]
        if not verify_nonce(program, nonce, self._device_key, answer["nonceSignature"]):
            raise LicenseRefused("the client could not prove which device it is")

    def acquire(self, interactive=True):
        """Asks for the license. Interactive: a person may have to sign in first, which can take minutes."""
        return self.check(self._ask("license/acquire", {"features": [], "interactive": interactive}))

    def release(self):
        self._ask("license/release", {})

    def close(self):
        self._stream.close()

    def check(self, license):
        """The client's word counts only as far as the signed document goes."""
        if license["permit"] != "full":
            return license
        if "document" not in license:
            raise LicenseRefused("full use without a signed license")
        now = time.time()
        _claims, full_until = verify_license(
            license["document"],
            root_key=self.root_key,
            device_key=self._device_key,
            program=self.program,
            version=self.version,
            now=now,
        )
        return license if now < full_until else {**license, "permit": "read-only"}

    def _ask(self, method, parameters):
        self._number += 1
        message = {"jsonrpc": "2.0", "id": self._number, "method": method, "params": parameters}
        body = json.dumps(message).encode()
        try:
            self._stream.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise Lost(str(error)) from error
        answer = self._answers.get()
        if answer is None:
            raise Lost("the client closed the connection")
        if "error" in answer:
            error = answer["error"]
            data = error.get("data") or {}
            raise Refused(data.get("code", "internal"), data.get("message", error["message"]), data.get("next", ""))
        return answer["result"]

    def _read(self):
        try:
            while True:
                length = 0
                while (line := self._stream.readline().strip()):
                    name, _, value = line.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                if length == 0:
                    break
                message = json.loads(self._stream.read(length))
                if "method" in message:
                    self.news.put((message["method"], message.get("params") or {}))
                else:
                    self._answers.put(message)
        except (OSError, ValueError):
            pass
        self._answers.put(None)
        self.news.put(("lost", {}))


def _reach(runtime, client):
    try:
        return _connect(runtime)
    except (OSError, ValueError, KeyError):
        if not client:
            raise
    subprocess.Popen(client, shell=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + START_TERM
    while True:
        try:
            return _connect(runtime)
        except (OSError, ValueError, KeyError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _connect(runtime):
    with open(os.path.join(runtime, "broker.json"), encoding="utf-8") as file:
        endpoint = json.load(file)
    if sys.platform == "win32":
        return open(endpoint["address"], "r+b", buffering=0), endpoint["secret"]
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(endpoint["address"])
        return connection.makefile("rwb"), endpoint["secret"]
    finally:
        # The stream keeps the connection open; closing this object drops only its own handle.
        connection.close()
