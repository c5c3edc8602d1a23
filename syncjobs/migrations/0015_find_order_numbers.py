from django.db import migrations

FIND = """
WITH told AS (
    SELECT id, channel_id, substr(message, 7) AS said,
        string_to_array(substr(message, 7), ': ') AS parts
    FROM syncjobs_processlog
    WHERE product_id IS NULL AND order_number = '' AND message LIKE 'Order %%: %%'
), possible AS (
    SELECT id, channel_id, left(array_to_string(parts[:cut], ': '), 255) AS number
    FROM told CROSS JOIN LATERAL generate_series(1, least(cardinality(parts) - 1, 20)) AS cut
), known AS (
    SELECT DISTINCT ON (possible.id) possible.id, possible.number
    FROM possible JOIN channels_channelorder USING (channel_id, number)
    ORDER BY possible.id, length(possible.number) DESC
)
UPDATE syncjobs_processlog log
SET order_number = left(coalesce(known.number, btrim(split_part(told.said, ':', 1))), 255)
FROM told LEFT JOIN known USING (id)
WHERE log.id = told.id
"""


def find_numbers(_apps, schema_editor):
    """A number may hold a colon, too: of all that the sentence may begin with, the longest that is
    the number of an order of that channel. Where none is, what stands before the first colon."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FIND, [])


class Migration(migrations.Migration):
    """Lines of the log from before order numbers were kept say them in their message alone."""

    dependencies = [
        ("syncjobs", "0014_keep_order_numbers"),
        ("channels", "0001_create_channels"),
    ]

    operations = [migrations.RunPython(find_numbers, migrations.RunPython.noop, elidable=True)]
