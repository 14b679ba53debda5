"""The page on which a creative is judged, as a browser uses it."""

from typing import Any

from django.test import Client
from django.urls import reverse
from lxml import html

from sponsors.models import Creative, Placement


def review(creative: Creative) -> str:
    return reverse("admin:sponsors_creative_preview", args=[creative.pk])


def frame(creative: Creative, placement: str = Placement.ARTICLE_END, theme: str = "light") -> str:
    return reverse("admin:sponsors_creative_framed", args=[creative.pk, placement, theme])


def judge(client: Client, step: str, creative: Creative, **sent: Any) -> str:
    """Open the page, press a button on it, and come back with what it said."""
    page = html.fromstring(client.get(review(creative)).content.decode())
    seen = page.xpath("//input[@name='seen']/@value")[0]
    response = client.post(review(creative), {"do": step, "seen": seen, **sent}, follow=True)
    return " ".join(map(str, response.context["messages"]))


def buttons(client: Client, creative: Creative) -> list[str]:
    page = html.fromstring(client.get(review(creative)).content.decode())
    return page.xpath("//button[@name='do']/@value")
