import pytest

from imports.bylines import name_of


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Ada Okafor", "Ada Okafor"),
        ("ada@gridledger.example (Ada Okafor)", "Ada Okafor"),
        ("Ada Okafor <ada@gridledger.example>", "Ada Okafor"),
        ("Ada Okafor (mailto:ada@gridledger.example)", "Ada Okafor"),
        ("By  Ada\nOkafor", "Ada Okafor"),
        ("Byron Lee", "Byron Lee"),
        ("ada@gridledger.example", ""),
        ("desk@gridledger.example?subject=RSS", ""),
        ("Eliot (Eliot Jones)", "Eliot (Eliot Jones)"),
        ("", ""),
    ],
)
def test_names_without_what_is_written_around_them(written: str, name: str) -> None:
    assert name_of(written) == name
