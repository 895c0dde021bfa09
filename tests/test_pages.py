"""Pages: what is taken out of them, what is refused, and how they are fetched."""

import contextlib
import gzip
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.cleaning import kept, match, official
from slm_harness.errors import FetchError, HarnessError, PageError
from slm_harness.pages import LIMIT, article_text, fetch, has_words, read_page, tidy

STORY = [
    "Brackwater Ferries said on Monday that a stranger had read the bookings of 23,417 passengers.",
    "The company’s chief engineer, Ottilie Brandt, noticed an odd log-in on 3 June and closed the door.",
    "“We are sorry,” she said, “and we have written to every passenger whose name was in the list.”",
    "No card numbers were kept on the machine, which has since been taken out of service for good.",
]
PARAGRAPHS = "".join(f"<p>{paragraph}</p>\n" for paragraph in STORY)


def page(
    body: str = f"<article><h1>Ferry bookings read</h1>{PARAGRAPHS}</article>", head: str = ""
) -> str:
    """A whole page around a body."""
    return f"<!DOCTYPE html><html lang='en'><head><title>Daily</title>{head}</head><body>{body}</body></html>"


def told(html: bytes | str) -> str:
    """The one line with which a page is refused."""
    with pytest.raises(PageError) as caught:
        article_text(html)
    message = caught.value.message
    assert "\n" not in message
    return message


# ---------------------------------------------------------------- cleaning


def test_article_survives_and_furniture_goes() -> None:
    """Every paragraph of the article is kept; navigation, consent, comments and the footer are not."""
    body = f"""
    <nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
    <div class="cookie-banner"><p>We value your privacy and use cookies.</p><button>OK</button></div>
    <article><h1>Ferry bookings read</h1>{PARAGRAPHS}
      <div class="newsletter-box"><p>Sign up to our free newsletter today.</p></div></article>
    <section id="comments"><h2>Comments</h2><p>I heard it was 90,000 of them, not what they say.</p></section>
    <footer><p>Published by Tidewater Press Ltd.</p></footer>"""

    text = article_text(page(body))

    assert all(paragraph in text for paragraph in STORY)
    for gone in ("Sport", "cookies", "newsletter", "90,000", "Tidewater"):
        assert gone not in text


def test_data_table_is_kept() -> None:
    """Figures in a table of the article reach the model."""
    table = "<table><tr><th>Route</th><th>People</th></tr><tr><td>Skerry</td><td>9,104</td></tr></table>"

    text = article_text(page(f"<article>{PARAGRAPHS}{table}</article>"))

    assert "Skerry" in text
    assert "9,104" in text


def test_layout_table_is_unfolded() -> None:
    """On a page laid out by tables the menu goes and the article is plain lines."""
    menu = "".join(f"<tr><td><a href='{n}'>Item {n}</a></td></tr>" for n in range(8))
    body = (
        f"<table><tr><td><table>{menu}</table></td><td><table><tr><td><h1>Notice</h1>{PARAGRAPHS}"
        "</td></tr></table></td></tr><tr><td colspan=2>Best viewed at 1024 x 768</td></tr></table>"
    )

    text = article_text(page(body))

    assert text.splitlines() == STORY


def test_columns_beside_the_article_go() -> None:
    """Of a page's columns the one with the article stays, and what runs below them goes."""
    menu = "".join(f"<tr><td><a href='{n}'>Item {n}</a></td></tr>" for n in range(8))
    latest = "<tr><td>Another firm lost 4,120 files</td></tr>"
    body = (
        f"<table><tr><td><table>{menu}</table></td><td><table><tr><td>{PARAGRAPHS * 2}</td></tr></table>"
        f"</td><td><table>{latest}</table></td></tr><tr><td colspan=3>41,207 visitors</td></tr></table>"
    )

    text = article_text(page(body))

    assert text.splitlines() == STORY * 2


