from articles.models.article import Article
from articles.models.asset import Asset
from articles.models.author import Author
from articles.models.legacypath import LegacyPath
from articles.models.revision import ArticleRevision
from articles.models.source import Source
from articles.models.tag import ArticleTag, Tag
from articles.models.topic import Topic
from articles.models.verification import Verification

__all__ = [
    "Article",
    "ArticleRevision",
    "ArticleTag",
    "Asset",
    "Author",
    "LegacyPath",
    "Source",
    "Tag",
    "Topic",
    "Verification",
]
