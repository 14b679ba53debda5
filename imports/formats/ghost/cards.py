"""The cards of Ghost's editors as plain HTML. Both editors name their properties alike."""

from collections.abc import Callable
from html import escape

from articles.text import plain
from imports.formats.ghost.values import Row, is_set, row, rows, text
from imports.formats.markdown.rendering import render as render_markdown

MEMBERS_ONLY = "a part that only members saw left out"
UNSEEN = "a part that was shown to nobody on the web left out"

_LEFT_OUT = {
    "email": "a part for e-mails only left out",
    "email-cta": "a part for e-mails only left out",
    "signup": "a sign-up form left out",
    "paywall": "the mark where the part for members began left out",
    "transistor": "a podcast player for members left out",
}
_SAME = {"codeblock": "code", "horizontalrule": "hr"}
_BLOCKS = ("<p", "<ul", "<ol", "<h", "<blockquote", "<pre", "<table", "<div", "<figure")


def render(name: str, payload: Row) -> tuple[str, str]:
    """(the card as HTML, a note when it was left out). Texts that are HTML stay as found."""
    name = kind(name)
    if note := _LEFT_OUT.get(name) or _hidden(row(payload.get("visibility"))):
        return "", note
    if name not in _MAKERS:
        return "", f"a card of the unknown kind “{name[:30]}” left out"
    return _MAKERS[name](payload), ""


def kind(name: str) -> str:
    """One name for what each editor calls differently."""
    name = name.removeprefix("card-")
    return _SAME.get(name, name)


def is_card(name: str) -> bool:
    return kind(name) in _MAKERS or kind(name) in _LEFT_OUT


def hidden_from(everybody: bool, segment: str) -> str:
    """Why a part of a story was not public; "" when it was. `segment` says which members saw it."""
    if everybody:
        return ""
    return MEMBERS_ONLY if segment else UNSEEN


def _hidden(visibility: Row) -> str:
    web = row(visibility.get("web"))
    if "nonMember" in web:
        return hidden_from(web["nonMember"] is not False, text(web.get("memberSegment")))
    was_on_web = visibility.get("showOnWeb") is not False and not is_set(
        visibility.get("emailOnly")
    )
    return hidden_from(was_on_web, "")


def paragraph(html: str) -> str:
    """The HTML in a paragraph, unless it has blocks of its own or is empty."""
    html = html.strip()
    return html if not html or html.lower().startswith(_BLOCKS) else f"<p>{html}</p>"


def link(address: str, words: str) -> str:
    """A link on plain words; only the words without an address."""
    shown = escape(words, quote=False)
    return f'<a href="{escape(address)}">{shown}</a>' if address and shown else shown


def figure(inner: str, caption: str) -> str:
    ending = f"<figcaption>{caption}</figcaption>" if caption.strip() else ""
    return f"<figure>{inner}{ending}</figure>" if inner else ""


def picture(address: str, alt: str = "") -> str:
    return f'<img src="{escape(address)}" alt="{escape(alt)}">' if address else ""


def code(source: str, language: str = "", caption: str = "") -> str:
    mark = f' class="language-{escape(language)}"' if language else ""
    block = f"<pre><code{mark}>{escape(source, quote=False)}</code></pre>"
    return figure(block, caption) if caption.strip() else block


def _image(payload: Row) -> str:
    shown = picture(text(payload.get("src")), text(payload.get("alt")))
    if shown and (target := text(payload.get("href"))):
        shown = f'<a href="{escape(target)}">{shown}</a>'
    return figure(shown, text(payload.get("caption")))


def _gallery(payload: Row) -> str:
    shown = (
        picture(text(each.get("src")), text(each.get("alt")))
        for each in rows(payload.get("images"))
    )
    return figure("".join(shown), text(payload.get("caption")))


def _before_after(payload: Row) -> str:
    sides = (row(payload.get(side)) for side in ("beforeImage", "afterImage"))
    shown = "".join(picture(text(each.get("src"))) for each in sides)
    return figure(shown, text(payload.get("caption")))


def _video(payload: Row) -> str:
    source = text(payload.get("src"))
    player = f'<video src="{escape(source)}"></video>' if source else ""
    return figure(player, text(payload.get("caption")))


def _audio(payload: Row) -> str:
    source, title = text(payload.get("src")), text(payload.get("title"))
    return paragraph(link(source, title or source))


