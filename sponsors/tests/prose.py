"""A body long enough to have a placement in its middle."""

SENTENCE = "The plant sits behind a rink at the edge of town, in rows of white containers. "
PARAGRAPH = f"<p>{SENTENCE * 5}</p>"
LONG = f"{PARAGRAPH * 3}<h2>What the town bought</h2>{PARAGRAPH * 3}"
