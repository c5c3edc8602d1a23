"""The tally by which the communicated table is found and sorted: after whatever happens it is what
the table shows, as soon as what waits is tallied; and nothing that commits late is skipped."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from channels import belief, communicated, due, finding, onboarding, selling, tallying
from channels.models import Communicated, Entry, Listing, SellingList, Tally
from channels.publishing import Place, decide
from channels.rules import Mode
from desk.errors import Refused
from inventory import bundles, counting, ledger, warehousing
from inventory.ledger import Cause
from inventory.models import Warehouse
from orders import intake
from orders.intake import Draft, DraftLine
from orders.models import SalesOrder
from syncjobs import acknowledgements
from tests.factories import make_product, make_profile, make_selling_list, make_warehouse, say
from tests.pretend import World

pytestmark = pytest.mark.django_db


def move_list(world: World, made: dict[str, Any], number: int) -> None:
    listing = world.listing(world.products[number % 5])
    selling.assign([*made["lists"], None][number % 3], [listing.pk])


def remap(world: World, made: dict[str, Any], number: int) -> None:
    places = [[world.warehouse], [world.warehouse, made["other"]], [], [made["other"]]]
    world.location.warehouses.set(places[number % 4])
    due.by_channel(world.channel)


def switch_warehouse(world: World, made: dict[str, Any], number: int) -> None:
    """As its page does."""
    warehouse = made["other"] if number % 2 else world.warehouse
    warehouse.refresh_from_db()
    if warehouse.is_active:
        warehousing.announce(warehouse)
    warehouse.is_active = not warehouse.is_active
    warehouse.save()
    if warehouse.is_active:
        warehousing.announce(warehouse)


def count(world: World, made: dict[str, Any], number: int) -> None:
    warehouse = made["other"] if number % 2 else world.warehouse
    product = world.products[number % 4]
    stocktake = counting.open(warehouse, [product.pk])
    counting.record(stocktake, {product.pk: number})
    counting.close(stocktake)


def order(world: World, _made: dict[str, Any], number: int) -> None:
    product = world.products[number % 5]
    name = f"SO-{SalesOrder.objects.count()}"
    lines = [DraftLine(product.pk, world.warehouse.pk, 1 + number)]
    intake.place(Draft(number=name, lines=lines))


def archive(_world: World, _made: dict[str, Any], number: int) -> None:
    ids = list(SalesOrder.objects.filter(archived_at=None).values_list("pk", flat=True))
    if ids:
        intake.archive([ids[number % len(ids)]])


def say_more(_world: World, made: dict[str, Any], number: int) -> None:
    if number % 2:
        say(made["cap"], Mode.NOT_MORE_THAN, quantity=number, buffer=number % 3)
    else:
        say(made["once"], Mode.CUSTOM, quantity=number)


def use_profile(world: World, made: dict[str, Any], number: int) -> None:
    selling.set_profile(world.channel, [None, made["cap"], made["once"]][number % 3])


def update(world: World, _made: dict[str, Any], number: int) -> None:
    selling.update_quantities(world.channel, [world.listing(world.products[number % 5]).pk])


def compose(world: World, _made: dict[str, Any], number: int) -> None:
    bundle, parts = world.products[4], world.products
    with contextlib.suppress(Refused):  # while an order holds it, it stays as it is
        bundles.compose(bundle.pk, {parts[number % 4].pk: 1 + number % 2})


def tell(world: World, _made: dict[str, Any], number: int) -> None:
    """The channel takes what the level should show, as a run tells it."""
    product = world.products[number % 5]
    level = world.level(product)
    place = Place(product.pk, world.location.pk)
    told = decide([place])[place].quantity
    if told is not None:
        row = (level.pk, max(0, told), level.acknowledged, level.stale_version)
        acknowledgements.accept([row], is_late=False)


def sell(world: World, _made: dict[str, Any], number: int) -> None:
    """The channel sells two by itself; a number that was told once may so fall below 0."""
    sale = belief.Sale(world.products[number % 5].pk, world.location.external_id, 2)
    belief.sell(world.channel, [sale], timezone.now())


def doubt(world: World, _made: dict[str, Any], number: int) -> None:
    belief.doubt(world.channel, [world.products[number % 5].pk])


def retick(world: World, _made: dict[str, Any], number: int) -> None:
    products = [world.products[number % 5].pk]
    onboarding.untick(world.channel, products)
    onboarding.tick(world.channel, products)


def retally(_world: World, _made: dict[str, Any], number: int) -> None:
    tallying.tally(number)


VERBS = [
    move_list,
    remap,
    switch_warehouse,
    count,
    order,
    archive,
    say_more,
    use_profile,
    update,
    compose,
    tell,
    tell,
    sell,
    sell,
    doubt,
    retick,
    retally,
]
LIFE = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 11)), min_size=4, max_size=14)


class Over(Exception):  # noqa: N818 - nothing is wrong
    """A life is over."""


def begin(world: World) -> dict[str, Any]:
    """What the verbs need, made once."""
    if len(world.products) == 5:
        lists = list(SellingList.objects.order_by("pk"))
        cap, once = (each.profile for each in lists)
        other = Warehouse.objects.get(name="Other")
        return {"other": other, "lists": lists, "cap": cap, "once": once}
    cap = make_profile(Mode.NOT_MORE_THAN, quantity=7)
    once = make_profile(Mode.CUSTOM, quantity=3)
    bundle = make_product(sku="SET")
    bundles.compose(bundle.pk, {world.products[0].pk: 2, world.products[1].pk: 1})
    onboarding.tick(world.channel, [bundle.pk])
    Listing.objects.update(state="linked")
    world.products.append(bundle)
    lists = [make_selling_list(world.channel, each) for each in (cap, once)]
    return {"other": make_warehouse(name="Other"), "lists": lists, "cap": cap, "once": once}


def demand_right() -> None:
    """Every level's tally says what the table shows, and who differs."""
    tallying.tally(10_000)
    assert tallying.waiting(1) == 0
    names = ("product", "channel", "location", "listing")
    table = list(Communicated.objects.select_related(*names))
    decisions = decide(Place(row.product_id, row.location_id) for row in table if row.location_id)
    wrong, right = set(), set()
    for row in table:
        if row.level_id is None:
            continue
        decision = decisions[Place(row.product_id, row.location_id or 0)]
        kept = Tally.objects.get(pk=row.level_id)
        shown = (row.on_hand, row.committed, row.available, communicated.should(decision))
        assert (kept.on_hand, kept.committed, kept.available, kept.should) == shown
        assert kept.is_known == row.is_known
        if is_told(row) and decision.quantity in {None, row.acknowledged}:
            right.add(row.pk)
        elif is_told(row) and row.acknowledged is not None:
            wrong.add(row.pk)
    assert {each.pk for each in finding.differing(Entry.objects.all())} == wrong
    agreeing = finding.differing(Entry.objects.all(), is_wanted=False)
    assert {each.pk for each in agreeing} == right


