"""Parts of our addresses. What does not match is no address of ours, and answers 404."""


class SlugConverter:
    """A slug in any script."""

    regex = r"[-\w]{1,100}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class NumberConverter:
    """A row's number: positive, no leading zero, and never more than a database's integer."""

    regex = "[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
