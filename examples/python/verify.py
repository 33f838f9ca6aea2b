"""Checks a license with nothing but the vendor's root key."""

import base64
import hashlib
import json

import ed25519

KINDS = {
    "aldaba-lease+jwt": "lease",
    "aldaba-pass+jwt": "offline-pass",
    "aldaba-borrow+jwt": "borrow",
    "aldaba-license+jwt": "license",
}
LEEWAY = 7200
"""A clock behind by up to this is a clock, not a trick. Seconds."""


class Wrong(Exception):
    """What is wrong with a license."""


def verify_license(document, *, root_key, product, version, device, now):
    """The certificates up to the root, the signature, the product, the version, the device and the time.

    `device` is the thumbprint of the key that the client proved to hold, `now` seconds UTC.
    Returns the claims and the last second (None = for good) at which it may be worked with. Raises Wrong.
    """
    try:
        header = _part(document, 0)
        kind = KINDS.get(header["typ"])
        if header["alg"] != "EdDSA" or kind is None:
            raise Wrong("not a license")
        signer = _follow_chain(header.get("chain"), root_key)
        if header["kid"] != signer["sub"] or kind not in signer["use"]:
            raise Wrong("the signing key may not sign this")
        if not _signed_by(document, signer["key"]["x"]):
            raise Wrong("the signature is wrong")

        claims = _part(document, 1)
        if not signer["nbf"] <= claims["iat"] < signer["exp"]:
            raise Wrong("signed outside the key's year")
        if kind != "license" and claims["exp"] > signer["exp"]:
            raise Wrong("outlives its key")
        if claims["aud"] != product:
            raise Wrong(f"for {claims['aud']}")
        if claims["cnf"]["jkt"] != device:
            raise Wrong("for another device")
        if not _covers(claims["versions"], version):
            raise Wrong(f"does not cover version {version}")
        if now < claims["nbf"] - LEEWAY:
            raise Wrong("not valid yet")
        end = _last_second(kind, claims)
        if end is not None and now >= end:
            raise Wrong("over")
        return claims, end
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise Wrong(f"malformed: {error!r}") from error


def thumbprint(x):
    """Name of an Ed25519 key (RFC 7638)."""
    return encode(hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()).digest())


def verify_signature(x, data, signature):
    """Ed25519 over bytes; key and signature in base64url."""
    return ed25519.verify(decode(x), data, decode(signature))


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _follow_chain(chain, root_key):
    """Certificates, leaf first; each is signed by the next one's key and the last one by the root."""
    if not isinstance(chain, list) or not 1 <= len(chain) <= 3:
        raise Wrong("no certificate")
    name, key, may, since, until = thumbprint(root_key), root_key, True, 0, float("inf")
    for certificate in reversed(chain):
        header, claims = _part(certificate, 0), _part(certificate, 1)
        named = claims["iss"] == header["kid"] == name and claims["sub"] == thumbprint(claims["key"]["x"])
        right = header["alg"] == "EdDSA" and header["typ"] == "aldaba-certificate+jwt"
        entitled = may and since <= claims["iat"] < until
        if not (named and right and entitled and _signed_by(certificate, key)):
            raise Wrong("not certified by the vendor")
        name, key, may = claims["sub"], claims["key"]["x"], "certificate" in claims["use"]
        since, until = claims["nbf"], claims["exp"]
    return claims


def _part(jws, index):
    return json.loads(decode(jws.split(".")[index]))


def _signed_by(jws, x):
    signed, _, signature = jws.rpartition(".")
    return verify_signature(x, signed.encode("ascii"), signature)


def _numbers(version):
    return [int(number) for number in version.split(".")]


def _pad(numbers, length):
    return numbers + [0] * (length - len(numbers))


def _covers(versions, version):
    own = _numbers(version)
    if "from" in versions:
        start = _numbers(versions["from"])
        length = max(len(own), len(start))
        if _pad(own, length) < _pad(start, length):
            return False
    if "to" not in versions:
        return True
    # The upper end counts as written: "2027" includes 2027.4.
    to = _numbers(versions["to"])
    return _pad(own, len(to))[: len(to)] <= to


def _last_second(kind, claims):
    if "exp" not in claims:
        return None if kind == "license" else 0
    if kind == "lease":
        return max(claims["exp"], claims["iat"] + claims["runOn"]) + claims["countdown"]
    return claims["exp"] + (claims["graceDays"] * 86_400 if kind == "license" else 0)