def test_long_cell_of_a_data_table_does_not_cost_its_row() -> None:
    """A table of days and what happened on them keeps its days."""
    letters = ", ".join(f"letter {n} to passenger {n}" for n in range(20))
    cell = f"<p>The engineer closed the door.</p><p>Then she wrote {letters}.</p>"
    table = f"<table><tr><td>3 June 2024</td><td>{cell}</td></tr></table>"

    text = article_text(page(f"<article>{PARAGRAPHS}{table}</article>"))

    assert "3 June 2024" in text


# ---------------------------------------------------------------- the headline, and what is like it


@pytest.mark.parametrize(
    ("head", "above", "kept"),
    [
        ("", "<h1>Ferry bookings read</h1>", []),
        ("", "<p>Market</p><h1>Ferry <i>bookings</i> read</h1>", []),
        ("<title>Ferry bookings read | Daily</title>", "<h2>Ferry bookings read</h2>", []),
        (
            "<meta property='og:title' content='Ferry bookings read!'>",
            "<h2>Ferry bookings read</h2>",
            [],
        ),
        ("", "<p>Monday 3 June 2024</p><h1>Ferry</h1>", ["Monday 3 June 2024"]),
        (
            "",
            f"<p>Correction: {STORY[0]}</p><h1>Ferry</h1>",
            [f"Correction: {STORY[0]}"],
        ),
        ("", "<h2>A heading of its own</h2>", ["A heading of its own"]),
    ],
)
def test_headline_is_left_to_the_title(head: str, above: str, kept: list[str]) -> None:
    """The text begins below the headline; of what is above it sentences and dates are kept."""
    text = article_text(page(f"<article>{above}{PARAGRAPHS}</article>", head))

    assert text.splitlines() == [*kept, *STORY]


def test_text_and_page_agree() -> None:
    """The title and the text of a page repeat nothing of each other, by either way of reading."""
    found = read_page(page())

    assert found.title == "Ferry bookings read"
    assert found.text == article_text(page())
    assert found.title not in found.text


def test_headline_alone_stays() -> None:
    """A page that is no more than its headline has that as its text."""
    assert (
        article_text("<html><body><h1>Ferry bookings read</h1></body></html>")
        == "Ferry bookings read"
    )


@pytest.mark.parametrize(
    "line",
    [
        "<p class='story__byline'>By Theodora Finch in Skerry</p>",
        "<address class=byline>Theodora Finch in Skerry</address>",
        "<address>By <a rel=author href=x>Theodora Finch</a></address>",
        "<p><a href=x>Another ferry company lost its list</a></p>",
        "<p>Read more: <a href=x>Another ferry company lost its list</a></p>",
        "<p>[Related: <a href=x>Another ferry company lost its list</a>]</p>",
        "<p><a href=x>Back to top</a> | <a href=y>Printer-friendly version</a></p>",
        "<p>-</p>",
    ],
)
def test_line_beside_the_article_goes(line: str) -> None:
    """Bylines marked as such, paragraphs that are links and no more, and empty bullets are dropped."""
    text = article_text(page(f"<article>{line}{PARAGRAPHS}</article>"))

    assert text.splitlines() == STORY


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "<p>It told <a href=x>the regulator in Skerry</a> on Friday.</p>",
            "the regulator in Skerry on",
        ),
        ("<p>Company: <a href=x>Brackwater Ferries</a></p>", "Company: Brackwater"),
        ("<address class=byline>Published 14 May 2024 by T. Finch</address>", "14 May 2024"),
        ("<address>Brackwater Ferries, The Old Quay, Skerry</address>", "The Old Quay"),
    ],
)
def test_line_of_the_article_stays(line: str, words: str) -> None:
    """A sentence with a link, a short fact that is one, and a date in a byline are kept."""
    assert words in article_text(page(f"<article>{line}{PARAGRAPHS}</article>"))


def test_page_of_links_keeps_them() -> None:
    """Where most paragraphs are links, these are what the page has to say."""
    links = "".join(f"<p><a href='{n}'>{line}</a></p>" for n, line in enumerate(STORY))

    assert article_text(page(f"<article>{links}</article>")).splitlines() == STORY


