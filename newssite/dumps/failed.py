class Failed(Exception):
    """A copy that cannot be made, read or put back; str() is a sentence for the operator."""
