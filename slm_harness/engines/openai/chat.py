"""One request to an OpenAI-compatible server and one checked reply; what knows the servers is built upon it."""

import json
from collections.abc import Mapping
from http import HTTPStatus

import httpx

from slm_harness.engines.context import Gauge
from slm_harness.engines.openai.border import (
    Server,
    open_client,
    parsed,
    parsed_object,
    refusal,
    translated,
)
from slm_harness.engines.openai.options import LENGTH_LIMITS
from slm_harness.engines.openai.reply import checked_reply
from slm_harness.engines.transport import request_seconds
from slm_harness.records import Recipe, Reply, Request

_NO_LIST = (404, 405, 501)
_FILTERED = ("content_filter", "content_policy_violation")
_LENGTHS = ("maxLength", "maxItems")


class Chat:
    """Puts prompts to one model of one server, also from several threads at once."""

    def __init__(self, server: Server, model: str, seconds: float) -> None:
        self.server = server
        self.model = model
        self._client = open_client(server, seconds)

    def put(
        self,
        request: Request,
        recipe: Recipe,
        schema: Mapping[str, object],
        options: Mapping[str, object],
        gauge: Gauge,
    ) -> Reply:
        """One reply to one prompt, whole and unstreamed.

        Args:
            request: What is asked.
            recipe: The words around it.
            schema: What the server is to hold the model to; empty for no schema.
            options: All else that is sent, the limit of tokens included.
            gauge: Judges the counts of the reply.

        Raises:
            NotMeasured: no reply was obtained.
        """
        prompt = recipe.message(request.prompt)
        body = request_body(self.model, prompt, recipe.system, schema, options)
        with translated(f"reading {request.article}", self.server):
            try:
                answer = parsed_object(self._post(body), self.server)
            except Exception as error:
                if not _is_withheld(refusal(error)):
                    raise
                return Reply("", "filtered", request_seconds())
        where = f"{self.server.base_url} on {request.article}"
        return checked_reply(answer, gauge, request, where, request_seconds(), self.server.advice)

    def _post(self, body: Mapping[str, object]) -> httpx.Response:
        return self._client.post("/chat/completions", body=dict(body), cast_to=httpx.Response)

    def listed(self) -> Mapping[str, Mapping[str, object]] | None:
        """What the server tells of its models, by name; None where it has no list of them.

        Raises:
            NotMeasured: the server does not answer, or with something else.
        """
        with translated("listing its models", self.server):
            try:
                response = self._client.get("/models", cast_to=httpx.Response)
            except Exception as error:
                refused = refusal(error)
                if refused is not None and refused.status_code in _NO_LIST:
                    return None
                raise
            return _models(parsed(response, self.server))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def request_body(
    model: str,
    prompt: str,
    system: str,
    schema: Mapping[str, object],
    options: Mapping[str, object],
) -> dict[str, object]:
    """The JSON of a request, schema nested as the API wants it: one level higher it is ignored in silence."""
    body: dict[str, object] = {
        "model": model,
        "messages": [
            {"role": "system", "content": system},
            {"role": "user", "content": prompt},
        ],
        "stream": False,
        **{name: value for name, value in options.items() if name != LENGTH_LIMITS},
    }
    if schema:
        sent = dict(schema) if options.get(LENGTH_LIMITS, True) else _without_lengths(schema)
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "reply", "strict": True, "schema": sent},
        }
    return body


def _without_lengths(schema: object) -> object:
    if isinstance(schema, Mapping):
        return {
            key: _without_lengths(value)
            for key, value in schema.items()
            # A field may have such a name; what is under it is no number then.
            if not (key in _LENGTHS and isinstance(value, int))
        }
    return [_without_lengths(item) for item in schema] if isinstance(schema, list) else schema


def _is_withheld(response: httpx.Response | None) -> bool:
    """Whether a refusal is that of a content filter, which Azure puts under 400."""
    if response is None or response.status_code != HTTPStatus.BAD_REQUEST:
        return False
    try:
        error = json.loads(response.content)["error"]
        return error["code"] in _FILTERED
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _models(body: object) -> Mapping[str, Mapping[str, object]]:
    """What is listed, by name. Some servers send the list without the object around it."""
    data = body.get("data") if isinstance(body, dict) else body
    if not isinstance(data, list):
        raise ValueError(  # noqa: TRY004 - of the server's, not of a caller's
            f"a {type(data).__name__} where a list of models belongs"
        )
    return {str(one["id"]): one for one in data if isinstance(one, dict) and "id" in one}