def test_article_cut_in_pieces_is_whole() -> None:
    """Advertisements between blocks of one name do not end the article."""
    piece = "<div class='grid article__body'>{}</div><div class=row><div class=ad>Buy</div></div>"
    pieces = "".join(piece.format(f"<p>{line}</p>" * 3) for line in STORY)

    text = article_text(page(f"<main><h1>Ferry bookings read</h1><div>{pieces}</div></main>"))

    assert all(line in text for line in STORY)
    assert "Buy" not in text


def test_block_named_like_furniture_is_kept_when_long() -> None:
    """A theme's wrapper with a name such as `subscribe` does not take the article with it."""
    text = article_text(page(f"<div class='subscribe content'>{PARAGRAPHS * 3}</div>"))

    assert STORY[0] in text


def test_white_space_and_hidden_characters_are_normalised() -> None:
    """Runs of space become one; controls, bidi overrides and zero-width characters go; quotes stay."""
    hidden = "lost \u202e714,32\u202c records\u200b &#x202e;and&nbsp;&nbsp; “said\u00ad so”"

    text = article_text(page(f"<article>{PARAGRAPHS}<p>They {hidden}   twice.</p></article>"))

    assert text.splitlines()[-1] == "They lost 714,32 records and “said so” twice."


@pytest.mark.parametrize(
    "control", ["\x07", "&#7;", "&#x1f;", "\x0c", "&#xFFFE;", "\ufffe", "\x0b", "&#0;"]
)
def test_control_character_does_not_cost_the_article(control: str) -> None:
    """A character that XML cannot hold is a gap in its line and no more."""
    text = article_text(
        page(f"<article><p>They said{control} so.<br>And{control}</p>{PARAGRAPHS}</article>")
    )

    assert STORY[0] in text
    assert control not in text


@given(st.text())
def test_tidy_is_idempotent(text: str) -> None:
    """Tidying what is tidy changes nothing, and no line has space at its ends."""
    once = tidy(text)

    assert tidy(once) == once
    assert all(line == line.strip() and line for line in once.splitlines())


def test_cleaning_is_deterministic() -> None:
    """The same page gives the same text, in whatever order pages are cleaned."""
    first = article_text(page())
    article_text(page(f"<main>{PARAGRAPHS}<p>Another page.</p></main>"))

    assert article_text(page()) == first
    assert article_text(page().encode()) == first


def test_trafilatura_is_not_loaded_before_it_is_needed() -> None:
    """Importing the module costs no heavy import."""
    code = (
        "import sys, slm_harness.pages;"
        "print(*{'trafilatura', 'requests', 'bs4', 'lxml'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""


def test_words_are_found_anywhere_on_the_page() -> None:
    """`has_words` sees furniture and text split by inline tags."""
    html = page(f"<footer>Write to <b>us</b>, now</footer>{PARAGRAPHS}")

    assert has_words(html, "Write to us, now")
    assert not has_words(html, "Write to them")


# ---------------------------------------------------------------- how cleaning is measured


def test_public_figure_is_computed_as_there() -> None:
    """Runs of four words; the means of precision and recall leave out what has no share in them."""
    half = match("a b c d e", "a b c d x")

    assert (half.shared, half.surplus, half.missed) == (1, 1, 1)
    assert official([half, match("a b c d", "a b c d"), match("a b", "")]) == (0.6, 0.75, 0.5)


def test_words_are_counted_as_often_as_they_stand_there() -> None:
    """A word that the editor has once and the text twice is kept once and too many once."""
    measured = kept("The files, the lot", "the files the the", "Title: x\n\nthe files the the")

    assert (measured.recall, measured.precision, measured.words, measured.tokens) == (
        0.75,
        0.75,
        6,
        7,
    )


# ---------------------------------------------------------------- bytes to characters

WORDS = "Chloé paid £85 – “too much” – to Société Évrard’s office"


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("utf-8", "<meta charset=utf-8>"),
        ("utf-8", ""),
        ("utf-8", "<meta charset=windows-1252>"),
        ("utf-8-sig", "<meta charset=windows-1252>"),
        ("utf-16", ""),
        ("utf-16", "<meta charset=utf-8>"),
        ("cp1252", "<meta charset=windows-1252>"),
        ("cp1252", "<meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'>"),
        ("cp1252", "<meta charset=utf-8>"),
        ("cp1252", "<meta charset=nonsense-9>"),
        ("cp1252", "<meta charset=unicode_escape>"),
        ("cp1252", "<meta charset=rot13>"),
        ("cp1252", ""),
        ("cp1252", "<meta charset=utf-16>"),
        ("mac-roman", "<meta charset=macintosh>"),
    ],
)
def test_western_page_is_decoded(encoding: str, head: str) -> None:
    """Byte order mark, then what the bytes prove, then what is declared, then detection."""
    html = page(f"<article>{PARAGRAPHS}<p>{WORDS}.</p></article>", head).encode(encoding)

    assert WORDS in article_text(html)


