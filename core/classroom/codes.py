"""The codes of classes, and the tokens in teachers' personal links."""

import hashlib
import re
import secrets

LENGTH = 5
# Without letters that look like another (D, O and Q; I and L; G and C; U and V), and without
# vowels, so that no code is a word.
ALPHABET = "BCFHJKMNPRSTVWXYZ"
_TOKEN_BYTES = 16
_TOKEN_FORM = re.compile(r"(?:.*[?&]teacher=)?([\w-]{22})(?:[&#].*)?")


def new_code() -> str:
    """Return a code at random; there are 1.4 million."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(text: str) -> str | None:
    """Return the code in what somebody typed, or None.

    Examples
    --------
    >>> read_code(" bcf-hj "), read_code("hello")
    ('BCFHJ', None)
    """
    code = re.sub(r"[\s\-–.]", "", text).upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def new_token() -> str:
    """Return what makes the link of a teacher personal."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def read_token(text: str) -> str | None:
    """Return the token in a teacher's personal link, or in what is left of it, or None."""
    found = _TOKEN_FORM.fullmatch(text.strip())
    return found.group(1) if found else None


def token_digest(token: str) -> str:
    """Return what is kept of a token: who reads the store does not get into a class."""
    return hashlib.sha256(token.encode()).hexdigest()
