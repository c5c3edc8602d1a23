"""Partners with keys and webhooks, and what they were told."""

from __future__ import annotations

from partners import keys
from partners.events.topics import TOPICS
from partners.models import Delivery, Event, Partner, Webhook
from partners.telling import signing
from syncjobs.management.generating.working import UNTIL, Workshop

_EVENTS = f"""
INSERT INTO partners_event (id, topic, resource, data, warehouse_ids, channel_id, row_id,
    happened_at)
SELECT %(event)s + n, (%(topics)s::text[])[1 + mod(n, 4)], 'order/' || (%(order)s + mod(n,
    %(orders)s::bigint)), '{{}}', '{{}}', (%(channels)s::bigint[])[1 + mod(n, 4)],
    %(order)s + 1 + mod(n, %(orders)s::bigint), {UNTIL.format("n", "events")}
FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS n
"""
_DELIVERIES = f"""
INSERT INTO partners_delivery (id, webhook_id, event_id, resource, status, attempts, replays,
    tried_at, next_at, answered, problem, delivered_at)
SELECT %(delivery)s + n, (%(webhooks)s::bigint[])[1 + mod(n, 5)], %(event)s + n,
    'order/' || (%(order)s + mod(n, %(orders)s::bigint)),
    CASE WHEN mod(n, 100) = 7 THEN 'given_up' WHEN n > %(events)s - 10 THEN 'waiting'
        ELSE 'delivered' END, 1, 0, at, at,
    CASE WHEN mod(n, 100) = 7 THEN 500 ELSE 200 END, '',
    CASE WHEN mod(n, 100) <> 7 AND n <= %(events)s - 10 THEN at END
FROM (SELECT n, {UNTIL.format("n", "events")} AS at
    FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS n) AS made
"""


def make(work: Workshop) -> None:
    """Five partners; their webhooks rest, for their addresses lead nowhere."""
    taken = Partner.objects.filter(name__startswith="Agency ").count()
    webhooks = []
    for number in range(1, 6):
        partner = Partner.objects.create(name=f"Agency {taken + number}")
        for use in ("nightly import", "dashboards"):
            keys.issue(partner, use, ["products:read"], by="generated")
        webhooks.append(
            Webhook.objects.create(
                partner=partner,
                url=f"https://agency-{taken + number}.example/stock",
                topics=[str(topic) for topic in TOPICS],
                secret=signing.new(),
                is_active=False,
                disabled_reason="Made with generated data.",
            ).pk
        )
    work.values |= {"webhooks": webhooks, "topics": [str(topic) for topic in TOPICS]}
    work.reserve("event", Event, work.values["events"])
    work.reserve("delivery", Delivery, work.values["events"])
    work.make_sliced("events", work.values["events"], _EVENTS)
    work.make_sliced("deliveries", work.values["events"], _DELIVERIES)
