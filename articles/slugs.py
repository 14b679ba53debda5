"""Slugs that nobody else has."""

from django.db import models

from articles.text import slug


def free_slug(model: type[models.Model], text: str, fallback: str) -> str:
    """A slug from the text that no row of the model has yet; a number is added where one has."""
    return free_slugs(model, [text], fallback)[0]


def free_slugs(model: type[models.Model], texts: list[str], fallback: str) -> list[str]:
    """One new slug a text, all different, in one query."""
    wanted = [slug(text, fallback=fallback) for text in texts]
    taken = _taken(model, set(wanted))
    result = []
    for base in wanted:
        number, candidate = 1, base
        while candidate in taken:
            number += 1
            candidate = f"{base}-{number}"
        taken.add(candidate)
        result.append(candidate)
    return result


def _taken(model: type[models.Model], bases: set[str]) -> set[str]:
    rows = model._default_manager.values_list("slug", flat=True)
    if not (taken := set(rows.filter(slug__in=bases))):
        return taken
    numbered = models.Q()
    for base in taken:
        numbered |= models.Q(slug__startswith=f"{base}-")
    return taken | set(rows.filter(numbered))