@pytest.mark.parametrize(
    ("encoding", "head", "words"),
    [
        (
            "cp1251",
            "<meta charset=windows-1251>",
            "Компания сообщила о краже данных 86 400 клиентов",
        ),
        ("cp1251", "", "Компания сообщила о краже данных 86 400 клиентов"),
        ("shift_jis", "<meta charset=Shift_JIS>", "会社は顧客の情報が盗まれたと発表した"),
        ("euc_jp", "", "会社は顧客の情報がコピーされたと発表した。調査は続いている"),
        ("gb18030", "<meta charset=gb2312>", "公司表示客户信息被盗"),
        ("euc_kr", "<meta charset=euc-kr>", "회사는 고객 정보가 유출되었다고 밝혔다"),
    ],
)
def test_other_scripts_are_decoded(encoding: str, head: str, words: str) -> None:
    """Legacy encodings of other scripts are read, declared or not."""
    html = f"<html><head>{head}</head><body><article><p>{words}.</p><p>{words}!</p></article></body></html>"

    assert words in article_text(html.encode(encoding))


def test_language_decides_between_latin_code_pages() -> None:
    """A Polish page that declares nothing is read as cp1250."""
    words = "Śledztwo trwa, a łączna strata wynosi 2 mln złotych"
    html = f"<html lang='pl'><body><article><p>{words}.</p><p>{words}.</p></article></body></html>"

    assert words in article_text(html.encode("cp1250"))


def test_stray_byte_does_not_overturn_the_declared_encoding() -> None:
    """One broken byte in a UTF-8 page costs one character."""
    html = page(f"<article>{PARAGRAPHS}<p>{WORDS}.</p><p>Cut of", "<meta charset=utf-8>").encode()

    text = article_text(html + b"\xe2\x80</p></article></body></html>")

    assert WORDS in text


# ---------------------------------------------------------------- refusals

OVERSIZE = "<p>" + "x" * LIMIT


