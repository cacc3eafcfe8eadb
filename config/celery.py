"""Celery: the doorbell. What is to be done stands in PostgreSQL; a task only carries an id."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("corps")
app.conf.update(
    broker_connection_retry_on_startup=True,
    # Whoever rings waits no longer than this for a broker that is away; kombu by itself would try for six seconds.
    broker_transport_options={
        "visibility_timeout": 3600,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.2,
        "interval_max": 0.2,
    },
    # A broker lost during a task ends a worker that acknowledges late; the sweep finds what was lost instead.
    task_acks_late=False,
    task_ignore_result=True,
    task_publish_retry=False,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    timezone="Asia/Shanghai",
    beat_schedule={
        "sweep": {
            "task": "corps.tasks.sweep",
            "schedule": 5.0,
            "options": {"expires": 5},
        },
        "files": {
            "task": "corps.tasks.put_files_away",
            "schedule": 900.0,
            "options": {"expires": 900},
        },
    },
)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
