"""Finding rows of the communicated table: each state as the view says it, however many there are,
and every order whole."""

from __future__ import annotations

import itertools

import pytest
from django.db import connection
from django.utils import timezone

import desk.narrowing
from channels import due, finding, narrowing, ordering, tallying
from channels.models import Channel, Communicated, Entry, Listing, ListingLevel, Location, Tally
from channels.rules import Mode
from inventory.models import Product, Warehouse
from tests.factories import make_products, make_profile, make_selling_list, make_warehouse
from tests.pretend import World

pytestmark = pytest.mark.django_db

State = Communicated.State
EVERY = Entry.objects.all()


@pytest.fixture
def motley(world: World) -> World:
    """Listings and levels in every condition, at four channels: one fed, one that is only a source,
    one that both feeds and is fed, one that nothing feeds."""
    source = Channel.objects.create(kind="pretend", name="Source", checked_at=None)
    bare = Channel.objects.create(kind="pretend", name="Bare", checked_at=None)
    mixed = Channel.objects.create(kind="pretend", name="Mixed", checked_at=None)
    for channel in (source, mixed):
        mirror = make_warehouse()
        Location.objects.create(channel=channel, external_id="M", name="M", mirror=mirror)
    both = Location.objects.create(channel=mixed, external_id="F", name="F")
    both.warehouses.set([world.warehouse])
    kinds = list(
        itertools.product(
            [True, False],  # ticked
            [(False, False, True), (True, False, True), (False, True, True), (False, False, False)],
            ["new", "linked", "skipped", "error"],
        )
    )
    products = make_products(len(kinds))
    for product, (_, (_, out, active), _) in zip(products, kinds, strict=True):
        Product.objects.filter(pk=product.pk).update(is_excluded=out, is_active=active)
    Listing.objects.bulk_create(
        Listing(channel=channel, product=product, is_ticked=on, is_excluded=no[0], state=state)
        for channel in (world.channel, source, mixed, bare)
        for product, (on, no, state) in zip(products, kinds, strict=True)
    )
    plain = make_products(4 * 2 * 2 * 3 * 2)
    Listing.objects.bulk_create(
        Listing(channel=world.channel, product=product, state="linked") for product in plain
    )
    for channel in (world.channel, mixed):
        due.by_channel(channel)
    at_mirror = Location.objects.get(channel=mixed, external_id="M")
    listings = Listing.objects.filter(channel=mixed)[:20]
    ListingLevel.objects.bulk_create(
        ListingLevel(listing=each, location=at_mirror) for each in listings
    )
    _vary(plain)
    tallying.tally(10_000)
    _learn()
    return world


def _learn() -> None:
    """Tell the planner what there is: what other tests left would have it take all for empty."""
    models = (Product, Listing, ListingLevel, Tally, Location, Channel)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(each._meta.db_table for each in models)}")


def _vary(products: list[Product]) -> None:
    """Levels of linked listings, each in another condition."""
    now = timezone.now()
    conditions = itertools.product(
        ["", "stock_unknown", "not_fed", "rejected"],
        [0, 9],
        [True, False],
        [None, 0, 5],
        [None, now],
    )
    offers = itertools.cycle([True, False, None, None, None])
    places = list(ListingLevel.objects.filter(listing__product__in=products).order_by("pk"))
    for level, condition in zip(places, conditions, strict=True):
        level.reason, level.pushed_version, level.is_update_asked = condition[:3]
        level.acknowledged, level.told_at = condition[3:]
        level.acknowledged_at = None if level.acknowledged is None else now
        level.is_buyable = next(offers)
    columns = [
        "is_buyable",
        "reason",
        "pushed_version",
        "is_update_asked",
        "acknowledged",
        "told_at",
    ]
    ListingLevel.objects.bulk_update(places, [*columns, "acknowledged_at"])


@pytest.mark.parametrize("read", [10_000, 2], ids=["few", "many"])
@pytest.mark.parametrize("state", State.values)
def test_a_state_finds_the_rows_that_the_view_says_are_in_it(
    motley: World, state: str, read: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.narrowing, "READ", read)
    said = set(Communicated.objects.filter(state=state).values_list("pk", flat=True))
    assert len(said) >= 2
    assert {each.pk for each in finding.in_states(EVERY, State(state))} == said


@pytest.mark.parametrize("read", [10_000, 2], ids=["few", "many"])
def test_states_of_one_channel_are_found_among_its_own(
    motley: World, read: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.narrowing, "READ", read)
    for channel in Channel.objects.all():
        chosen = narrowing.choose(channel.pk)
        assert (chosen.listings is None) == (channel.listings.count() > read)
        own = finding.of_channel(EVERY, chosen)
        assert set(own) == set(EVERY.filter(channel=channel))
        for state in State:
            rows = Communicated.objects.filter(state=state, channel=channel)
            found = finding.in_states(own, state, chosen=chosen)
            assert {each.pk for each in found} == set(rows.values_list("pk", flat=True))
        assert set(finding.differing(own, chosen=chosen)) == set(finding.differing(own))
        for is_wanted in (True, False):
            found = finding.active(own, is_wanted=is_wanted, chosen=chosen)
            assert set(found) == set(own.filter(is_buyable=is_wanted))