@pytest.mark.parametrize(
    ("html", "what"),
    [
        (b"", "empty"),
        ("  \n\t ", "empty"),
        ("<html><body></body></html>", "no article text"),
        ("<html><head><script>var a = 'a';</script></head><body></body></html>", "no article text"),
        (
            page("<div id=root></div><noscript>Please enable JavaScript.</noscript>"),
            "no article text",
        ),
        (
            page("<div id=root><p>You need to enable JavaScript to run this app.</p></div>"),
            "JavaScript",
        ),
        (b"%PDF-1.7 <p>text</p>", "a PDF"),
        (b"PK\x03\x04 <p>text</p>", "zip archive"),
        (b"\x89PNG\r\n\x1a\n <p>", "a picture"),
        (b"\x1f\x8b\x08\x00<p>", "gzip"),
        (b"<html>" + b"\x00\x01\x02", "binary"),
        ('{"articleBody": "<p>text</p>"}', "JSON"),
        ('["<p>text</p>"]', "JSON"),
        ("Just words, a < b.", "not one HTML tag"),
        (OVERSIZE, "more than 5,000,000 bytes"),
        (OVERSIZE.encode(), "more than 5,000,000 bytes"),
        ("<html><body>" + "<p>x</p>" * 40_000, "more than 20,000 elements"),
        ("<html><body><p " + " ".join(f"a{n}" for n in range(1_500)) + ">x", "attributes"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) and len(value) < 40 else "page",
)
def test_page_that_cannot_be_used_is_refused(html: bytes | str, what: str) -> None:
    """What is no article page is refused in one line that says what it is."""
    assert what in told(html)


def test_refusal_names_the_address() -> None:
    """The address, where known, stands before what is wrong."""
    with pytest.raises(PageError, match=r"^https://example\.org/a: the page is empty"):
        article_text("", "https://example.org/a")


@pytest.mark.parametrize("tag", ["div", "b", "table", "ul", "blockquote", "span"])
def test_deep_nesting_is_refused_quickly(tag: str) -> None:
    """20,000 nested tags end in one line, in under ten seconds and a gigabyte."""
    begun = time.monotonic()

    message = told("<html><body>" + f"<{tag}>" * 20_000 + PARAGRAPHS + f"</{tag}>" * 20_000)

    assert "nested more than 250 deep" in message
    assert time.monotonic() - begun < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 1_000_000


def test_nesting_within_reason_is_read() -> None:
    """200 nested tags are an ugly page and no more."""
    text = article_text("<html><body>" + "<div>" * 200 + PARAGRAPHS + "</div>" * 200)

    assert all(paragraph in text for paragraph in STORY)


def test_entity_bomb_does_not_expand() -> None:
    """Entities that a page defines are not HTML, and stay what they are."""
    bomb = "<!DOCTYPE html [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]>"

    assert "aaaa" not in article_text(f"{bomb}<html><body><p>&b;&b;</p>{PARAGRAPHS}</body></html>")


_PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<div>", "<table><tr><td>", "<h1>", "<!--", "<time datetime=2024-01-01>"),
        *("<script type='application/ld+json'>", "</script>", '{"@type": "Article",'),
        *('"datePublished": [', "]}", "<meta name=date content='", "'>", "&#x202e;", "&#xd800;"),
        *("\x00", "\ud800", *STORY),
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_PIECES | st.text(max_size=8), max_size=30).map("".join), st.booleans())
def test_any_page_is_read_or_refused(html: str, as_bytes: bool) -> None:
    """No page raises anything but the house's own error, and no text has a control character."""
    try:
        found = read_page(html.encode("utf-8", "replace") if as_bytes else html)
    except HarnessError:
        return
    assert found.text == tidy(found.text)


# ---------------------------------------------------------------- title and date


def ld(json_text: str) -> str:
    """A JSON-LD script."""
    return f"<script type='application/ld+json'>{json_text}</script>"


ARTICLE_LD = '{"@type": "NewsArticle", "headline": "From &amp; by LD", "datePublished": "2024-05-14T23:30:00+01:00"}'


@pytest.mark.parametrize(
    ("html", "title"),
    [
        (page(), "Ferry bookings read"),
        (page(PARAGRAPHS), "Daily"),
        (page(PARAGRAPHS, ld(ARTICLE_LD)), "From & by LD"),
        (page(PARAGRAPHS, "<meta property='og:title' content=' From  OG '>"), "From OG"),
        (
            page(
                f"<h1>The Daily Tidewater Gazette</h1><article><h1>Real</h1>{PARAGRAPHS}</article>"
            ),
            "Real",
        ),
        (
            page(f"<h1>Paper</h1><h1>Ferry <i>bookings</i> read</h1>{PARAGRAPHS}"),
            "Ferry bookings read",
        ),
        (
            page(
                f"<article><h1>Subscribe now to read the whole of it</h1></article><h1>Ferry</h1>{PARAGRAPHS}",
                "<meta property='og:title' content='Ferry'>",
            ),
            "Ferry",
        ),
        (f"<html><body>{PARAGRAPHS}</body></html>", None),
    ],
)
def test_title(html: str, title: str | None) -> None:
    """The headline: h1 before JSON-LD, og:title and <title>; among several the one metadata names."""
    assert read_page(html).title == title