def is_told(row: Communicated) -> bool:
    """Whether its channel is told of it at all."""
    listing, product = row.listing, row.product
    is_out = listing.is_excluded or product.is_excluded or not product.is_active
    is_source = row.location is not None and row.location.mirror_id is not None
    return listing.is_ticked and not is_out and listing.state == "linked" and not is_source


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
@given(life=LIFE)
def test_after_any_life_the_tally_is_what_the_table_shows(world: World, life: Any) -> None:
    made = begin(world)
    try:
        with transaction.atomic():
            for verb, number in life:
                verb(world, made, number)
            demand_right()
            raise Over  # noqa: TRY301 - the next life begins where this one began
    except Over:
        world.location.refresh_from_db()


def test_a_number_left_alone_is_tallied_again_when_the_channel_sells(world: World) -> None:
    made = begin(world)
    selling.assign(made["lists"][1], [world.listing(world.products[0]).pk])
    tell(world, made, 0)
    tallying.tally(100)
    sell(world, made, 0)
    assert tallying.waiting(9) == 1
    demand_right()
    assert Tally.objects.get(level=world.level(world.products[0])).should == 1


def test_a_place_that_nothing_feeds_any_more_is_tallied_without_any_stock_that_moved(
    world: World,
) -> None:
    tallying.tally(100)
    switch_warehouse(world, {}, 0)
    demand_right()
    assert Tally.objects.get(level=world.level(world.products[2])).should == 0


def test_no_more_are_tallied_than_was_asked(world: World) -> None:
    assert tallying.waiting(3) == 3
    assert tallying.tally(3) == 3
    assert (tallying.tally(9), tallying.waiting(9)) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_what_commits_late_is_tallied_afterwards_and_holds_nobody_up(world: World) -> None:
    tallying.tally(100)
    moved, seen = threading.Event(), threading.Event()

    def move() -> None:
        with transaction.atomic():
            ledger.ship(world.warehouse.pk, [(world.products[0].pk, 15)], Cause())
            moved.set()
            assert seen.wait(20)
        connection.close()

    mover = threading.Thread(target=move)
    mover.start()
    assert moved.wait(20)
    due.by_level([world.level(world.products[1]).pk])
    assert tallying.tally(100) == 1  # the other is not to be seen yet
    seen.set()
    mover.join()
    assert tallying.waiting(9) == 1
    demand_right()


@pytest.mark.django_db(transaction=True)
def test_a_tally_overtaken_by_another_writes_nothing(world: World) -> None:
    tallying.tally(100)
    level = world.level(world.products[0])
    old = tallying.Waiting(level.pk, world.products[0].pk, world.location.pk, level.stale_version)
    decisions = decide([Place(old.product_id, old.location_id)])
    ledger.ship(world.warehouse.pk, [(world.products[0].pk, 15)], Cause())
    tallying.tally(100)
    tallying._write([old], decisions)
    demand_right()
