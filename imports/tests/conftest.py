"""Who asks: the same three as at the rest of the desk."""

from articles.tests.conftest import editor, reader, reporter

__all__ = ["editor", "reader", "reporter"]
