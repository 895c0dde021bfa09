"""Environment variables that lead requests astray. Their values are not shown: proxies have passwords."""

import re
from collections.abc import Iterator, Mapping

from slm_harness.health.findings import Finding, note, ok

_PROXIES = ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy")
_NEAR = ("localhost", "127.0.0.1")
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - what a user's variable may say; nothing is opened here


def proxy_findings(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Whether other programs would send what is meant for this machine to a proxy."""
    found = [name for name in _PROXIES if environment.get(name, "").strip()]
    if not found:
        yield ok("proxies", "none would catch requests to this machine")
        return
    spared = environment.get("NO_PROXY", "") or environment.get("no_proxy", "")
    names = {name.strip().lower() for name in spared.split(",")}
    missing = [name for name in _NEAR if name not in names]
    if "*" in names or not missing:
        yield ok("proxies", f"{' and '.join(found)} is set, and NO_PROXY spares this machine")
        return
    rest = ",$NO_PROXY" if environment.get("NO_PROXY") else ""
    yield note(
        "proxies",
        f"{' and '.join(found)} is set and NO_PROXY lacks {' and '.join(missing)}: slm-harness goes to "
        "this machine directly, other clients, such as curl or the ollama package, would ask the proxy",
        f"export NO_PROXY={','.join(_NEAR)}{rest}",
    )


def host_findings(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Whether ``OLLAMA_HOST`` says what it seems to say."""
    host = environment.get("OLLAMA_HOST", "").strip()
    if not host:
        yield ok("OLLAMA_HOST", "not set, so 127.0.0.1:11434")
        return
    scheme, _, rest = host.rpartition("://")
    name = rest.partition("/")[0].rpartition("@")[2]
    bare, colon, port = name.rpartition(":") if re.search(r":\d+\Z", name) else (name, "", "")
    odd = list(_oddities(scheme.lower(), bare, has_port=bool(colon)))
    if not odd:
        yield ok("OLLAMA_HOST", "names a host and a port")
    for what in odd:
        yield note("OLLAMA_HOST", what, f"export OLLAMA_HOST={_reachable(bare)}:{port or 11434}")


def _oddities(scheme: str, bare: str, *, has_port: bool) -> Iterator[str]:
    if bare == _EVERYWHERE:
        yield "is where a server listens, and nothing can be sent there: 127.0.0.1 is asked instead"
    if scheme == "https":
        yield "says https, which Ollama itself does not speak: right only with a proxy in front of it"
    if not has_port:
        taken = {"https": 443, "http": 80}.get(scheme, 11434)
        ours = "" if taken == 11434 else ", and Ollama listens on 11434"
        yield f"has no port: {taken} is asked{ours}"


def _reachable(bare: str) -> str:
    """A host to which something can be sent, and that is safe in a command."""
    safe = bare != _EVERYWHERE and re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", bare)
    return bare if safe else "127.0.0.1"
