"""Oversell forensics: a case opens by itself when an order takes what is not there; how that could
happen is told from stored facts."""

from syncjobs.forensics.coverage import Coverage, coverage, covered
from syncjobs.forensics.investigation import close, investigate
from syncjobs.forensics.opening import connect

__all__ = ["Coverage", "close", "connect", "coverage", "covered", "investigate"]
