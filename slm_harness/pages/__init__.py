"""Web pages: the article's text, its title and date, and fetching a page to be saved."""

from slm_harness.pages.cleaning import Page, article_text, read_page
from slm_harness.pages.fetching import Fetched, fetch
from slm_harness.pages.source import LIMIT, known_charset, source_of
from slm_harness.pages.tidying import tidy
from slm_harness.pages.visible import dropped_lines, has_words, page_lines

__all__ = [
    "LIMIT",
    "Fetched",
    "Page",
    "article_text",
    "dropped_lines",
    "fetch",
    "has_words",
    "known_charset",
    "page_lines",
    "read_page",
    "source_of",
    "tidy",
]
