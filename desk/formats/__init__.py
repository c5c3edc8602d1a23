"""How days, moments and numbers are written for people: the one rule, for all languages.

A day is 2026-11-21, whatever the language: nobody has to know who puts the month first, it sorts,
and it is what the fields for dates take. Numbers are grouped by thousands as each language does.
Files, addresses and the API write neither: they are read by machines.
"""

DAY = "Y-m-d"
MINUTE = "Y-m-d H:i"
SECOND = "Y-m-d H:i:s"
EXACT = "Y-m-d H:i:s T"
GROUPED_BY = 3
