"""Romanian: what differs from the framework's own. What people typed until now is still read."""

from django.conf.locale.ro import formats as framework  # type: ignore[import-untyped]

from desk.formats import DAY, GROUPED_BY, MINUTE

DATE_FORMAT = SHORT_DATE_FORMAT = DAY
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = MINUTE
TIME_FORMAT = "H:i"
NUMBER_GROUPING = GROUPED_BY
DATE_INPUT_FORMATS = ["%Y-%m-%d", *framework.DATE_INPUT_FORMATS]
DATETIME_INPUT_FORMATS = [
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    *framework.DATETIME_INPUT_FORMATS,
]
