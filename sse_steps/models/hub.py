"""The Hugging Face hub, through its own client: what a repository holds, and the bytes of a file.

HF_ENDPOINT, HF_HUB_OFFLINE, HF_HUB_DOWNLOAD_TIMEOUT and the proxies are the client's. A token comes
from HF_TOKEN alone: no token file is read. It is sent to the hub's own origin and to no other, and
is never part of a message. Sizes and digests come first, bytes second.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, constants, get_hf_file_metadata, get_session, hf_hub_url
from huggingface_hub.errors import (
    DisabledRepoError,
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import (  # type: ignore[attr-defined]  # documented there; no __all__
    build_hf_headers,
    hf_raise_for_status,
)

from sse_steps.errors import DownloadIncompleteError, SourceMissingError
from sse_steps.models.promises import Digest, Promise
from sse_steps.models.resuming import Answer, Ask, Report, report_earlier, resume
from sse_steps.models.retries import TransientError, with_retries
from sse_steps.printable import printable

_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHECK = "Check the network, HF_ENDPOINT and HF_HUB_OFFLINE, and run the same command again."


@dataclass(frozen=True, slots=True)
class Revision:
    """A state of a repository that never changes."""

    commit: str
    names: frozenset[str]  # the paths of its files


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository of models on the hub that HF_ENDPOINT names."""

    name: str

    def revision(self, name: str) -> Revision:
        """Return what a branch, a tag or a commit stands for now.

        Raises:
            SourceMissingError: there is no such repository or revision, or not for us.
            DownloadIncompleteError: the hub cannot be reached or understood.
        """
        return with_retries(lambda: self._revision(name))

    def promise(self, commit: str, path: str) -> Promise:
        """Return the size and the digest that the hub promises for a file.

        Raises:
            SourceMissingError: there is no such file, or not for us.
            DownloadIncompleteError: the hub cannot be reached or understood.
        """
        return with_retries(lambda: self._promise(commit, path))

    def fetch(self, commit: str, path: str, total: int, partial: Path, report: Report) -> None:
        """Bring a file to `partial`, going on where an earlier try stopped. Nothing is checked yet.

        Raises:
            SourceMissingError: there is no such file, or not for us.
            DownloadIncompleteError: it did not come in three tries; what came stays.
        """

        def one_try() -> None:
            with _faults(f"{self.name}/{path}"):
                resume(_request(self._url(commit, path)), partial, total, report)

        report_earlier(partial, total, report)
        with_retries(one_try)

    def _revision(self, name: str) -> Revision:
        with _faults(self.name):
            api = HfApi(endpoint=_endpoint(), token=_token())
            info = api.model_info(self.name, revision=name, timeout=constants.HF_HUB_ETAG_TIMEOUT)
            commit = str(info.sha)
            names = frozenset(str(each.rfilename) for each in info.siblings or ())
        if not _COMMIT.fullmatch(commit):
            raise _not_understood(self.name, f"it names the commit {commit!r:.80}")
        return Revision(commit, names)

    def _promise(self, commit: str, path: str) -> Promise:
        with _faults(f"{self.name}/{path}"):
            found = get_hf_file_metadata(
                self._url(commit, path), token=_token(), endpoint=_endpoint()
            )
        if found.size is None or found.size < 0:
            raise _not_understood(f"{self.name}/{path}", "it names no size")
        return Promise(found.size, _digest(f"{self.name}/{path}", found.etag or ""))

    def _url(self, commit: str, path: str) -> str:
        return hf_hub_url(self.name, path, revision=commit, endpoint=_endpoint())


def _endpoint() -> str:
    return (os.environ.get("HF_ENDPOINT") or constants.ENDPOINT).rstrip("/")


def _token() -> str | bool:
    """Return the token of the environment; False keeps the client from looking elsewhere."""
    return os.environ.get("HF_TOKEN", "").strip() or False


def _digest(name: str, etag: str) -> Digest:
    """Return what an ETag promises: SHA-256 for large files, git's blob id for the others."""
    if _SHA256.fullmatch(etag):
        return Digest("sha256", etag)
    if _COMMIT.fullmatch(etag):
        return Digest("git", etag)
    raise _not_understood(name, f"its ETag {etag!r:.80} is no digest")


def _request(url: str) -> Ask:
    """Return how to ask for a URL on the client's session.

    Its redirects are followed by the session, which leaves the token out for another origin.
    """

    @contextmanager
    def ask(headers: Mapping[str, str]) -> Iterator[Answer]:
        ours = build_hf_headers(token=_token(), headers=dict(headers))
        timeout = constants.HF_HUB_DOWNLOAD_TIMEOUT
        with get_session().stream("GET", url, headers=ours, timeout=timeout) as response:
            hf_raise_for_status(response)
            content_range = response.headers.get("Content-Range")
            # Without a size of its own: pieces that wait for their full size are lost in a cut.
            yield Answer(response.status_code, content_range, response.iter_bytes())

    return ask


@contextmanager
def _faults(name: str) -> Iterator[None]:
    """Turn what the client raises into our own errors; no text of a URL or a header goes along."""
    try:
        yield
    except OfflineModeIsEnabled as fault:
        raise DownloadIncompleteError(
            f"'{name}' is not here, and HF_HUB_OFFLINE forbids to bring it", "Unset HF_HUB_OFFLINE."
        ) from fault
    except GatedRepoError as fault:
        raise _missing(f"'{name}' is gated: its owner must grant access", fault) from fault
    except (RepositoryNotFoundError, RevisionNotFoundError, EntryNotFoundError) as fault:
        raise _missing(f"the hub has no '{name}', or not for this token", fault) from fault
    except (DisabledRepoError, HFValidationError) as fault:
        raise _missing(f"the hub cannot give '{name}'", fault) from fault
    except HfHubHTTPError as fault:
        raise _refused(name, fault) from fault
    except TransientError as fault:
        raise TransientError(f"'{name}' is cut short: {fault.wrong}", _CHECK) from fault
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as fault:
        what = printable(f"{type(fault).__name__} {fault}"[:200])
        raise TransientError(f"'{name}' could not be fetched: {what}", _CHECK) from fault
    except (ValueError, LookupError, TypeError, AttributeError) as fault:
        raise _not_understood(name, type(fault).__name__) from fault


def _missing(what: str, fault: Exception) -> SourceMissingError:
    said = printable(str(getattr(fault, "server_message", None) or "")[:200])
    return SourceMissingError(f"{what}{f' ({said})' if said else ''}", "Correct the `source`.")


def _refused(name: str, fault: HfHubHTTPError) -> SourceMissingError | TransientError:
    status = fault.response.status_code
    if status in (401, 403, 404, 410, 451):
        return _missing(f"the hub answers {status} for '{name}'", fault)
    asked = str(fault.response.headers.get("Retry-After", ""))
    wait_s = float(asked) if asked.isascii() and asked.isdigit() else 0.0
    return TransientError(f"the hub answers {status} for '{name}'", _CHECK, wait_s)


def _not_understood(name: str, why: str) -> DownloadIncompleteError:
    return DownloadIncompleteError(
        f"the hub's answer about '{name}' cannot be understood: {why}",
        "Check that HF_ENDPOINT names a hub.",
    )
