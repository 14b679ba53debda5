from articles.admin.article import ArticleAdmin
from articles.admin.asset import AssetAdmin
from articles.admin.people import AuthorAdmin, VerificationAdmin
from articles.admin.sections import SourceAdmin, TagAdmin, TopicAdmin

__all__ = [
    "ArticleAdmin",
    "AssetAdmin",
    "AuthorAdmin",
    "SourceAdmin",
    "TagAdmin",
    "TopicAdmin",
    "VerificationAdmin",
]