MAY_14 = date(2024, 5, 14)


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        (ld(ARTICLE_LD), "", MAY_14),
        (ld(f'{{"@context": "x", "@graph": [{{"@type": "Person"}}, {ARTICLE_LD}]}}'), "", MAY_14),
        (ld(f"[{ARTICLE_LD}]"), "", MAY_14),
        (ld('{"@type": ["Thing", "BlogPosting"], "datePublished": "May 14, 2024"}'), "", MAY_14),
        (
            ld('{"@type": "WebPage", "datePublished": "2001-01-01"}') + ld(ARTICLE_LD),
            "",
            MAY_14,
        ),
        (
            ld(
                '{"@type": "NewsArticle", "mentions": {"@type": "Article", "datePublished": "2001-01-01"}}'
            ),
            "<time datetime=2024-05-14>",
            MAY_14,
        ),
        (ld("{broken") + ld(ARTICLE_LD), "", MAY_14),
        (ld("<!-- " + ARTICLE_LD + " -->"), "", MAY_14),
        ("<meta property='article:published_time' content='2024-05-14T06:00:00Z'>", "", MAY_14),
        ("<meta name='date' content='14 May 2024'>", "", MAY_14),
        ("<meta name='DC.date.issued' content='2024/05/14'>", "", MAY_14),
        ("<meta name='pubdate' content='20240514'>", "", MAY_14),
        ("<meta name='date' content='Tue, 14 May 2024 06:00:00 GMT'>", "", MAY_14),
        ("<meta name='date' content='Tuesday, May 14th, 2024'>", "", MAY_14),
        ("", "<p itemprop='datePublished' content='2024-05-14'>", MAY_14),
        (
            "",
            "<aside><time datetime=2001-01-01></time></aside><time datetime='2024-05-14 08:00'>",
            MAY_14,
        ),
        ("<meta name='date' content='2024-02-31'>", "<time datetime=2024-05-14>", MAY_14),
        ("<meta name='date' content='1970-01-01'>", "", None),
        ("<meta name='date' content='yesterday'>", "", None),
        ("", "", None),
    ],
)
def test_publication_date(head: str, body: str, published: date | None) -> None:
    """The day as the publisher writes it, from JSON-LD, meta or time; impossible ones are passed over."""
    assert read_page(page(body + PARAGRAPHS, head)).published == published


@pytest.mark.parametrize(
    "json_text",
    [
        "[" * 100_000,
        '{"@graph":' * 50_000,
        '{"@type": "Article", "headline": 5, "datePublished": {"a": []}}',
        '{"@type": {"a": 1}, "datePublished": []}',
        '{"@type": "Article", "datePublished": ' + "9" * 5_000 + "}",
        '{"@graph": [' + ",".join(['{"@type": "Article"}'] * 20_000) + "]}",
        "null",
        "NaN",
        '"text"',
        "",
    ],
    ids=range(10),
)
def test_hostile_json_ld_is_passed_over(json_text: str) -> None:
    """No JSON-LD, however broken, costs the page."""
    found = read_page(page(PARAGRAPHS, ld(json_text)))

    assert (found.title, found.published) == ("Daily", None)


# ---------------------------------------------------------------- fetching


