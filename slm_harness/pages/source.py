"""From the bytes of a saved page to its HTML as characters, or a refusal that says what it is."""

import codecs
import json
import re

from slm_harness.errors import PageError

LIMIT = 5_000_000
"""Largest page, in bytes; press pages are a tenth of it."""


def refused(url: str | None, what: str) -> PageError:
    """The error for a page that cannot be used; ``url`` is where it came from, if known."""
    return PageError(f"{url}: {what}" if url else what)


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WIDE = {"utf-16": "utf-16-le", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
"""Encodings of two bytes a letter: believed when a server declares them, since a page cannot itself."""
_OTHER_FORMATS = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "gzip data"),
    (b"{\\rtf", "an RTF document"),
)
_TAG = re.compile(r"<(?:!doctype\s+html|!--|[a-z][a-z0-9:-]*[\s/>])", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*>")


def source_of(html: bytes | str, url: str | None, charset: str | None = None) -> str:
    """The HTML of a page, decoded as a browser would where the page tells the truth.

    ``charset`` is what the server declared with the bytes; it goes before what the page declares.

    Raises:
        PageError: the page is empty, too large, or no HTML.
    """
    if len(html) > LIMIT:
        raise refused(
            url,
            f"the page has more than {LIMIT:,} bytes; save it without what is embedded in it",
        )
    # A lone surrogate cannot be encoded, so no parser takes it.
    source = (
        _decoded(html, url, charset)
        if isinstance(html, bytes)
        else html.encode("utf-8", "replace").decode()
    )
    source = _XML_DECLARATION.sub("", source.removeprefix("\ufeff"))
    if not source.strip():
        raise refused(url, "the page is empty; save it again")
    if _is_json(source):
        raise refused(url, "this is JSON, not HTML; save the page itself")
    if not _TAG.search(source):
        raise refused(url, "there is not one HTML tag in it; save the page itself, as HTML")
    return source


def _is_json(source: str) -> bool:
    if source.lstrip()[0] not in '{["':
        return False
    try:
        json.loads(source)
    except (ValueError, RecursionError):
        return False
    return True


def _decoded(content: bytes, url: str | None, charset: str | None) -> str:
    for magic, name in _OTHER_FORMATS:
        if content.lstrip()[: len(magic)] == magic:
            raise refused(url, f"this is {name}, not HTML; save the page itself")
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return content[len(bom) :].decode(encoding, "replace")
    if b"\x00" in content[:1024]:
        wide = _WIDE.get((charset or "").lower())
        if wide is None:
            raise refused(url, "this is binary data, not HTML; save the page itself, as UTF-8")
        return content.decode(wide, "replace")
    declared = known_charset(charset or "") or _declared(content)
    return _read_as(content, *_candidates(content, declared)) or content.decode(
        _guessed(content), "replace"
    )


def _candidates(content: bytes, declared: str | None) -> tuple[str, ...]:
    """UTF-8 first where the bytes cannot well be anything else, then the declared encoding."""
    if not content.isascii():
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            return ("utf-8",)
    return (declared, "utf-8") if declared else ("utf-8",)


def _read_as(content: bytes, *encodings: str) -> str | None:
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    # A stray byte or two must not throw a declared encoding over.
    foreign = len(content) - len(content.translate(None, bytes(range(128, 256))))
    for encoding in encodings:
        text = content.decode(encoding, "replace")
        if text.count("\ufffd") * 10 <= foreign:
            return text
    return None


_CHARSET = re.compile(
    rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]+encoding\s*=\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)
# What browsers take these names for (WHATWG Encoding): the larger set of which the named one is part.
_AS_BROWSERS_DO = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-16": "utf-8",
    "utf-16-le": "utf-8",
    "utf-16-be": "utf-8",
}
# Python also knows "encodings" such as unicode_escape, which are not for pages.
_FOR_PAGES = re.compile(
    r"utf-8|cp\d+|iso8859-\d+|koi8-[rtu]|mac-\w+|gb18030|hz|big5\w*|euc_\w+|iso2022_\w+"
)


def _declared(content: bytes) -> str | None:
    match = _CHARSET.search(content[:4096])
    return known_charset((match[1] or match[2]).decode("ascii", "replace")) if match else None


def known_charset(declared: str) -> str | None:
    """Python's name of what browsers take a declared charset for; None where pages have no such."""
    try:
        name = codecs.lookup(declared).name
    except (LookupError, ValueError):
        return None
    name = _AS_BROWSERS_DO.get(name, name)
    return name if _FOR_PAGES.fullmatch(name) else None


_PLAUSIBLE = ["cp1252", "cp1251", "cp1253", "cp1255", "cp1256", "cp932", "euc_jp", "gb18030"]
_PLAUSIBLE += ["big5", "cp949", "koi8_r"]
_LANGUAGE = re.compile(rb"""<html[^>]+lang\s*=\s*["']?([a-z]{2})""", re.IGNORECASE)
_BY_LANGUAGE = {
    **dict.fromkeys(("cs", "hr", "hu", "pl", "ro", "sk", "sl"), "cp1250"),
    **dict.fromkeys(("et", "lt", "lv"), "cp1257"),
    **dict.fromkeys(("az", "tr"), "cp1254"),
}


def _guessed(content: bytes) -> str:
    """The encoding of a page that declares none, or a false one.

    Between the Latin code pages a few letters decide nothing (a pound sign is an L with a stroke in
    cp1250), so there the page's language does, as in browsers.
    """
    from charset_normalizer import from_bytes

    language = _LANGUAGE.search(content[:4096])
    by_language = _BY_LANGUAGE.get(language[1].decode("ascii").lower()) if language else None
    if by_language:
        return by_language
    words = re.sub(rb"<[^>]*>", b" ", content)
    best = from_bytes(words, cp_isolation=_PLAUSIBLE).best()
    return best.encoding if best else "cp1252"
