"""Which way a language is written."""

# Primary subtags whose usual script runs from right to left (Unicode CLDR, script metadata).
_RIGHT_TO_LEFT = frozenset(
    ["ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"]
)


def direction(language: str) -> str:
    """ "rtl" or "ltr" for a BCP 47 tag; "" where the language is unknown."""
    if not language:
        return ""
    subtags = language.lower().split("-")
    if "arab" in subtags or "hebr" in subtags:
        return "rtl"
    return "rtl" if subtags[0] in _RIGHT_TO_LEFT and "latn" not in subtags else "ltr"
