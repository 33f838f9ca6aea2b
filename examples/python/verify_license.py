"""Checks a signed license from the root key on. Times in claims are seconds since 1970 UTC."""

import base64
import hashlib
import json
import math

import ed25519

# How long before a document's beginning the clock may stand, in seconds: clocks differ.
CLOCK_LEEWAY = 7200

RIGHT_TYPES = {
    "aldaba-lease+jwt": "lease",
    "aldaba-pass+jwt": "offline-pass",
    "aldaba-borrow+jwt": "borrow",
    "aldaba-license+jwt": "license",
}


class LicenseRefused(Exception):
    """A check failed; the text says which."""


def verify_license(jws, *, root_key, device_key, program, version, now):
    """Returns (claims, full_until): until when, in seconds, the document allows full use. Raises LicenseRefused."""
    header, claims = _parse(jws)
    kind = RIGHT_TYPES.get(header.get("typ"))
    if kind is None:
        raise LicenseRefused(f"a document of type {header.get('typ')} is no license")
    try:
        certificate = _follow_chain(header.get("chain", []), root_key)
        if kind not in certificate["use"]:
            raise LicenseRefused("the key may not sign licenses of this kind")
        if certificate["sub"] != header["kid"]:
            raise LicenseRefused("the key is not the certified one")
        if not _is_within(claims["iat"], certificate):
            raise LicenseRefused("signed outside the certificate's validity")
        _check_signature(jws, certificate["key"]["x"])
        if claims["aud"] != program:
            raise LicenseRefused(f"the license is for {claims['aud']}")
        if claims["cnf"]["jkt"] != thumbprint(device_key):
            raise LicenseRefused("the license is of another device")
        if not _is_in_range(version, claims["versions"]):
            raise LicenseRefused(f"version {version} is not covered")
        if now < claims["nbf"] - CLOCK_LEEWAY:
            raise LicenseRefused("the license has not begun")
        return claims, _end_of_full_use(kind, claims)
    except (KeyError, TypeError, AttributeError) as error:
        raise LicenseRefused(f"the license lacks {error}") from error


def verify_nonce(program, nonce, device_key, signature):
    """Whether the device key signed the nonce of this connection."""
    text = f"aldaba-broker-v1\n{program}\n{nonce}".encode()
    return ed25519.verify(from_base64url(device_key), text, from_base64url(signature))


def thumbprint(x):
    """Name of a key (RFC 7638)."""
    text = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def from_base64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _end_of_full_use(kind, claims):
    if kind == "lease":
        return claims["iat"] + claims["runOn"] + claims["countdown"]
    if "exp" not in claims:
        return math.inf
    return claims["exp"] + (claims["graceDays"] * 86_400 if kind == "license" else 0)


def _follow_chain(chain, root_key):
    """Leaf first; the last one is signed by the root. Each certifies the one before it."""
    key, name, above = root_key, thumbprint(root_key), None
    for jws in reversed(chain):
        header, claims = _parse(jws)
        if header.get("typ") != "aldaba-certificate+jwt":
            raise LicenseRefused("the chain holds something else")
        if claims["iss"] != name or claims["sub"] != thumbprint(claims["key"]["x"]):
            raise LicenseRefused("the license is of another vendor")
        if above is not None and not ("certificate" in above["use"] and _is_within(claims["iat"], above)):
            raise LicenseRefused("an issuer may not certify")
        _check_signature(jws, key)
        key, name, above = claims["key"]["x"], claims["sub"], claims
    if above is None:
        raise LicenseRefused("the license has no certificate")
    return above


def _parse(jws):
    try:
        header, payload, _signature = jws.split(".")
        parsed = json.loads(from_base64url(header)), json.loads(from_base64url(payload))
        if parsed[0].get("alg") == "EdDSA":
            return parsed
    except (AttributeError, ValueError):
        pass
    raise LicenseRefused("the answer is not a signed license")


def _check_signature(jws, key):
    signed, _, signature = jws.rpartition(".")
    if not ed25519.verify(from_base64url(key), signed.encode(), from_base64url(signature)):
        raise LicenseRefused("the signature does not verify")


def _is_within(at, certificate):
    return certificate["nbf"] <= at < certificate["exp"]


def _is_in_range(version, versions):
    """Both ends included, each as far as it is written: up to 2027 includes every 2027.x."""
    start, end = versions.get("from"), versions.get("to")
    return (start is None or _compare(version, start) >= 0) and (end is None or _compare(version, end) <= 0)


def _compare(version, bound):
    wanted = [int(part) for part in bound.split(".")]
    parts = ([int(part) for part in version.split(".")] + [0] * len(wanted))[: len(wanted)]
    return (parts > wanted) - (parts < wanted)
