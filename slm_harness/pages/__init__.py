"""Web pages: the article's text, its title and date, and fetching a page to be saved."""

from slm_harness.pages.cleaning import Page, article_text, has_words, read_page
from slm_harness.pages.fetching import Fetched, fetch
from slm_harness.pages.source import LIMIT
from slm_harness.pages.tidying import tidy

__all__ = ["LIMIT", "Fetched", "Page", "article_text", "fetch", "has_words", "read_page", "tidy"]
