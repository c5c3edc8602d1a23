"""How `./manage.py measure` opens every list of the admin and tells what it cost.

visiting (a page, its time and statements), variants (which pages of a list), report (the table).
"""
