"""What readers are told of a placement that no sponsor can edit: that it is paid for, by whom, why.

The word is the one that courts and regulators take: the plain word for an advertisement, in the
site's language. (Germany's Federal Court, I ZR 2/11, does not take “sponsored by”; the FTC takes
“Sponsored” in English.) Whom a page is shown to has no part in it, so the reason is the page.
"""

ENGLISH = "Sponsored"
HOUSE = "House"

# By language subtag, with a script or region only where it is written otherwise there.
WORDS = {
    # The European Union and its neighbours
    "bg": "Реклама", "bs": "Oglas", "ca": "Publicitat", "cs": "Reklama", "cy": "Hysbyseb",
    "da": "Annonce", "de": "Anzeige", "el": "Διαφήμιση", "en": ENGLISH, "es": "Publicidad",
    "et": "Reklaam", "eu": "Publizitatea", "fi": "Mainos", "fr": "Publicité", "fy": "Advertinsje",
    "ga": "Fógraíocht", "gl": "Publicidade", "hr": "Oglas", "hu": "Hirdetés", "is": "Auglýsing",
    "it": "Pubblicità", "lb": "Annonce", "lt": "Reklama", "lv": "Reklāma", "mk": "Реклама",
    "mt": "Reklam", "nb": "Annonse", "nl": "Advertentie", "nn": "Annonse", "no": "Annonse",
    "pl": "Reklama", "pt": "Publicidade", "ro": "Publicitate", "sk": "Reklama", "sl": "Oglas",
    "sq": "Reklamë", "sr": "Реклама", "sr-latn": "Reklama", "sv": "Annons", "uk": "Реклама",
    # The rest of the world
    "af": "Advertensie", "ar": "إعلان", "az": "Reklam", "be": "Рэклама", "bn": "বিজ্ঞাপন",
    "fa": "آگهی", "he": "פרסומת", "hi": "विज्ञापन", "hy": "Գովազդ", "id": "Iklan", "ja": "広告",
    "ka": "რეკლამა", "kk": "Жарнама", "ko": "광고", "ms": "Iklan", "ru": "Реклама",
    "ta": "விளம்பரம்", "th": "โฆษณา", "tr": "Reklam", "ur": "اشتہار", "vi": "Quảng cáo",
    "zh": "广告", "zh-hant": "廣告", "zh-hk": "廣告", "zh-tw": "廣告",
}  # fmt: skip


def word(language: str) -> str:
    """The label in the language of a BCP 47 tag; English where we know no word that is safe."""
    subtags = language.lower().split("-")
    return WORDS.get("-".join(subtags[:2])) or WORDS.get(subtags[0], ENGLISH)


def payer(name: str, promise: str = "") -> str:
    """Who paid; `promise` says what that did not buy."""
    return f"{name} paid for this space{promise}."


def reason(topic: str) -> str:
    """Why it is shown: the name of the topic that was sold, "" for run of site."""
    why = f"Shown because this page is about {topic}." if topic else "Shown to every reader alike."
    return f"{why} No profile, no cookies."
