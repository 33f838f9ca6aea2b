"""Reads one case per line (document, root key, product, version, device, seconds; separated by tabs) and says of each what the
example's verifier says. With --pure as if the cryptography package were not installed."""

import pathlib
import sys

if "--pure" in sys.argv:
    sys.modules["cryptography"] = None
sys.path.insert(0, str(pathlib.Path(__file__).parents[3] / "examples" / "python"))
sys.dont_write_bytecode = True

from verify import Wrong, verify_license  # noqa: E402

for line in sys.stdin:
    document, root_key, product, version, device, now = line.rstrip("\n").split("\t")
    try:
        verify_license(document, root_key=root_key, product=product, version=version, device=device, now=float(now))
        print("ok")
    except Wrong as wrong:
        print("wrong:", wrong)
