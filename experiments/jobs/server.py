"""The job server of a cluster, found or refused within seconds, with one sentence.

Ray's own client waits for the network's patience on an address that does not answer, so the address is tried first.
A token is Ray's matter: RAY_AUTH_MODE=token and RAY_AUTH_TOKEN (or RAY_AUTH_TOKEN_PATH) in the environment.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from importlib.metadata import version
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from evaluators.errors import CairnError

USUAL = "http://127.0.0.1:8265"
_ANSWER_SECONDS = 5.0
_ADDRESS = "RAY_API_SERVER_ADDRESS"
_TOKEN = (
    "the cluster wants its token: set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN to the token that it was started with, "
    "here as there"
)


def connect(address: str | None) -> Any:
    """Ray's client of the job server at `http://HOST:8265`; by default the address in RAY_API_SERVER_ADDRESS.

    Raises:
        CairnError: nobody answers there, it is no job server, it wants a token, or it runs another Ray.
    """
    found = _spelt_out(address or os.environ.get(_ADDRESS) or USUAL)
    _greet(found)
    os.environ[_ADDRESS] = found  # Ray's client lets this variable go before the address that it is given
    with told(found):
        from ray.job_submission import JobSubmissionClient

        logging.getLogger("ray").setLevel(logging.WARNING)
        for name in ("ray.dashboard.modules.dashboard_sdk", "ray.dashboard.modules.job.sdk"):
            logging.getLogger(name).setLevel(logging.WARNING)
        return JobSubmissionClient(found)


@contextmanager
def told(address: str, job: str | None = None) -> Iterator[None]:
    """Says what Ray's client found in the way, in one sentence.

    Raises:
        CairnError: there is no such job, the token is wrong, or the server refuses or is gone.
    """
    import requests
    from ray.exceptions import AuthenticationError

    try:
        yield
    except AuthenticationError as error:
        raise CairnError(_TOKEN) from error
    except (requests.exceptions.RequestException, ConnectionError) as error:
        raise CairnError(
            f"the connection to {address} was lost ({type(error).__name__}); a job there goes on"
        ) from error
    except RuntimeError as error:
        text = " ".join(str(error).split())
        if job is not None and ("404" in text or "does not exist" in text):
            raise CairnError(f"there is no job {job} at {address}; `cairn job ls` names them") from error
        if "413" in text:
            raise CairnError(f"the upload is larger than {address} takes; keep data and models out of it") from error
        raise CairnError(f"the job server at {address} refused: {text[:400]}") from error


def _spelt_out(address: str) -> str:
    found = address if "://" in address else f"http://{address}"
    if urlsplit(found).scheme not in ("http", "https"):
        raise CairnError(
            f"{address} is no address of a job server; give that of the dashboard, such as http://HOST:8265 (a port of "
            "the cluster's head can be brought here by `ray dashboard CLUSTER.yaml` or `kubectl port-forward`)"
        )
    return found.rstrip("/")


def _greet(address: str) -> None:
    try:
        with urlopen(f"{address}/api/version", timeout=_ANSWER_SECONDS) as answer:
            there = str(json.load(answer)["ray_version"])
    except HTTPError as error:
        if error.code in (401, 403):
            return  # the token is the client's matter
        raise CairnError(f"{address} answers, but not as a Ray dashboard (status {error.code})") from error
    except (URLError, TimeoutError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise CairnError(
            f"nobody answers at {address} ({reason}); is the cluster up, with its dashboard, and is the port open here?"
        ) from error
    except (HTTPException, ValueError, KeyError, TypeError) as error:
        raise CairnError(f"{address} answers, but not as a Ray dashboard") from error
    here = version("ray")
    if there.split(".")[:2] != here.split(".")[:2]:
        raise CairnError(f"the cluster runs Ray {there}, and this is Ray {here}; both must be of one minor version")
