"""Settings of the whole system. What differs from place to place is declared in `runtime/environment.py`.

This module, `config/urls.py` and `config/celery.py` are the only ones that name every app.
Services are never started here: `manage.py` and the process manager put their addresses into the environment first.
"""

import logging
import os
import tomllib
from pathlib import Path

import structlog
from csp.constants import NONE, SELF
from environs import Env

from runtime.command_database import NO_DATABASE, data_dir
from runtime.environment import BY_NAME, is_given, load, secure_origins, value
from runtime.files_url import directory
from runtime.secrets import secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
# Stated once; the foot of each page and the API's document show it.
PROJECT = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))
VERSION: str = PROJECT["project"]["version"]
DATA_DIR = data_dir()
load(DATA_DIR)
env = Env()

HTTPS: bool = value("HTTPS")
DEBUG: bool = value("DEBUG")
# A command that needs no database leaves nothing behind, and so no key.
SECRET_KEY: str = (
    value("SECRET_KEY") or os.environ.get("PASSING_SECRET_KEY") or secret_key(DATA_DIR)
)
SECRET_KEY_IS_GIVEN = is_given("SECRET_KEY")
ALLOWED_HOSTS: list[str] = value("ALLOWED_HOSTS")

LOCAL_APPS = [
    "corps",
    "firms",
    "stores",
    "listings",
    "cases",
    "notices",
    "dashboards",
    "demo",
]

INSTALLED_APPS = [
    "corps.apps.CorpsAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "pgtrigger",
    "rest_framework",
    *[f"{app}.apps.{app.capitalize()}Config" for app in LOCAL_APPS],
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corps.middleware.PrivateCacheMiddleware",
    "csp.middleware.CSPMiddleware",
    "corps.middleware.StatusMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "corps.middleware.PersonLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "corps.middleware.RequestLogMiddleware",
    "corps.request_bodies.BodyLimitMiddleware",
    "corps.middleware.NoNullMiddleware",
    "corps.middleware.ActMiddleware",
    "corps.middleware.LimitMiddleware",
    "corps.middleware.NotAllowedMiddleware",
    "corps.middleware.RetryAfterMiddleware",
    "corps.ui.refusals.SecondComerMiddleware",
    "corps.middleware.SessionUseMiddleware",
    "corps.middleware.DraftMiddleware",
    "corps.middleware.FreshCountsMiddleware",
    "corps.accounts.passwords.PasswordChangeMiddleware",
    "corps.accounts.second_factor.SecondFactorMiddleware",
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
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "corps.ui.context.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "corps.templatetags.components",
            ],
        },
    },
    # For the rows of long lists alone, which it loops over in a quarter of the time.
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates" / "jinja"],
        "NAME": "jinja2",
        "OPTIONS": {"autoescape": True, "trim_blocks": True},
    },
]