class Site(ThreadingHTTPServer):
    """The site's server; a client that hangs up is no news to it."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


class Handler(BaseHTTPRequestHandler):
    """A small site with everything that can go wrong on it."""

    agents: list[str]
    stopped: threading.Event

    def do_GET(self) -> None:
        """Answer by path."""
        self.agents.append(self.headers["User-Agent"])
        getattr(self, "page" + self.path.replace("/", "_").replace("-", "_"), self.page_missing)()

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send one answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def page_missing(self) -> None:
        """No such page."""
        self.answer(404)

    def page_story(self) -> None:
        """A page, its bytes not even UTF-8."""
        self.answer(200, b"<p>caf\xe9</p>\r\n", Content_Type="text/html; charset=iso-8859-1")

    def page_zipped(self) -> None:
        """A page sent compressed."""
        self.answer(
            200, gzip.compress(b"<p>x</p>"), Content_Type="text/html", Content_Encoding="gzip"
        )

    def page_bomb(self) -> None:
        """A page that grows a thousandfold when unpacked; no larger, for it is made in the half second."""
        body = gzip.compress(b"\0" * 1_000_000)
        self.answer(200, body, Content_Type="text/html", Content_Encoding="gzip")

    def page_garbled(self) -> None:
        """A page that says it is compressed and is not."""
        self.answer(200, b"<p>plain</p>", Content_Type="text/html", Content_Encoding="gzip")

    def page_moved(self) -> None:
        """The first step of two."""
        self.answer(301, Location="/moved-again")

    def page_moved_again(self) -> None:
        """The second step."""
        self.answer(302, Location="/story")

    def page_loop(self) -> None:
        """A page that leads to itself."""
        self.answer(302, Location="/loop")

    def page_to_file(self) -> None:
        """A way out of the web."""
        self.answer(302, Location="file:///etc/passwd")

    def page_moved_for_ever(self) -> None:
        """A redirect whose own body never ends."""
        self.answer(302, Location="/story", Content_Type="text/html")
        with contextlib.suppress(OSError):
            while not self.stopped.is_set():
                self.wfile.write(b"x" * 65_536)

    def page_slow_head(self) -> None:
        """A header at a time, each in time, and no end of them."""
        self.send_response(200)
        with contextlib.suppress(OSError):
            while not self.stopped.wait(0.05):
                self.send_header("X-More", "x")
                self.flush_headers()

    def page_pdf(self) -> None:
        """Not a page."""
        self.answer(200, b"%PDF-", Content_Type="application/pdf")

    def page_declared_large(self) -> None:
        """Too large, and says so."""
        self.answer(200, Content_Type="text/html", Content_Length="9000000000")

    def page_large(self) -> None:
        """Too large, without saying so."""
        self.answer(200, b"x" * 6_000, Content_Type="text/html")

    def page_silent(self) -> None:
        """No answer until the test is over."""
        self.stopped.wait(30)

    def page_drip(self) -> None:
        """A byte at a time: each one is in time, the whole never is."""
        self.answer(200, Content_Type="text/html")
        while not self.stopped.wait(0.05):
            self.wfile.write(b"x")

    def page_cut(self) -> None:
        """Less than was promised."""
        self.answer(200, b"<p>half", Content_Type="text/html", Content_Length="5000")

    def page_broken(self) -> None:
        """A server error with a hostile reason."""
        self.send_response(500, "Oh \x1b[31m no")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The site's address on the loopback."""
    Handler.agents, Handler.stopped = [], threading.Event()
    with Site(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        Handler.stopped.set()
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the machine is not asked for the loopback."""
    monkeypatch.setenv("NO_PROXY", "*")


def test_bytes_come_untouched(site: str) -> None:
    """A page is what the server sent, byte for byte, asked for under the harness's own name."""
    fetched = fetch(f"{site}/story")

    assert fetched.content == b"<p>caf\xe9</p>\r\n"
    assert fetched.url == fetched.final_url == f"{site}/story"
    assert fetched.redirects == ()
    assert Handler.agents[-1].startswith("slm-harness/")


def test_compression_is_undone(site: str) -> None:
    """What is compressed for the way is saved as the page it is."""
    assert fetch(f"{site}/zipped").content == b"<p>x</p>"


def test_redirects_are_recorded(site: str) -> None:
    """The way from the address asked for to the one that answered is kept."""
    fetched = fetch(f"{site}/moved")

    assert fetched.final_url == f"{site}/story"
    assert fetched.redirects == (f"{site}/moved-again",)


def test_the_body_of_a_redirect_is_not_read(site: str) -> None:
    """Nobody sees it, and it may have no end."""
    assert fetch(f"{site}/moved-for-ever", timeout=5).final_url == f"{site}/story"


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("/nothing-here", "the server answered 404 Not Found"),
        ("/broken", "the server answered 500 Oh"),
        ("/loop", "more than 10 redirects"),
        ("/to-file", "neither http nor https"),
        ("/pdf", "application/pdf, not an HTML page"),
        ("/declared-large", "more than 5,000 bytes"),
        ("/large", "more than 5,000 bytes"),
        ("/bomb", "more than 5,000 bytes"),
        ("/garbled", "compressed"),
        ("/silent", "no answer within 0.5 s"),
        ("/drip", "no answer within 0.5 s"),
        ("/slow-head", "no answer within 0.5 s"),
        ("/cut", "broke off"),
    ],
)
def test_failure_is_one_line(site: str, path: str, what: str) -> None:
    """Each way in which a fetch fails has its own words, after the address."""
    with pytest.raises(FetchError) as caught:
        fetch(site + path, timeout=0.5, limit=5_000)

    message = caught.value.message
    assert message.startswith(f"{site}{path}: ")
    assert what in message
    assert message.isprintable()


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://no-such-host.invalid/", "host name is not known"),
        ("ftp://example.org/", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("javascript:alert(1)", "only http and https"),
        ("http://", "no address"),
        ("http://[::1", "no address"),
        ("http://exa mple.org:port/", "no address"),
    ],
)
def test_address_that_leads_nowhere(url: str, what: str) -> None:
    """Addresses that are none, or of hosts that are not, are refused."""
    with pytest.raises(FetchError, match=what):
        fetch(url, timeout=5)


