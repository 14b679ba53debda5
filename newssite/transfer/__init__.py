"""A whole site as files that need nothing of ours to be read, and back into an empty site.

    site.jsonl                    a header, then one row a line: see `rows`
    stories/<topic>/<slug>.md     each story for people, without a topic in drafts/: see `stories`
    media.jsonl, media/<name>     every stored picture and its checksum: see `files`

`writing` exports and `restoring` imports. The same database gives the same bytes, on SQLite and on
PostgreSQL, so no moment of the export is in it. Rows keep their numbers, and with them art- numbers
and all references. Accounts are no part of it: people are named by their username.
"""
