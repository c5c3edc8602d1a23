"""The Celery application. Tasks live in syncjobs.tasks; beat entries live in the database."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("stockcast")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
