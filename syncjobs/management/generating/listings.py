"""Listings and listing levels: most are linked and right, a few percent are anything else."""

from __future__ import annotations

from channels import tallying
from channels.contract import Code
from channels.models import Batch, Publication
from syncjobs.management.generating.working import Workshop, choose

_STATES = {"linked": 93, "new": 2, "skipped": 2, "error": 3}
# What a level may be besides right: each gets its columns below.
_FATES = {"right": 92, "due": 3, "never": 1, "unconfirmed": 1, "differs": 1, "refused": 1} | {
    "held": 1
}

_LISTINGS = f"""
INSERT INTO channels_listing (id, channel_id, product_id, is_ticked, is_excluded, state, reason,
    external_id, item_id, title, selling_list_id, ticked_at, eligible_at, onboarded_at)
SELECT %(listing)s + n, channel_id, product_id, ticked < 0.97, excluded < 0.01, state,
    CASE state WHEN 'skipped' THEN '{Code.REMOTE_INACTIVE}' WHEN 'error' THEN '{Code.NOT_MATCHED}'
        ELSE '' END,
    CASE WHEN state = 'linked' THEN 'listing-' || (%(listing)s + n) ELSE '' END,
    CASE WHEN state = 'linked' THEN 'item-' || (%(listing)s + n) ELSE '' END,
    CASE WHEN state = 'linked' THEN product.name ELSE '' END,
    CASE WHEN listed < 0.05 THEN list_id END, product.created_at,
    CASE WHEN state = 'new' AND ticked < 0.5 THEN now() + interval '9 hours'
        ELSE product.created_at END,
    CASE WHEN state = 'linked' THEN product.created_at + interval '1 day' END
FROM (
    SELECT n, channel_id, list_id, {choose("dice", _STATES)} AS state, ticked, excluded, listed,
        %(product)s + 1 + mod((n - first_listing) * %(stride)s + 1000 * c, %(products)s::bigint)
            AS product_id
    FROM (
        SELECT n, random() AS dice, random() AS ticked, random() AS excluded, random() AS listed
        FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS n
    ) AS thrown
    JOIN generated_channel ON n BETWEEN first_listing + 1 AND first_listing + listings
) AS made JOIN inventory_product product ON product.id = product_id
"""
_MEMBERS = """
INSERT INTO channels_membershipperiod (listing_id, selling_list_id, began_at)
SELECT id, selling_list_id, ticked_at FROM channels_listing
WHERE selling_list_id = ANY(%(lists)s) AND id > %(listing)s
"""
_SHOWN = """
CREATE TEMP TABLE generated_shown AS
SELECT feed.location_id, level.product_id, sum(level.on_hand) AS on_hand,
    sum(level.committed) AS committed,
    greatest(sum(level.on_hand - level.committed), 0)::int AS units
FROM channels_feed feed JOIN inventory_stocklevel level ON level.warehouse_id = feed.warehouse_id
WHERE feed.location_id = ANY(%(places)s) AND level.product_id > %(product)s
GROUP BY feed.location_id, level.product_id
"""
_LEVELS = f"""
INSERT INTO channels_listinglevel (id, listing_id, location_id, acknowledged, acknowledged_at,
    read_at, stale_version, pushed_version, stale_at, is_falling, is_update_asked, told, told_at,
    is_buyable, checked_at, reason, failures, retry_at, should, is_once, tallied_version)
SELECT %(level)s + n, listing_id, location_id,
    CASE WHEN fate = 'never' OR units IS NULL THEN NULL
        WHEN fate IN ('due', 'unconfirmed', 'differs', 'refused') THEN units + 1 + off
        ELSE units END,
    CASE WHEN fate = 'never' OR units IS NULL THEN NULL ELSE acknowledged_at END,
    CASE WHEN off = 0 THEN acknowledged_at END,
    CASE WHEN fate IN ('due', 'refused', 'held') THEN pushed + 1 WHEN fate = 'never' THEN 1
        ELSE pushed END,
    CASE WHEN fate = 'never' THEN 0 ELSE pushed END,
    CASE WHEN fate IN ('due', 'never') THEN now() - interval '1 hour' * age ELSE acknowledged_at
        END,
    fate = 'due' AND off < 5, fate = 'never',
    CASE WHEN fate = 'unconfirmed' THEN units END,
    CASE WHEN fate = 'unconfirmed' AND units IS NOT NULL THEN now() - interval '2 hours' * age END,
    CASE WHEN off < 8 THEN true WHEN age < 0.05 THEN false END, now() - interval '15 minutes' * age,
    CASE WHEN units IS NULL THEN '{Code.STOCK_UNKNOWN}' WHEN fate = 'refused'
        THEN '{Code.QUANTITY_REFUSED}' WHEN fate = 'held' THEN '{Code.BREAKER}' ELSE '' END,
    CASE WHEN fate = 'refused' THEN 3 ELSE 0 END,
    CASE WHEN fate = 'refused' THEN now() + interval '1 hour' END,
    CASE WHEN is_plain THEN units END, false,
    CASE WHEN NOT is_plain THEN -1 WHEN fate IN ('due', 'refused', 'held') THEN pushed + 1
        WHEN fate = 'never' THEN 1 ELSE pushed END
FROM (
    SELECT thrown.n, {choose("dice", _FATES)} AS fate, off, age, pushed, listing.id AS listing_id,
        owner.places[1 + mod(thrown.n - owner.first_level - 1, width)] AS location_id,
        shown.units, now() - interval '90 days' * age * age AS acknowledged_at,
        listing.selling_list_id IS NULL
            AND listing.product_id <= %(product)s + %(products)s - %(bundles)s AS is_plain
    FROM (
        SELECT n, random() AS dice, floor(random() * 10)::int AS off, random() AS age,
            1 + floor(random() * 40)::bigint AS pushed
        FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS n
    ) AS thrown
    JOIN generated_channel owner
        ON thrown.n BETWEEN owner.first_level + 1 AND owner.first_level + owner.levels
    CROSS JOIN LATERAL (SELECT cardinality(owner.places) AS width) AS wide
    JOIN channels_listing listing ON listing.id = %(listing)s + owner.first_listing + 1
        + (thrown.n - owner.first_level - 1) / width
    LEFT JOIN generated_shown shown ON shown.product_id = listing.product_id AND
        shown.location_id = owner.places[1 + mod(thrown.n - owner.first_level - 1, width)]
) AS made
"""
# What the plain rule makes of stock; bundles and listings under a profile are left to the tally
# itself, which knows what becomes of them.
_TALLIES = """
INSERT INTO channels_tally (level_id, on_hand, committed, should, is_known, location_id)
SELECT level.id, coalesce(shown.on_hand, 0), coalesce(shown.committed, 0), level.should,
    shown.units IS NOT NULL, level.location_id
FROM channels_listinglevel level JOIN channels_listing listing ON listing.id = level.listing_id
LEFT JOIN generated_shown shown
    ON shown.product_id = listing.product_id AND shown.location_id = level.location_id
WHERE level.id BETWEEN %(level)s + %(low)s AND %(level)s + %(high)s AND level.tallied_version >= 0
"""
# A batch tells a hundred numbers or more of one channel.
_BATCHES = """
CREATE TEMP TABLE generated_batch AS
SELECT thrown.n, owner.channel_id, owner.first_level, owner.levels, thrown.kind,
    %(began_at)s::timestamptz
        + (now() - %(began_at)s::timestamptz) * (thrown.n::float / %(batches)s) AS at
FROM (SELECT n, random() * %(levels)s AS dice, random() AS kind
    FROM generate_series(1, %(batches)s::bigint) AS n) AS thrown
JOIN generated_channel owner
    ON dice >= owner.first_level AND dice < owner.first_level + owner.levels
"""
_INSERT_BATCHES = """
INSERT INTO channels_batch (id, channel_id, key, mode, payload, cause, status, attempts, zeroed,
    created_at, answered_at, handle)
SELECT %(batch)s + n, channel_id, gen_random_uuid(),
    CASE WHEN kind < 0.9 THEN 'delta' ELSE 'absolute' END, '{}', 'generated', 'accepted', 1,
    mod(n, 5), at, at + interval '1 second', ''
FROM generated_batch
"""
_PUBLICATIONS = f"""
INSERT INTO channels_publication (id, batch_id, level_id, position, quantity, expected, version,
    due_since, acknowledged, explanation, status, code, message, created_at, answered_at)
SELECT %(publication)s + thrown.n, %(batch)s + batch.n, %(level)s + 1 + batch.first_level
        + floor(which * batch.levels)::bigint, mod(thrown.n - 1, %(lines_each)s), units,
    units + 1, 2, batch.at - interval '3 seconds', units,
    jsonb_build_object('quantity', units, 'inputs', jsonb_build_array(jsonb_build_object(
        'warehouse', 'Bucharest main', 'on_hand', units + 2, 'committed', 2, 'is_known', true,
        'is_counted', true, 'detail', '')), 'steps', jsonb_build_array(jsonb_build_object(
        'text', (units + 2) || ' in stock − 2 on orders', 'quantity', units)), 'rule',
        jsonb_build_object('name', 'Product value', 'mode', 'product_value', 'version', 1)),
    fate, CASE fate WHEN 'rejected' THEN '{Code.QUANTITY_REFUSED}' WHEN 'expired'
        THEN '{Code.KEY_EXPIRED}' ELSE '{Code.ACCEPTED}' END, '', batch.at,
    batch.at + interval '1 second'
FROM (
    SELECT thrown_n.n, which, units, {
    choose("dice", {"accepted": 88, "observed": 10, "rejected": 1, "expired": 1})
} AS fate
    FROM (
        SELECT n, random() AS which, floor(random() * 90)::int AS units, random() AS dice
        FROM generate_series(%(low)s::bigint, %(high)s::bigint) AS n
    ) AS thrown_n
) AS thrown JOIN generated_batch batch ON batch.n = 1 + (thrown.n - 1) / %(lines_each)s
ORDER BY thrown.n
"""
_OBSERVATIONS = """
INSERT INTO channels_observation (level_id, available, committed, believed, is_read, read_at)
SELECT %(level)s + 1 + floor(which * %(levels)s)::bigint, units, 0, units + 1, dice < 0.5,
    %(began_at)s::timestamptz
        + (now() - %(began_at)s::timestamptz) * (n::float / %(observations)s)
FROM (
    SELECT n, random() AS which, floor(random() * 90)::int AS units, random() AS dice
    FROM generate_series(1, %(observations)s::bigint) AS n
) AS thrown
"""


