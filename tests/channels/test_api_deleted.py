"""What somebody deletes while a step waits for it is not there."""

from __future__ import annotations

import pytest

from channels.models import ListingLevel
from tests.api import make_api
from tests.factories import make_profile, make_selling_list
from tests.pretend import World
from tests.vanishing import meanwhile_deleted


@pytest.mark.django_db(transaction=True)
def test_a_list_deleted_while_its_update_waits_is_not_there(world: World) -> None:
    made = make_selling_list(world.channel, make_profile())
    ListingLevel.objects.update(is_update_asked=False)
    api, path = make_api(), f"/selling-lists/{made.pk}/update-quantities"
    answer = meanwhile_deleted(made, lambda: api.post(path, {}), *made.profile_periods.all())
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert not ListingLevel.objects.filter(is_update_asked=True).exists()
