"""Which models a command line means. Pure functions on its words, so that they can be told by a table."""

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_ARGUMENTS = re.compile(r"\([^()]*=[^()]*\)")
_OPERATORS = frozenset({"and", "or", "not", "True", "False", "None"})


@dataclass(frozen=True)
class Selection:
    """What was said on the command line about which cases are to run."""

    markers: str = ""
    """``-m``"""
    keywords: str = ""
    """``-k``"""
    arguments: Sequence[str] = ()
    """Paths and node ids."""
    added: Sequence[str] = ()
    """Models of ``--model``."""
    failed_before: Sequence[str] = ()
    """With ``--lf``, the node ids that failed."""

    def named(self, models: Iterable[str]) -> set[str]:
        """The models that the command line names: those must be measured, or the run is red."""
        return {model for model in models if self._names(model)}

    def _names(self, model: str) -> bool:
        name = model.lower()
        # `-k phi` is short for the model, `-k phi3-mill-lane` for cases of it.
        in_keywords = any(
            word in name or f"{name}-" in word
            for word in map(str.lower, _words(self.keywords))
            if len(word) > 1
        )
        ids = [a for a in (*self.arguments, *self.failed_before) if "[" in a]
        in_ids = any(re.search(rf"\[{re.escape(model)}[]-]", id_) for id_ in ids)
        return model in _words(self.markers) or in_keywords or in_ids or model in self.added

    def possible(self, models: Collection[str]) -> set[str]:
        """The models that may have cases in the run: those worth looking for on their server."""
        words = _words(self.markers)
        mentioned = {model for model in models if model in words}
        # "-m phi3" cannot select another model; "-m 'not phi3'" can.
        narrowed = mentioned and not re.search(r"\bnot\b", self.markers)
        return mentioned if narrowed else set(models)

    def selectable(self, models: Collection[str]) -> set[str]:
        """The models of which a case can be selected: all, unless ``-m`` is made of names of models alone.

        With any other marker in it a test of theirs may carry that one.
        """
        words = set(_words(self.markers))
        return words & set(models) if self._only_models(words, models) else set(models)

    def _only_models(self, words: set[str], models: Collection[str]) -> bool:
        return bool(words) and words <= set(models) and not re.search(r"\bnot\b", self.markers)

    def unknown_markers(self, known: Collection[str]) -> list[str]:
        """The words of ``-m`` that are no marker, each with the nearest that is."""
        faults = []
        for word in _words(self.markers):
            if word in known:
                continue
            near = difflib.get_close_matches(word, known, n=1)
            faults.append(f"{word!r}" + (f" (did you mean {near[0]!r}?)" if near else ""))
        return faults


def _words(expression: str) -> list[str]:
    bare = _ARGUMENTS.sub("", expression)
    return [word for word in _WORD.findall(bare) if word not in _OPERATORS]