def test_nobody_listens(unused_port: int) -> None:
    """A refused connection says so."""
    with pytest.raises(FetchError, match="connection refused"):
        fetch(f"http://127.0.0.1:{unused_port}/")


@pytest.fixture
def unused_port() -> int:
    """A port at which nobody listens."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        return server.server_port


def test_secure_connection_that_is_none(site: str) -> None:
    """A server that does not speak TLS is not trusted."""
    with pytest.raises(FetchError, match="secure connection"):
        fetch(site.replace("http:", "https:") + "/story", timeout=2)


# ---------------------------------------------------------------- the standfirst

STANDFIRST = "A laptop that nobody had locked away was all it took, says the water company."


def with_standfirst(description: str, below: str = "") -> str:
    """A page whose standfirst is outside the article."""
    return (
        f'<html><head><meta name="description" content="{description}"></head><body>'
        f"<div class=head><h1>Water company</h1><p class=lead>{STANDFIRST}</p></div>"
        f"<article>{below}{PARAGRAPHS}</article></body></html>"
    )


def test_standfirst_outside_the_article_is_kept() -> None:
    """What the page's own description repeats belongs to the article, wherever the layout puts it."""
    first, *rest = article_text(with_standfirst(STANDFIRST)).splitlines()

    assert first == STANDFIRST
    assert STANDFIRST not in rest


def test_standfirst_is_kept_once() -> None:
    """One that the body repeats is not put before it again."""
    assert article_text(with_standfirst(STANDFIRST, f"<p>{STANDFIRST}</p>")).count(STANDFIRST) == 1


def test_a_description_that_is_nowhere_to_be_read_is_no_standfirst() -> None:
    """Words of the metadata alone are not put into the text."""
    text = article_text(
        with_standfirst("News, weather and sport from all over the county, every day")
    )

    assert "weather" not in text


def test_an_h1_outside_the_article_is_the_site() -> None:
    """Where a theme has the site's name as its h1 and the headline as h2, the metadata decide."""
    html = (
        '<html><head><title>Prices rise | The Post</title><meta property="og:title" content="Prices rise">'
        f"</head><body><header><h1>The Post</h1></header><article><h2>Prices rise</h2>{PARAGRAPHS}</article>"
        "</body></html>"
    )

    assert read_page(html).title == "Prices rise"
