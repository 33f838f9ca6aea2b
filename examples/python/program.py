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
parser.add_argument("--start-command", help="starts the client when it does not run, in place of the usual ones; '' starts nothing")
parser.add_argument("--language")
parser.add_argument("--seconds", type=float)
parser.add_argument("--no-question", action="store_true")
parser.add_argument("--json", action="store_true")
options = parser.parse_args()

stop = threading.Event()
"""The person closes the program."""
wake = threading.Event()
"""The person closes the program, or the client is gone."""
compute_until = 0
"""Until when the program may compute, seconds UTC: with what the client said last, and as long as nothing else is said."""
held = False
"""A license was granted, so that from now on a client that goes away or refuses ends nothing."""
looking = threading.RLock()


printing = threading.Lock()


def say(event, sentence, **fields):
    line = json.dumps({"event": event, **fields}, ensure_ascii=False) if options.json else sentence
    with printing:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def look(license, client, event):
    """Whatever the client says, the program computes only with a license that it verified itself. It never ends because of one."""
    global compute_until
    verified, wrong = False, None
    with looking:
        compute_until = 0
        if "document" in license:
            try:
                _, end = verify_license(
                    license["document"],
                    root_key=options.root_key,
                    product=options.program,
                    version=options.version,
                    device=client.device,
                    now=time.time(),
                )
                verified = True
                if license["permit"] == "full":
                    compute_until = float("inf") if end is None else end
            except Wrong as error:
                wrong = str(error)
        computes = compute_until > 0
        may = ["open", "save", "export"] + (["compute"] if computes else [])
        message = license.get("message", license["state"])
        shown = {name: license.get(name) for name in ("state", "permit", "until", "reason", "message", "kind")}
        sentence = f"{message} ({'computing' if computes else 'open, save and export only'})"
        say(event, sentence, **shown, verified=verified, wrong=wrong, may=may)


def compute_no_more(reason):
    global compute_until
    with looking:
        if compute_until == 0:
            return
        compute_until = 0
        fields = {"state": "read-only", "permit": "read-only", "reason": reason, "verified": False}
        say("changed", "Open, save and export only", **fields, may=["open", "save", "export"])


def watch():
    """Whether or not the client is there to say so. The clock on the wall is asked: waiting stands still while the computer sleeps."""
    while not stop.wait(1):
        with looking:
            if time.time() >= compute_until:
                compute_no_more("over")


def run():
    """One connection. Returns the exit code, or None when the client is gone. Raises Lost when there is none."""
    global held
    client, answered, lost = None, threading.Event(), threading.Event()
    command = options.start_command

    def cancel():
        # Waiting for the person's sign-in ends with the program: closing the connection cancels it.
        stop.wait()
        if not answered.is_set():
            client.close()

    try:
        client = Client(
            program=options.program,
            version=options.version,
            language=options.language,
            runtime=options.runtime,
            start_commands=None if command is None else [command] if command else [],
            on_change=lambda license: look(license, client, "changed"),
            on_message=lambda text: say("message", text, text=text),
            on_lost=lambda: (lost.set(), wake.set()),
        )
        say("connected", f"Aldaba {client.version}", client=client.version, mode=client.mode, device=client.device)
        threading.Thread(target=cancel, daemon=True).start()
        license = client.acquire(interactive=not options.no_question)
        answered.set()
        look(license, client, "license")
        held = True
        while not (stop.is_set() or lost.is_set()):
            wake.wait()
            wake.clear()
        if not stop.is_set():
            # The client was restarted or updated. What was verified holds until its end; a new connection is a new use.
            say("lost", "Aldaba is gone; coming back to it")
            return None
        client.release()
        say("released", "released")
        return 0
    except Refused as refusal:
        fields = {"code": refusal.code, "message": refusal.message, "next": refusal.next_step}
        say("refused", f"{refusal.message} {refusal.next_step}", **fields)
        if not held:
            return 4 if refusal.code in NEEDS_SIGN_IN else 3
        compute_no_more(refusal.code)
        stop.wait()
        return 0
    finally:
        answered.set()
        if client is not None:
            client.close()


def main():
    def end(*_):
        stop.set()
        wake.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    if options.seconds is not None:
        timer = threading.Timer(options.seconds, end)
        timer.daemon = True
        timer.start()
    threading.Thread(target=watch, daemon=True).start()
    while True:
        try:
            code = run()
        except Lost as error:
            code = 0 if stop.is_set() else None
            if code is None and not held:
                say("failed", str(error), message=str(error))
                return 1
        if code is not None:
            return code
        stop.wait(0.5)


sys.exit(main())