@pytest.mark.parametrize("read", [10_000, 2], ids=["few", "many"])
def test_rows_of_a_place_a_warehouse_or_a_rule_are_found_however_many_they_are(
    motley: World, read: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk.narrowing, "READ", read)
    careful = make_selling_list(motley.channel, make_profile(Mode.NOT_MORE_THAN, quantity=7))
    chosen = Listing.objects.filter(channel=motley.channel).order_by("pk")[:5]
    Listing.objects.filter(pk__in=chosen.values("pk")).update(selling_list=careful)
    for location in Location.objects.all():
        at = EVERY.filter(location=location)
        assert set(finding.at_location(EVERY, location.pk)) == set(at)
    for warehouse in Warehouse.objects.all():
        fed = EVERY.filter(location__feeds__warehouse=warehouse)
        assert set(finding.fed_by(EVERY, warehouse.pk)) == set(fed)
    of_list = set(EVERY.filter(selling_list=careful))
    assert len(of_list) == 5
    assert set(finding.by_rule(EVERY, careful)) == of_list
    assert set(finding.by_rule(EVERY, careful.profile)) == of_list
    Channel.objects.filter(name="Mixed").update(profile=careful.profile)
    by_profile = set(finding.by_rule(EVERY, careful.profile))
    assert by_profile == of_list | set(EVERY.filter(channel__name="Mixed"))


@pytest.mark.parametrize("group", finding.GROUPS)
def test_states_are_asked_for_together(motley: World, group: str) -> None:
    states = finding.GROUPS[group]
    said = set(Communicated.objects.filter(state__in=states).values_list("pk", flat=True))
    assert {each.pk for each in finding.in_states(EVERY, *states)} == said


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("order", ["", "sku", *ordering.QUANTITIES])
def test_every_order_has_every_row_once(motley: World, order: str, sign: str) -> None:
    rows = ordering.found(EVERY, f"{sign}{order}", limit=100_000)
    assert sorted(row.key for row in rows) == sorted(EVERY.values_list("pk", flat=True))
    assert rows == list(ordering.every(EVERY, f"{sign}{order}"))
    assert ordering.found(EVERY, f"{sign}{order}", limit=7) == rows[:7]
    assert ordering.page(EVERY, f"{sign}{order}", 7, 100_000) == (rows[:7], len(rows))
    assert ordering.page(EVERY, f"{sign}{order}", 100_000, 9) == (rows, 10)


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("order", ordering.QUANTITIES)
def test_an_order_within_a_channel_of_many_has_the_rows_of_its_locations(
    motley: World, order: str, sign: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ListingLevel.objects.filter(pk__in=Tally.objects.order_by("pk").values("pk")[:3]).update(
        acknowledged=None
    )
    Tally.objects.filter(pk__in=Tally.objects.order_by("-pk").values("pk")[:3]).delete()
    monkeypatch.setattr(desk.narrowing, "READ", 2)
    for channel in Channel.objects.all():
        chosen = narrowing.choose(channel.pk)
        assert set(chosen.places) == set(channel.locations.values_list("pk", flat=True))
        own = finding.of_channel(EVERY, chosen)
        whole = ordering.page(own, f"{sign}{order}", 1000, 1000)
        assert whole[0]
        assert ordering.page(own, f"{sign}{order}", 1000, 1000, chosen.places) == whole


def test_locations_are_looked_for_along_an_order_and_not_behind_it(world: World) -> None:
    tallying.tally(100)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    for rows, column in ((Tally, "on_hand"), (ListingLevel, "acknowledged")):
        here = rows.objects.filter(location__in=[world.location.pk, 0])
        known = here.filter(**{f"{column}__isnull": False}).order_by(f"-{column}", "-pk")
        plan = known[:5].explain()
        assert f"_by_{column}" in plan or f"level_{column}" in plan
        assert "Filter" not in plan
        assert "location_id = ANY" in plan


@pytest.mark.parametrize("order", ["on_hand", "available", "acknowledged"])
def test_an_order_is_by_its_quantity_and_what_has_none_comes_last(
    motley: World, order: str
) -> None:
    shown = dict(Communicated.objects.filter(level__isnull=False).values_list("pk", order))
    rows = [shown.get(row.key) for row in ordering.found(EVERY, f"-{order}")]
    known = [number for number in rows if number is not None]
    assert known == sorted(known, reverse=True)
    assert rows[len(known) :] == [None] * (len(rows) - len(known))


def test_backordered_is_at_hand_the_other_way_round(world: World) -> None:
    world.hold(world.products[1], 12)
    world.hold(world.products[0], 41)
    tallying.tally(100)
    first, second = ordering.found(EVERY, "-backordered", limit=2)
    assert first.level_id == world.level(world.products[1]).pk
    assert second.level_id == world.level(world.products[0]).pk


@pytest.mark.parametrize(
    ("words", "skus"),
    [
        ("cup-1", ["CUP-1"]),
        ("Cup 2", ["CUP-2"]),
        ("saucer", []),
        ("   ", ["CUP-0", "CUP-1", "CUP-2", "CUP-3"]),
        ("a\x00b", []),
        ("%", []),
    ],
)
def test_rows_are_found_by_words(world: World, words: str, skus: list[str]) -> None:
    assert [each.sku for each in finding.matching(EVERY, words).order_by("sku")] == skus


@pytest.mark.parametrize("key", ["", "x", "0:0", "1:2:3", "9" * 40 + ":0", "-1:0", "٣:0"])
def test_a_key_that_is_none_is_found_nowhere(world: World, key: str) -> None:
    assert not Communicated.objects.filter(pk=key).exists()
    assert not Communicated.objects.filter(pk__in=[key]).exists()


def test_a_key_is_found_by_its_listing(world: World) -> None:
    row = world.row(world.products[0])
    assert Communicated.objects.get(pk=row.pk) == row
    assert list(Entry.objects.filter(pk__in=[row.pk]).values_list("pk", flat=True)) == [row.pk]
