"""What every list and page of the admin is made of."""

from __future__ import annotations

from typing import Any

import unfold.admin

from desk.paging import BoundedPaginator


class ModelAdmin(unfold.admin.ModelAdmin):
    """A list that stays quick at millions of rows: counted no further than people read.

    `empty_hint` says what would fill it while it is empty."""

    paginator: Any = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    empty_hint: Any = ""
