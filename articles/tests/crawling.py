"""Reading our own pages as a machine does: what they hold, and where they lead."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import lxml.html
from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client
from lxml.html import HtmlElement


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered; `text` is "" for what is no page."""

    address: str
    status: int
    headers: str
    text: str

    @property
    def tree(self) -> HtmlElement:
        return lxml.html.document_fromstring(self.text)

    def links(self) -> Iterator[str]:
        """Our own addresses that the page names in any attribute, with query and fragment."""
        if not self.text.lstrip().startswith("<!doctype html>"):
            return
        for element in self.tree.iter("*"):
            for name, value in element.items():
                for written in _addresses(name, value):
                    if own := _own(self.address, written):
                        yield own

    def onward(self) -> list[str]:
        """Where on our site it redirects to."""
        lines = self.headers.splitlines()
        named = [line[10:] for line in lines if line.startswith("Location: ")]
        return [own for address in named if (own := _own(self.address, address))]


def ask(client: Client, address: str) -> Answer:
    response = client.get(address)
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    return Answer(address, response.status_code, headers, _text(response))


def crawl(client: Client, *starts: str) -> dict[str, Answer]:
    """Every address that can be reached from these by links and redirects, without fragments."""
    found: dict[str, Answer] = {}
    waiting = list(starts)
    while waiting:
        address = waiting.pop()
        if address in found or address.startswith(settings.STATIC_URL):
            continue
        answer = found[address] = ask(client, address)
        waiting += [link.partition("#")[0] for link in answer.links()]
        waiting += answer.onward()
    return found


def _addresses(name: str, value: str) -> list[str]:
    if name in {"href", "src", "action"}:
        return [value]
    if name == "srcset":
        return [part.split()[0] for part in value.split(",")]
    return [value] if name == "content" and value.startswith(("/", "http")) else []


def _own(page: str, written: str) -> str:
    """The path, query and fragment of an address on our site, "" for one elsewhere."""
    parts = urlsplit(urljoin(settings.SITE_URL + page, written))
    if f"{parts.scheme}://{parts.netloc}" != settings.SITE_URL:
        return ""
    return parts._replace(scheme="", netloc="").geturl()


def _text(response: HttpResponseBase) -> str:
    kind = response.get("Content-Type", "")
    data = b"".join(response)  # a file is closed once it is read to its end
    return data.decode() if kind.startswith("text/") or "json" in kind else ""
