from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles.models import Asset


@admin.register(Asset)
class AssetAdmin(admin.ModelAdmin):
    list_display = ["thumbnail", "credit", "size", "created_at"]
    list_display_links = ["thumbnail", "credit"]
    search_fields = ["credit", "content_hash"]
    date_hierarchy = "created_at"
    readonly_fields = ["thumbnail", "size", "content_hash"]

    def get_readonly_fields(self, request: HttpRequest, obj: Asset | None = None) -> list[str]:
        """Stories point at a picture: another one is another asset."""
        return [*self.readonly_fields, *(["file"] if obj else [])]

    @admin.display(description="picture")
    def thumbnail(self, obj: Asset) -> str | SafeString:
        if obj.pk is None:
            return "—"
        return format_html('<img class="thumbnail" src="{}" alt="" loading="lazy">', obj.small_url)

    @admin.display(description="pixels")
    def size(self, obj: Asset) -> str:
        return f"{obj.width} × {obj.height}" if obj.pk else "—"
