"""Addresses of warehouse work that belong to no single document."""

from django.contrib import admin
from django.urls import path

from inventory.admin.warehouse_work import counting_start, landing, put_away, transfer_start

view = admin.site.admin_view

urlpatterns = [
    path("", view(landing.work), name="work"),
    path("put-away/", view(put_away.put_away), name="work-put-away"),
    path("put-away/code/", view(put_away.put_away_code), name="work-put-away-code"),
    path("stocktake/", view(counting_start.start), name="work-stocktake"),
    path("transfer/", view(transfer_start.start), name="work-transfer"),
]
