from django.urls import path, re_path, register_converter

from articles import converters
from articles.views import addresses, article, home, listings, media

register_converter(converters.SlugConverter, "name")
register_converter(converters.NumberConverter, "number")

urlpatterns = [
    path("", home.home, name="home"),
    path("topics", listings.topic_list, name="topics"),
    path("news/<name:slug>", listings.topic_detail, name="topic"),
    path("news/<name:topic_slug>/<name:slug>", article.article_detail, name="article"),
    path("art-<number:pk>", article.short_link, name="short-link"),
    path("sources", listings.source_list, name="sources"),
    path("sources/<name:slug>", listings.source_detail, name="source"),
    path("tags/<name:slug>", listings.tag_detail, name="tag"),
    path("authors/<name:slug>", listings.author_detail, name="author"),
    path("media/<path:name>", media.media_file, name="media"),
    re_path(r"^(?P<path>.+)/$", addresses.without_slash),
]
