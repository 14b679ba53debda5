from articles.models.article import Article
from articles.models.asset import Asset
from articles.models.author import Author
from articles.models.source import Source
from articles.models.tag import ArticleTag, Tag
from articles.models.topic import Topic
from articles.models.verification import Verification

__all__ = ["Article", "ArticleTag", "Asset", "Author", "Source", "Tag", "Topic", "Verification"]
