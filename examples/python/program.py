"""Viga, as a Python program: asks Aldaba for a license, verifies it itself, holds it, and gives it back."""

import argparse
import json
import signal
import sys
import threading
import time

from aldaba import Client, Lost, Refused
from verify import Wrong, verify_license

COMPILED_IN_ROOT_KEY = None
"""`x` of the vendor's root key. A program that is sold has it here and no option to replace it; this one takes --root-key,
because each demonstration makes a root of its own."""

NEEDS_SIGN_IN = ("sign-in-cancelled", "sign-in-unavailable", "not-signed-in")

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--program", default="viga")
parser.add_argument("--version", default="2026.1")
parser.add_argument("--root-key", default=COMPILED_IN_ROOT_KEY, required=COMPILED_IN_ROOT_KEY is None)
parser.add_argument("--runtime")
parser.add_argument("--start-command", help="starts the client when it does not run, e.g. 'aldaba agent'")
parser.add_argument("--language")
parser.add_argument("--seconds", type=float)
parser.add_argument("--no-question", action="store_true")
parser.add_argument("--json", action="store_true")
options = parser.parse_args()

stop = threading.Event()
"""The person closes the program."""
wake = threading.Event()
"""The person closes the program, or the client is gone."""


printing = threading.Lock()


def say(event, sentence, **fields):
    line = json.dumps({"event": event, **fields}, ensure_ascii=False) if options.json else sentence
    with printing:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def look(license, client, event):
    """Whatever the client says, the program computes only with a license that it verified itself. It never ends because of one."""
    verified, wrong = False, None
    if "document" in license:
        try:
            verify_license(
                license["document"],
                root_key=options.root_key,
                product=options.program,
                version=options.version,
                device=client.device,
                now=time.time(),
            )
            verified = True
        except Wrong as error:
            wrong = str(error)
    computes = verified and license["permit"] == "full"
    may = ["open", "save", "export"] + (["compute"] if computes else [])
    message = license.get("message", license["state"])
    shown = {name: license.get(name) for name in ("state", "permit", "until", "reason", "message", "kind")}
    say(event, f"{message} ({'computing' if computes else 'open, save and export only'})", **shown, verified=verified, wrong=wrong, may=may)


def run():
    lost = threading.Event()
    client = Client(
        program=options.program,
        version=options.version,
        language=options.language,
        runtime=options.runtime,
        start_command=options.start_command,
    )
    say("connected", f"Aldaba {client.version}", client=client.version, mode=client.mode, device=client.device)
    client.on_change = lambda license: look(license, client, "changed")
    answered = threading.Event()

    def cancel():
        # Waiting for the person's sign-in ends with the program: closing the connection cancels it.
        stop.wait()
        if not answered.is_set():
            client.close()

    threading.Thread(target=cancel, daemon=True).start()
    try:
        license = client.acquire(interactive=not options.no_question)
        answered.set()
        look(license, client, "license")
    except Refused as refusal:
        answered.set()
        client.close()
        fields = {"code": refusal.code, "message": refusal.message, "next": refusal.next_step}
        say("refused", f"{refusal.message} {refusal.next_step}", **fields)
        return 4 if refusal.code in NEEDS_SIGN_IN else 3

    client.on_lost = lambda: (lost.set(), wake.set())
    wake.wait()
    if stop.is_set():
        client.release()
        client.close()
        say("released", "released")
        return 0
    # The client was restarted or updated. What was verified holds until its end; a new connection is a new use.
    say("lost", "Aldaba is gone; coming back to it")
    wake.clear()
    return None


def main():
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: (stop.set(), wake.set()))
    if options.seconds is not None:
        timer = threading.Timer(options.seconds, lambda: (stop.set(), wake.set()))
        timer.daemon = True
        timer.start()
    held = False
    while True:
        try:
            code = run()
            if code is not None:
                return code
            held = True
        except Lost as error:
            if stop.is_set():
                return 0
            if not held:
                say("failed", str(error), message=str(error))
                return 1
            stop.wait(0.5)


sys.exit(main())
