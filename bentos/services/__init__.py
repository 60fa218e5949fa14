"""The doors: thin BentoML services over the rooms."""

import os

from bentoml._internal.utils.analytics import usage_stats
from bentoml.exceptions import BentoMLConfigException

from bentos.services.logs import format_logs
from bentos.services.tracing import require_exporter
from bentos.settings import SettingsError, settings

# BentoML reports usage to its makers unless it is told not to. By the time that its CLI imports a
# service it has read the variable and cached it, so the cache goes too: a plain `bentoml serve`
# sends nothing.
os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")
usage_stats.do_not_track.cache_clear()

try:
    format_logs(settings().log_format)
    if settings().otlp_endpoint is not None:
        require_exporter()
except SettingsError as error:
    # The exception that BentoML's CLI prints in one line, without a traceback.
    raise BentoMLConfigException(str(error)) from None
