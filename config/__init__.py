"""Wiring: settings, urls, Celery, and the commands that start the house. Nobody imports it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