def _file(payload: Row) -> str:
    source, name = text(payload.get("src")), text(payload.get("fileName"))
    title, caption = text(payload.get("fileTitle")), text(payload.get("fileCaption"))
    shown = link(source, title or name or source)
    beside = f" ({escape(name, quote=False)})" if title and name else ""
    below = f"<br>{escape(caption, quote=False)}" if caption else ""
    return paragraph(f"{shown}{beside}{below}") if shown else ""


def _embed(payload: Row) -> str:
    """What is embedded by its words, as a post is; what has none, as a player, by a link."""
    html, caption = text(payload.get("html")), text(payload.get("caption"))
    if plain(html):
        return figure(html, caption)
    address = text(payload.get("url"))
    title = text(row(payload.get("metadata")).get("title"))
    return paragraph(link(address, title or address)) + paragraph(caption)


def _bookmark(payload: Row) -> str:
    about = {**payload, **row(payload.get("metadata"))}
    address = text(payload.get("url")) or text(about.get("url"))
    shown = link(address, text(about.get("title")) or address)
    names = [text(about.get(key)) for key in ("publisher", "author")]
    whose = escape(", ".join(dict.fromkeys(filter(None, names))), quote=False)
    below = escape(text(about.get("description")), quote=False)
    lines = [f"{shown} ({whose})" if shown and whose else shown, below]
    return paragraph("<br>".join(filter(None, lines))) + paragraph(text(payload.get("caption")))


def _callout(payload: Row) -> str:
    words, emoji = text(payload.get("calloutText")).strip(), text(payload.get("calloutEmoji"))
    if not words:
        return ""
    sign = f"{escape(emoji, quote=False)} " if emoji else ""
    if words.lower().startswith("<p"):
        start, end, rest = words.partition(">")
        return f"{start}{end}{sign}{rest}"
    return f"<p>{sign}{words}</p>"


def _toggle(payload: Row) -> str:
    heading = text(payload.get("heading")).strip()
    return (f"<h4>{heading}</h4>" if heading else "") + paragraph(text(payload.get("content")))


def _button(payload: Row) -> str:
    return _button_of(payload, "buttonText", "buttonUrl")


def _button_of(payload: Row, words: str, address: str) -> str:
    shown = text(payload.get(words)).strip()
    target = text(payload.get(address)).strip()
    return paragraph(link(target, shown)) if target else ""


def _header(payload: Row) -> str:
    heading = text(payload.get("header")).strip()
    shown = f"<h2>{heading}</h2>" if heading else ""
    shown += paragraph(text(payload.get("subheader")))
    return shown + (_button(payload) if is_set(payload.get("buttonEnabled")) else "")


def _call_to_action(payload: Row) -> str:
    parts = [_image({"src": payload.get("imageUrl")}), paragraph(text(payload.get("textValue")))]
    if payload.get("hasSponsorLabel") is not False:
        parts.insert(0, paragraph(text(payload.get("sponsorLabel"))))
    if payload.get("showButton") is not False:
        parts.append(_button(payload))
    return "".join(parts)


def _product(payload: Row) -> str:
    title = text(payload.get("productTitle")).strip()
    shown = _image({"src": payload.get("productImageSrc")})
    shown += (f"<h4>{title}</h4>" if title else "") + paragraph(
        text(payload.get("productDescription"))
    )
    if is_set(payload.get("productButtonEnabled")):
        shown += _button_of(payload, "productButton", "productUrl")
    return shown


def _code(payload: Row) -> str:
    return code(
        text(payload.get("code")), text(payload.get("language")), text(payload.get("caption"))
    )


def _markdown(payload: Row) -> str:
    return render_markdown(text(payload.get("markdown")), breaks=True)


_MAKERS: dict[str, Callable[[Row], str]] = {
    "audio": _audio,
    "before-after": _before_after,
    "bookmark": _bookmark,
    "button": _button,
    "call-to-action": _call_to_action,
    "callout": _callout,
    "code": _code,
    "embed": _embed,
    "file": _file,
    "gallery": _gallery,
    "header": _header,
    "hr": lambda _: "<hr>",
    "html": lambda payload: text(payload.get("html")),
    "image": _image,
    "markdown": _markdown,
    "product": _product,
    "toggle": _toggle,
    "video": _video,
}
