"""Reading feeds by their addresses: asked many at once, stored one by one, their health kept."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from http import HTTPStatus

from django.utils import timezone

from imports import alerts, pacing
from imports.entry import Unreadable
from imports.formats.feed import parse
from imports.models import Feed
from imports.session import Session
from imports.visiting import PAUSE, Answer, Visit, visit_all
from outbound import addresses as web
from outbound.fetching import FEED_LIMITS, FetchError, Limits, Response

OFF_AFTER = timedelta(days=30)  # of nothing but failures, the last one a 404
_LOST = {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}

logger = logging.getLogger(__name__)


def poll(
    session: Session,
    inputs: Iterable[str],
    feeds: Mapping[str, Feed],
    *,
    pause: float = PAUSE,
    limits: Limits = FEED_LIMITS,
    clock: Callable[[], datetime] = timezone.now,
) -> None:
    """Read these addresses; `feeds` are those that are known, by address, with their source.

    What is wrong with one is counted in the session and kept with its feed, and costs the
    others nothing.
    """
    wanted = {address: feeds.get(address) for address in inputs}
    moved = _round(session, wanted, pause, limits, clock)
    _round(session, moved, pause, limits, clock)


def _round(
    session: Session,
    wanted: Mapping[str, Feed | None],
    pause: float,
    limits: Limits,
    clock: Callable[[], datetime],
) -> dict[str, Feed | None]:
    """The feeds that are to be asked again, because their old address is gone."""
    moved: dict[str, Feed | None] = {}
    visits = [_visit(address, feed, clock()) for address, feed in wanted.items()]
    for answer in visit_all(visits, pause=pause, limits=limits):
        feed, at = wanted[answer.address], clock()
        with session.rehearsal():
            if feed and _has_left(feed, answer):
                if _move(feed, feed.moved_to, at):
                    moved[feed.address] = feed
                continue
        _take(session, answer, feed, at)
    return moved


def _visit(address: str, feed: Feed | None, at: datetime) -> Visit:
    return Visit(address, *feed.validators(at)) if feed else Visit(address)


def _has_left(feed: Feed, answer: Answer) -> bool:
    """The address itself is gone, and said before where to: no week needs to pass."""
    fault = answer.fault
    if fault is None or not feed.moved_to or fault.asked != fault.address:
        return False
    return fault.status in _LOST


def _take(session: Session, answer: Answer, feed: Feed | None, at: datetime) -> None:
    try:
        # The network stayed outside of every transaction.
        with session.rehearsal():
            _store(session, answer, feed, at)
            return
    except Unreadable as unreadable:
        reason = str(unreadable)
    except Exception as error:
        # A feed that meets a fault of ours must not cost the others their turn.
        logger.exception("Reading %s", answer.address)
        reason = f"Something went wrong on our side ({type(error).__name__}); the log has more."
    session.fail(answer.address, reason)
    if feed and (answer.response or answer.fault):
        with session.rehearsal():
            _note_failure(feed, reason, answer.fault, at)


def _store(session: Session, answer: Answer, feed: Feed | None, at: datetime) -> None:
    """Raises Unreadable with the reason when there was nothing to read."""
    response = answer.response
    if response is None:
        raise Unreadable(str(answer.fault or "Not asked: its host let other visits time out."))
    if not response.not_modified and not _is_known(feed, response):
        document = parse(
            response.body, address=response.address, content_type=response.content_type
        )
        feed = session.take(answer.address, document, address=answer.address, feed=feed)
    # A visit that --limit cut short must not say that all was read.
    if feed and session.options.limit is None:
        _note_success(feed, response, at)


def _is_known(feed: Feed | None, response: Response) -> bool:
    return feed is not None and feed.body_sha256 == _digest(response)


def _digest(response: Response) -> str:
    return hashlib.sha256(response.body).hexdigest()


def _note_success(feed: Feed, response: Response, at: datetime) -> None:
    errors, since = feed.errors_in_a_row, feed.failing_since
    if not response.not_modified:
        feed.keep_body(
            at,
            sha256=_digest(response),
            etag=response.etag,
            last_modified=response.last_modified,
            pace=pacing.own_pace(response.body),
        )
    wait = pacing.after_success(
        retry_after=response.retry_after, headers=response.headers, pace=feed.pace
    )
    feed.succeed(at, wait=wait)
    alerts.recovered(feed, errors=errors, since=since)
    is_settled = feed.see_redirect(response.moved_to, at)
    if is_settled or (feed.moved_to and _is_same_on_tls(feed.address, feed.moved_to)):
        _move(feed, feed.moved_to, at)


def _note_failure(feed: Feed, reason: str, fault: FetchError | None, at: datetime) -> None:
    feed.fail(reason, at, retry_after=fault.retry_after if fault else None)
    status = fault.status if fault else None
    if status == HTTPStatus.GONE:
        feed.switch_off("Its server says that it is gone for good (410).")
    elif status == HTTPStatus.NOT_FOUND and at - (feed.failing_since or at) >= OFF_AFTER:
        feed.switch_off(f"Not found (404), and no good visit for {OFF_AFTER.days} days.")
    if feed.is_active:
        alerts.failing(feed)
    else:
        alerts.switched_off(feed, at)


def _move(feed: Feed, target: str, at: datetime) -> bool:
    if feed.move(target):
        return True
    alerts.switched_off(feed, at)
    return False


def _is_same_on_tls(old: str, new: str) -> bool:
    """http:// became https:// and nothing else changed."""
    try:
        before, after = web.parse(old), web.parse(new)
    except FetchError:
        return False
    return (before.scheme, after.scheme) == ("http", "https") and (
        (before.host, before.port, before.target) == (after.host, 80, after.target)
        and after.port == 443
    )
