"""A program that computes frames, as far as its license goes. Options and exit codes: ../README.md."""

import argparse
import json
import queue
import signal
import sys
import threading

from aldaba_client import Lost, Refused, Use, default_runtime
from verify_license import LicenseRefused

NEEDS_SIGN_IN = {"not-signed-in", "session-ended", "sign-in-cancelled", "sign-in-unavailable", "not-configured"}
WORDS = {
    "full": "may compute",
    "read-only": "may open, save and export; goes on running",
    "none": "has no license",
}
# Seconds between two tries to reach a client that went away.
RETRY_PAUSE = 1


def main():
    options = parse()
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())

    try:
        use, license = open_use(options, interactive=not options.not_interactive, ending=ending)
        if use is None:
            return 0
        show(options, "license", use, license)
    except Refused as error:
        tell(options, "refused", {"code": error.code, "message": str(error), "next": error.next}, f"{error} {error.next}")
        return 4 if error.code in NEEDS_SIGN_IN else 3
    except LicenseRefused as error:
        tell(options, "refused", {"code": "not-verified", "message": str(error)}, f"The answer did not verify: {error}.")
        return 7
    except (Lost, OSError, ValueError, KeyError) as error:
        sentence = f"The license client cannot be reached: {error}."
        tell(options, "refused", {"code": "unreachable", "message": str(error)}, sentence)
        return 5
    if license["permit"] == "none":
        return 3

    if options.seconds is not None:
        timer = threading.Timer(options.seconds, ending.set)
        timer.daemon = True
        timer.start()
    while not ending.is_set():
        use = follow(options, use, ending)
    try:
        use.release()
    except (Lost, Refused):
        pass  # The connection ends with the process, and the use with it.
    tell(options, "released", {}, "License given back.")
    return 0


def open_use(options, interactive, ending):
    """A connection with a license. The answer may take minutes, so a signal may end the waiting: then (None, None)."""
    result = queue.Queue()

    def work():
        try:
            use = Use(program=options.program, version=options.version, root_key=options.root_key,
                      runtime=options.runtime, client=options.client)
            fields = {"client": use.client_version, "mode": use.mode}
            tell(options, "connected", fields, f"Client {use.client_version}")
            try:
                result.put((use, use.acquire(interactive)))
            except BaseException:
                use.close()
                raise
        except Exception as error:  # handed over to the caller
            result.put(error)

    threading.Thread(target=work, daemon=True).start()
    while not ending.is_set():
        try:
            outcome = result.get(timeout=0.1)
        except queue.Empty:
            continue
        if isinstance(outcome, Exception):
            raise outcome
        return outcome
    return None, None


def follow(options, use, ending):
    """Waits a moment for news; returns the connection to go on with."""
    try:
        method, parameters = use.news.get(timeout=0.1)
    except queue.Empty:
        return use
    if method == "license/changed":
        try:
            show(options, "changed", use, use.check(parameters))
        except LicenseRefused:
            show(options, "changed", use, {**parameters, "permit": "read-only"})
    elif method == "license/message":
        tell(options, "message", parameters, parameters["text"])
    elif method == "lost":
        # The client restarts, for example for an update: the program goes on meanwhile with what it verified.
        tell(options, "lost", {}, "The license client is gone; looking for it.")
        while not ending.is_set():
            try:
                again, license = open_use(options, interactive=False, ending=ending)
                if again is None:
                    return use
                show(options, "license", again, license)
                return again
            except (Lost, Refused, LicenseRefused, OSError, ValueError, KeyError):
                ending.wait(RETRY_PAUSE)
    return use


def show(options, event, use, license):
    permit, message = license["permit"], license.get("message")
    fields = {"state": license["state"], "permit": permit, "until": license.get("until"), "message": message,
              "verified": permit == "full"}
    tell(options, event, fields, f"{use.program} {WORDS[permit]}. {message or ''}")


def tell(options, event, fields, sentence):
    kept = {name: value for name, value in fields.items() if value is not None}
    print(json.dumps({"event": event, "program": options.program, **kept}) if options.json else sentence, flush=True)


def parse():
    parser = argparse.ArgumentParser(description="Asks the license client whether it may run, and runs.")
    parser.add_argument("--program", default="portico")
    parser.add_argument("--version", default="2026.1")
    parser.add_argument("--root-key", required=True, help="public key that licenses are trusted by")
    parser.add_argument("--runtime", default=default_runtime(), help="folder with broker.json")
    parser.add_argument("--client", default="aldaba agent", help="command that starts the client; empty: never")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--not-interactive", action="store_true")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
