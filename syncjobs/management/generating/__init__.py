"""How `./manage.py generate` makes a large, true data set: one set-based statement for each step.

sizes (what is asked for), working (how steps run), then by floor: goods, supply, promises, history
(the ledger), places, listings, receipts, journals, hearers.
"""
