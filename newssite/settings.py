"""All settings, from the environment. README.md has the table of what can be set."""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from newssite import environment

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(environment.text("VAR_DIR", str(BASE_DIR / "var"))).resolve()

DEBUG = environment.flag("DEBUG")
SECRET_KEY = environment.secret_key("SECRET_KEY", VAR_DIR / "secret_key")
# Earlier keys, still accepted while what they signed is about.
SECRET_KEY_FALLBACKS = environment.words("SECRET_KEY_FALLBACKS")

# The site
_PORT = environment.number("PORT", 8000, least=1, most=65535)
SITE_NAME = environment.text("SITE_NAME", "Fanfold")
SITE_ABOUT = environment.text(
    "SITE_ABOUT",
    "Fanfold reads the technology press, checks where each story came from, "
    "and files it where you can find it again.",
)
SITE_URL = environment.site_url("SITE_URL", f"http://127.0.0.1:{_PORT}")
SITE_LANGUAGE = environment.language("SITE_LANGUAGE", "en")
_SITE_IS_SECURE = SITE_URL.startswith("https://")

# Addresses and proxies
_HOST = urlsplit(SITE_URL).hostname or ""
ALLOWED_HOSTS = [_HOST, "127.0.0.1", "localhost", "[::1]", *environment.words("ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
ROOT_URLCONF = "newssite.urls"
WSGI_APPLICATION = "newssite.wsgi.application"
APPEND_SLASH = False  # addresses have no trailing slash; articles.views.addresses answers it
# How many proxies stand before us and set X-Forwarded-For and X-Forwarded-Proto.
PROXIES = environment.number("PROXIES", 0, most=9)

INSTALLED_APPS = [
    "newssite",
    "newssite.apps.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_prose_editor",
    "taggit",
    "outbound",
    "articles",
    "imports",
    "sponsors",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "newssite.headers.permissions_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

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
                "newssite.context.site",
            ],
        },
    },
]


# Database: SQLite under var/ unless DATABASE_URL says otherwise
def _database() -> dict[str, object]:
    address = environment.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'site.sqlite3'}")
    try:
        database = dict(dj_database_url.parse(address, conn_max_age=600, conn_health_checks=True))
    except (ValueError, KeyError):
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read. Set postgres://user:password@host:5432/name or "
            "sqlite:////path/to/file, with special characters in the password percent-encoded."
        ) from None
    if database["ENGINE"] == "django.db.backends.sqlite3":
        Path(str(database["NAME"])).parent.mkdir(parents=True, exist_ok=True)
        database["CONN_HEALTH_CHECKS"] = False
        database["OPTIONS"] = {
            # A write transaction takes its lock at the start, so it waits instead of failing late.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                "PRAGMA busy_timeout=20000; PRAGMA foreign_keys=ON;"
                "PRAGMA mmap_size=134217728; PRAGMA cache_size=-65536;"
            ),
        }
    return database


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


# Cache: in the process unless CACHE_URL names a Redis
def _cache() -> dict[str, object]:
    address = environment.text("CACHE_URL")
    if not address:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if not address.startswith(("redis://", "rediss://")):
        raise ImproperlyConfigured(
            f"CACHE_URL is “{address}”: no Redis. "
            "Set CACHE_URL=redis://127.0.0.1:6379/0 or leave it unset."
        )
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": address,
        "KEY_PREFIX": "newssite",
    }


CACHES = {"default": _cache()}

# Language and time: UTC in the database, the site's zone on the page
LANGUAGE_CODE = SITE_LANGUAGE
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.time_zone("SITE_TIME_ZONE", "UTC")

# Sponsors: whether views and clicks are counted at all. Flat prices need no counting.
SPONSOR_MEASURE = environment.flag("SPONSOR_MEASURE", default=True)

# Files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
_STATIC_STORAGE = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = DEBUG
# Source maps are large, nobody's page asks for them, and brotli takes minutes over them.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["jpg", "jpeg", "png", "webp", "avif", "woff2", "map"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Security
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_SSL_REDIRECT = _SITE_IS_SECURE
# A probe asks from inside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _SITE_IS_SECURE else 0
# These two speak for hosts beside ours, which is not ours to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SITE_IS_SECURE
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_HTTPONLY = True

# Accounts
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
# By name and address together: one attacker behind a shared address locks nobody else out.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "newssite.headers.client_address"
AXES_LOCKOUT_TEMPLATE = "admin/locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False

# Tags
TAGGIT_CASE_INSENSITIVE = True

# Other people's servers
FETCH_ALLOW_PRIVATE = environment.flag("FETCH_ALLOW_PRIVATE")
FETCH_PORTS = (80, 443)

# E-mail goes to the terminal or the log until EMAIL_URL names a server
_MAIL = environment.mail_server("EMAIL_URL")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _MAIL else 'console'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _MAIL.get("host", "localhost"), _MAIL.get("port", 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL.get("user", ""), _MAIL.get("password", "")
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.get("starttls", False), _MAIL.get("tls", False)
EMAIL_TIMEOUT = 30  # seconds for each step of a delivery
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.sender("MAIL_FROM", f"news@{_HOST}")
ALERT_EMAIL = environment.mail_addresses("ALERT_EMAIL")
# For readers and for sponsors: told on pages, so never one of the addresses above by itself.
CONTACT_EMAIL = environment.mail_address("CONTACT_EMAIL")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "axes": {"level": "WARNING"},
    },
}
