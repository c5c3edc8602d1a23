"""All settings, typed, read from the environment; a missing or malformed one fails loudly.

Development and tests get theirs from config/house/servers.py; production sets its own.
"""

import re
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG: bool = env.bool("DEBUG", default=False)
# Demo logins are created, and accepted, only in a demo that is bound to loopback.
STOCKCAST_DEMO: bool = env.bool("STOCKCAST_DEMO", default=False)
SECRET_KEY: str = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set: export a long random string.")
# Credentials of channels are encrypted with keys derived from these; the first one encrypts, all
# decrypt, so a key is rotated by putting the new one in front.
CREDENTIAL_KEYS: list[str] = env.list("CREDENTIAL_KEYS", default=[SECRET_KEY])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
# Where channels reach us from outside, such as https://stock.example.com: they are told to send
# their webhooks below it. Empty: none are asked for, and orders come by poll alone.
PUBLIC_URL: str = env.str("STOCKCAST_PUBLIC_URL", default="")
if PUBLIC_URL:
    _public = urlsplit(PUBLIC_URL)
    if _public.scheme not in ("https", "http") or not _public.hostname:
        raise ImproperlyConfigured(
            "STOCKCAST_PUBLIC_URL is no address: write one such as https://stock.example.com."
        )
    ALLOWED_HOSTS = list(dict.fromkeys([*ALLOWED_HOSTS, _public.hostname]))
# Partners' webhooks go to public addresses over HTTPS alone, unless the receiver's host or network
# is named here, such as hooks.internal,10.20.0.0/16: then also by HTTP.
WEBHOOK_PRIVATE_HOSTS: list[str] = []
WEBHOOK_PRIVATE_NETWORKS: list[IPv4Network | IPv6Network] = []
for _place in env.list("STOCKCAST_WEBHOOK_PRIVATE", default=[]):
    try:
        WEBHOOK_PRIVATE_NETWORKS.append(ip_network(_place.strip()))
    except ValueError:
        if not re.fullmatch(r"(?=.*[a-z])[a-z0-9_-]+(\.[a-z0-9_-]+)*", _place.strip().lower()):
            raise ImproperlyConfigured(
                f"STOCKCAST_WEBHOOK_PRIVATE: {_place!r} is neither a host nor a network: write them"
                " such as hooks.internal,10.20.0.0/16."
            ) from None
        WEBHOOK_PRIVATE_HOSTS.append(_place.strip().lower())
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# How many proxies of ours a request has passed: each appended to X-Forwarded-For the address that
# it was called from. What stands further left was written by whoever called, and is not believed.
TRUSTED_PROXIES: int = env.int("STOCKCAST_TRUSTED_PROXIES", default=0)
if TRUSTED_PROXIES < 0:
    raise ImproperlyConfigured("STOCKCAST_TRUSTED_PROXIES is below zero: count your proxies.")
# On: nobody sees a page of the admin without a second factor; those who have none set one up first.
MFA_REQUIRED: bool = env.bool("STOCKCAST_MFA_REQUIRED", default=False)

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_celery_beat",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "pgtrigger",
    "rest_framework",
    "django_filters",
    "import_export",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "desk",
    "partners",
    "inventory",
    "orders",
    "channels",
    "syncjobs",
    "config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Before the guards: what they refuse is said in the person's language, too.
    "config.languages.SpokenLanguage",
    "config.guard.ProblemGuard",
    "config.guard.NulGuard",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.guard.DialogGuard",
    "config.second_factor.gate.SecondFactorGate",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

_database: dict[str, Any] = env.db_url("DATABASE_URL")
_database["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE", default=60)
# Few statements are prepared (partners/prepared.py); the fifth time one is, as is the usual.
_database.setdefault("OPTIONS", {})["prepare_threshold"] = 5
_database["TEST"] = {"NAME": env.str("STOCKCAST_TEST_DB", default="test_stockcast")}
DATABASES = {"default": _database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Triggers are declared on models; a schema object installed by hand in production is not ours.
PGTRIGGER_INSTALL_ON_MIGRATE = False

REDIS_URL: str = env.str("REDIS_URL")
# Kombu spells a unix socket differently from redis-py.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A hint that cannot be delivered is dropped within this time; the sweep finds what it would have
# told (DESIGN section 5), so a movement never waits for the broker.
HINT_TIMEOUT_SECONDS: float = env.float("HINT_TIMEOUT_SECONDS", default=0.1)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 5,
    "socket_timeout": 30,
    "max_retries": 3,
    "visibility_timeout": 3600,
}
DJANGO_CELERY_BEAT_TZ_AWARE = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["partners.rest.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["partners.rest.permission.HasScope"],
    "DEFAULT_THROTTLE_CLASSES": ["partners.rest.limits.KeyLimit"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "partners.rest.schema.Schema",
    "EXCEPTION_HANDLER": "config.problems.explain",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Stockcast",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_PUBLIC": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "/favicon.ico",
    # Nothing is asked of anybody's validator; the page's policy would not let it.
    "SWAGGER_UI_SETTINGS": {
        "deepLinking": True,
        "displayOperationId": True,
        "docExpansion": "none",
        "defaultModelsExpandDepth": 0,
        "filter": True,
        "persistAuthorization": False,
        "validatorUrl": None,
    },
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": True,
    "POSTPROCESSING_HOOKS": [
        "partners.rest.document.finish",
    ],
}
# Ten thousand lines of movements are about a megabyte.
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = reverse_lazy("admin:login")
AUTHENTICATION_BACKENDS = ["config.login.Throttle", "django.contrib.auth.backends.ModelBackend"]
# Failures are counted in the database, which all web processes share, per name and address: who
# knows a colleague's name can not lock them out from elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "config.login.client_address"
AXES_LOCKOUT_CALLABLE = "config.login.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code", "csrfmiddlewaretoken"]
# Nothing is kept beyond what the lock needs: expired failures go with the next login or failure.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
OTP_TOTP_ISSUER = "Stockcast"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env.bool("SECURE_COOKIES", default=False)
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "en"
# What can be chosen; docs/translating.md tells how to add one.
LANGUAGES = [("en", "English"), ("ro", "Română")]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "libraries"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SESSION_COOKIE_SECURE
TIME_ZONE: str = env.str("TIME_ZONE", default="UTC")
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "desk.formats"
USE_THOUSAND_SEPARATOR = True  # what a script reads in a template is written with |unlocalize

STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / ".stockcast" / "static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}

from config.unfold import UNFOLD  # noqa: E402, F401 - looks and menu; settings are complete here
