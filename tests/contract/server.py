"""The server under the contract: plain HTTP to it, and what is known of the model that is there."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

Json = dict[str, Any]

PREFIX = "slm-harness-contract-"
"""All models that a contract test makes have it."""
OPTIONS: Json = {"num_ctx": 2048, "num_predict": 96, "temperature": 0, "seed": 1, "top_k": 1}
"""A window that models with eyes get too: they get 2048 tokens at least, whatever is asked for."""


@dataclass(frozen=True)
class Server:
    """One Ollama server, or what claims to behave like one."""

    address: str
    model: str
    """A base that is pulled."""
    http: httpx.Client

    def get(self, path: str) -> httpx.Response:
        """GET."""
        return self.http.get(self.address + path)

    def post(self, path: str, **body: object) -> httpx.Response:
        """POST an object."""
        return self.http.post(self.address + path, json=body)

    def ask(self, prompt: str, *, model: str = "", **more: object) -> httpx.Response:
        """Generate, unstreamed unless ``more`` says otherwise, with few tokens in a small window."""
        options = {**OPTIONS, **dict(more.pop("options", {}))}  # type: ignore[call-overload]
        body = {"model": model or self.model, "prompt": prompt, "stream": False, "options": options}
        return self.post("/api/generate", **{**body, **more})

    def show(self, model: str = "") -> Json:
        """All that is told of a model."""
        found: Json = self.post("/api/show", model=model or self.model).json()
        return found

    def create(self, name: str, **recipe: object) -> str:
        """Make a model of the base unless the recipe says of another; its complete name."""
        made = PREFIX + name
        body = {"model": made, "from": self.model, "stream": False, **recipe}
        assert self.post("/api/create", **body).json() == {"status": "success"}
        return made

    def delete(self, model: str) -> httpx.Response:
        """Remove a model."""
        return self.http.request("DELETE", self.address + "/api/delete", json={"model": model})

    def digests(self) -> dict[str, str]:
        """Name, tag included, to digest."""
        listed = self.get("/api/tags").json()["models"]
        return {model["name"]: model["digest"] for model in listed}

    def loaded(self) -> list[Json]:
        """What is loaded."""
        found: list[Json] = self.get("/api/ps").json()["models"]
        return found

    @property
    def full_name(self) -> str:
        """The base's name as listings have it."""
        return self.model if ":" in self.model.rpartition("/")[2] else f"{self.model}:latest"

    def clean(self) -> None:
        """Remove what contract tests made."""
        for name in self.digests():
            if name.rpartition("/")[2].startswith(PREFIX):
                self.delete(name)


def said(response: httpx.Response) -> str:
    """The words of an error."""
    return str(response.json()["error"])


def lines(response: httpx.Response) -> Sequence[Json]:
    """The objects of a stream."""
    return [json.loads(line) for line in response.content.split(b"\n") if line]