DATABASES = {
    "default": {
        **env.dj_db_url("DATABASE_URL", "postgresql:///corps"),
        "ENGINE": "corps.database",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
# Whether the database is one's own, and not the embedded one of DATA_DIR.
DATABASE_IS_OWN = (
    is_given("DATABASE_URL")
    and value("DATABASE_URL") != NO_DATABASE
    and "postgres" not in os.environ.get("EMBEDDED_SERVICES", "").split()
)
# How long a statement may run, wait for a lock, or for a connection; 0 is without end. The web server sets them for
# its processes, for a page that takes longer holds a thread from everybody; tasks and commands may take their time.
STATEMENT_SECONDS: float = value("STATEMENT_SECONDS")
LOCK_SECONDS: float = value("LOCK_SECONDS")
if CONNECT_SECONDS := value("CONNECT_SECONDS"):
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault(
        "connect_timeout", CONNECT_SECONDS
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL: str = value("REDIS_URL") or "redis://127.0.0.1:6379/0"

AUTH_USER_MODEL = "corps.User"
AUTHENTICATION_BACKENDS = ["corps.accounts.adapter.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "corps.accounts.passwords.RepetitionValidator"},
    {"NAME": "corps.accounts.passwords.KnownWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "corps.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_GET = False
# Wrong passwords and codes are counted by `corps.accounts.lockout`; nothing can be guessed about a passkey.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "reauthenticate": None}
MFA_RATE_LIMITS = {"webauthn_login": None}
# Who must set up a second factor before anything else; in demonstration mode nobody is asked.
SECOND_FACTOR_ROLES: list[str] = value("SECOND_FACTOR_ROLES")
MFA_FORMS = {
    "authenticate": "corps.accounts.second_factor.CodeForm",
    "reauthenticate": "corps.accounts.second_factor.CodeAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

SESSION_ENGINE = "corps.accounts.session_store"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
# A session that nobody used for so long ends; 0 sets no limit.
SESSION_IDLE_MINUTES: int = value("SESSION_IDLE_MINUTES")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# The prefix has the browser refuse these cookies from any other host, path or plain connection.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SECURE_SSL_REDIRECT = HTTPS
# Monitors and load balancers ask within the machine or its network.
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^statusz$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Whether every other name under the domain is reached by HTTPS alone is for the domain's owner to say, not for one
# site: HSTS for subdomains and the browsers' preloaded lists are no omission here.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "corps.views.site.csrf_failure"
# How many proxies of one's own stand before the web processes; only what they write in X-Forwarded-For is believed.
TRUSTED_PROXIES: int = value("TRUSTED_PROXIES")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale" / app for app in LOCAL_APPS]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = USE_TZ = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": value("FILES_URL") or directory(DATA_DIR / "files"),
    "staticfiles": {"BACKEND": "corps.ui.static_files.HashedStaticFiles"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
SHEET_MAX_BYTES = 20 * 2**20
SHEET_MAX_ROWS = 100_000
SHEET_MAX_SECONDS = 120
# A filled answer sheet that nobody confirmed is put away after so many days; it can be confirmed within one.
ANSWER_SHEET_DAYS = max(2, value("ANSWER_SHEET_DAYS"))

# Rate limits of the sign-in page must hold over all web processes and survive a lost broker.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "corps_cache",
    }
}

# Without a mail server of one's own letters are held, except in a demonstration, whose sink `make run` starts.
HAS_MAIL_SERVER = is_given("EMAIL_URL")
EMAIL_CONFIG = env.dj_email_url(
    "EMAIL_URL" if HAS_MAIL_SERVER else "LOCAL_SINK_URL", "smtp://127.0.0.1:8025"
)
MAIL_FROM: str = value("MAIL_FROM")
MESSAGE_ID_DOMAIN: str = value("MESSAGE_ID_DOMAIN")
# What stands until an administrator states it on the page of the organisation.
SHIPPED_ORGANISATION: str = BY_NAME["ORGANISATION"].default
SHIPPED_DOCUMENT_PREFIX: str = BY_NAME["DOCUMENT_PREFIX"].default
ORGANISATION: str = value("ORGANISATION")
DOCUMENT_PREFIX: str = value("DOCUMENT_PREFIX")
SITE_URL: str = value("SITE_URL") or f"http://127.0.0.1:{value('PORT')}"
# The site's own address is one's own, also where a proxy passes on the Host header without its port.
CSRF_TRUSTED_ORIGINS: list[str] = [
    *value("CSRF_TRUSTED_ORIGINS"),
    *secure_origins(SITE_URL),
]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "corps.api.base.KeyAuthentication",
        "corps.api.base.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["corps.api.base.JsonBody"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "corps.api.base.CursorPages",
    "DEFAULT_SCHEMA_CLASS": "corps.api.schema.Schema",
    "EXCEPTION_HANDLER": "corps.api.base.problem",
    "PAGE_SIZE": 100,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Takedown casework",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "corps.api.schema.finish",
    ],
    "ENUM_NAME_OVERRIDES": {
        "NoticeState": "notices.states.NoticeState",
        "ItemState": "notices.states.ItemState",
        "Claim": "cases.states.Claim",
        "TargetKind": "cases.models.Target.Kind",
        "RowResult": "cases.models.ImportRow.Result",
    },
}

LOG_LEVEL: str = value("LOG_LEVEL")
LOG_FORMAT: str = value("LOG_FORMAT")
# One line for each request, when it is finished.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
# The address is `corps.middleware.client_address`; the library would believe whatever a caller writes into a header.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.dev.ConsoleRenderer(
                colors=False, exception_formatter=structlog.dev.plain_traceback
            ),
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
            ],
        },
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
            "foreign_pre_chain": [
                structlog.stdlib.add_logger_name,
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso"),
            ],
        },
    },
    "filters": {"refused_requests": {"()": "corps.logs.RefusedRequests"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["refused_requests"],
        },
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_DEFAULT_QUEUE = value("CELERY_QUEUE")