def make(work: Workshop) -> None:
    """What is offered where, what each channel is believed to show, and what it was told."""
    values = work.values
    work.make_sliced("listings", values["listings"], _LISTINGS)
    work.make("selling list members", _MEMBERS)
    work.make("(what is shown)", _SHOWN)
    work.note("CREATE INDEX ON generated_shown (product_id, location_id)")
    work.note("ANALYZE generated_shown")
    work.make_sliced("listing levels", values["levels"], _LEVELS)
    work.make_sliced("tallies", values["levels"], _TALLIES)
    work.note("ANALYZE channels_listinglevel")
    work.timed("tallies of rules and bundles", _tally_the_rest)


def _tally_the_rest() -> int:
    """Whatever is not tallied yet, as a running house does it; returns how many."""
    done = 0
    while part := tallying.tally(10 * tallying.PART):
        done += part
    return done


def tell(work: Workshop) -> None:
    """The receipts of numbers told, and what was seen at the channels."""
    values = work.values
    values["lines_each"] = -(-values["publications"] // values["batches"])
    work.reserve("batch", Batch, values["batches"])
    work.reserve("publication", Publication, values["publications"])
    work.make("batches", _BATCHES, _INSERT_BATCHES)
    work.make_sliced("publications", values["publications"], _PUBLICATIONS)
    work.make("observations", _OBSERVATIONS)
