"""The roles that come out of the box. An administrator is a superuser and needs no group.

A group that exists is left as it is: its permissions may have been edited on purpose.
"""

from django.contrib.auth.management import create_permissions
from django.db import migrations

LOOK_AT_STOCK = [
    "inventory.view_product",
    "inventory.view_warehouse",
    "inventory.view_stocklevel",
    "channels.view_communicated",
]
LOOK_AT_RULES = ["channels.view_profile", "channels.view_sellinglist"]
LOOK_AT_WAREHOUSE_WORK = [
    "inventory.view_movement",
    "inventory.view_purchaseorder",
    "inventory.view_purchaseorderline",
    "inventory.view_receipt",
    "inventory.view_receiptline",
    "inventory.view_stocktake",
    "inventory.view_stocktakeline",
    "inventory.view_transfer",
    "inventory.view_transferline",
]
LOOK_AT_ORDERS = [
    "orders.view_salesorder",
    "orders.view_salesorderline",
    "orders.view_asn",
    "orders.view_asnline",
]
LOOK_AT_CHANNELS = [
    "channels.view_channel",
    "channels.view_location",
    "channels.view_listing",
    "channels.view_publication",
    "channels.view_channelorder",
    "channels.view_transmission",
    "channels.view_notice",
    "syncjobs.view_run",
    "syncjobs.view_processlog",
    "syncjobs.view_finding",
    "syncjobs.view_oversell",
]


def every(action, app, *models):
    return [f"{app}.{action}_{model}" for model in models]


DOCUMENTS = ["purchaseorder", "purchaseorderline", "stocktake", "stocktakeline"]
DOCUMENTS += ["transfer", "transferline"]

GROUPS = {
    "Warehouse manager": [
        *LOOK_AT_STOCK,
        *LOOK_AT_WAREHOUSE_WORK,
        *LOOK_AT_ORDERS,
        *LOOK_AT_RULES,
        *every("add", "inventory", "product", "warehouse", *DOCUMENTS),
        *every("change", "inventory", "product", "warehouse", *DOCUMENTS),
        *every("delete", "inventory", "purchaseorder", "purchaseorderline", "stocktakeline"),
        *every("delete", "inventory", "transfer", "transferline"),
        "inventory.add_movement",
        *every("add", "orders", "asn", "asnline"),
        *every("change", "orders", "salesorder", "salesorderline", "asn", "asnline"),
        *every("delete", "orders", "asn", "asnline"),
    ],
    "CSM": [
        *LOOK_AT_STOCK,
        *LOOK_AT_WAREHOUSE_WORK,
        *LOOK_AT_ORDERS,
        *LOOK_AT_CHANNELS,
        *LOOK_AT_RULES,
        *every("add", "channels", "profile", "sellinglist"),
        *every("change", "channels", "profile", "sellinglist"),
        *every("delete", "channels", "profile", "sellinglist"),
        "channels.change_listing",
        "channels.change_transmission",
        "orders.change_salesorder",
        "syncjobs.change_oversell",
    ],
    "Partner": LOOK_AT_STOCK,
    "Stock communicator": [
        *LOOK_AT_STOCK,
        *LOOK_AT_CHANNELS,
        *LOOK_AT_RULES,
        "channels.send_communicated",
    ],
}
APPS = ["auth", "inventory", "orders", "channels", "syncjobs"]


def create_missing_permissions(apps):
    """Django creates permissions after the last migration only, which is too late for groups."""
    for label in APPS:
        config = apps.get_app_config(label)
        before = getattr(config, "models_module", None)
        config.models_module = before or True  # a historical app looks as if it had no models
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = before


def create_groups(apps, _schema_editor):
    create_missing_permissions(apps)
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ids = {
        f"{app}.{codename}": pk
        for pk, app, codename in Permission.objects.values_list(
            "pk", "content_type__app_label", "codename"
        )
    }
    for name, permissions in GROUPS.items():
        group, is_new = Group.objects.get_or_create(name=name)
        if is_new:
            group.permissions.set(ids[permission] for permission in permissions)


class Migration(migrations.Migration):
    dependencies = [
        ("syncjobs", "0001_create_syncjobs"),
        ("channels", "0002_create_views"),
        ("orders", "0001_create_orders"),
        ("inventory", "0001_create_inventory"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
