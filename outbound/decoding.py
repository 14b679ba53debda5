"""Bodies as they were before Content-Encoding, a block at a time, never past their limit.

urllib3 decodes too, but takes a compressed body that breaks off for a whole one, and an
unknown coding for none.
"""

import zlib
from collections.abc import Iterable
from typing import Protocol

import brotli

from outbound.errors import FetchError
from outbound.limits import Allowance

ACCEPTED = "gzip, deflate, br"
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP, _ZLIB, _BARE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


class _Decoder(Protocol):
    @property
    def is_whole(self) -> bool: ...

    def decode(self, block: bytes, room: int) -> bytes:
        """At most about `room` bytes; the caller stops when there are that many."""


def decoded(blocks: Iterable[bytes], coding: str, allowance: Allowance) -> bytes:
    """The decoded body. Raises TooLarge, and FetchError when it is not what `coding` says."""
    decoder = _decoder_for(coding.strip().lower(), allowance.address)
    body = bytearray()
    try:
        for block in blocks:
            body += decoder.decode(block, allowance.limits.max_bytes + 1 - len(body))
            if len(body) > allowance.limits.max_bytes:
                raise allowance.too_large()
    except (zlib.error, brotli.error):
        sentence = f"The server calls the body {coding}, and it is not"
        raise FetchError(sentence, address=allowance.address) from None
    if not decoder.is_whole:
        raise FetchError(f"The {coding} body breaks off before its end", address=allowance.address)
    return bytes(body)


def _decoder_for(coding: str, address: str) -> _Decoder:
    if coding in {"", "identity"}:
        return _Plain()
    if coding in {"gzip", "x-gzip"}:
        return _Gzip()
    if coding == "deflate":
        return _Deflate()
    if coding == "br":
        return _Brotli()
    sentence = f"The body is encoded as “{coding[:40]}”, which was not asked for ({ACCEPTED})"
    raise FetchError(sentence, address=address)


class _Plain:
    is_whole = True

    def decode(self, block: bytes, room: int) -> bytes:
        return block


class _Gzip:
    """Any number of members in a row; what follows the last is ignored, as browsers do."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._held = b""
        self._is_begun = False

    @property
    def is_whole(self) -> bool:
        return self._member.eof or not self._is_begun

    def decode(self, block: bytes, room: int) -> bytes:
        self._is_begun = True
        out, rest, self._held = b"", self._held + block, b""
        while rest and len(out) < room:
            if self._member.eof:
                if len(rest) < len(_GZIP_MAGIC):
                    self._held = rest
                    break
                if not rest.startswith(_GZIP_MAGIC):
                    break
                self._member = zlib.decompressobj(_GZIP)
            out += self._member.decompress(rest, room - len(out))
            rest = self._member.unused_data
        return out


class _Deflate:
    """With the zlib header that the standard asks for, or without, as some servers send it."""

    def __init__(self) -> None:
        self._stream: zlib._Decompress | None = None

    @property
    def is_whole(self) -> bool:
        return self._stream is None or self._stream.eof

    def decode(self, block: bytes, room: int) -> bytes:
        if self._stream is None:
            has_header = block[0] & 15 == 8 and int.from_bytes(block[:2]) % 31 == 0
            self._stream = zlib.decompressobj(_ZLIB if has_header else _BARE)
        return self._stream.decompress(block, room)


class _Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()
        self._is_begun = False

    @property
    def is_whole(self) -> bool:
        return self._stream.is_finished() or not self._is_begun

    def decode(self, block: bytes, room: int) -> bytes:
        self._is_begun = True
        return self._stream.process(block, output_buffer_limit=room)
