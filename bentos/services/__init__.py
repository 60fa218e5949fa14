"""The doors: thin BentoML services over the rooms."""

import os

from bentoml._internal.utils.analytics import usage_stats
from bentoml.exceptions import BentoMLConfigException

from bentos.services.logs import format_logs
from bentos.services.parent_watch import SUPERVISOR
from bentos.services.tracing import require_exporter
from bentos.settings import SettingsError, settings

# `bentos` has turned BentoML's reports off. By the time that BentoML's CLI imports a service it has
# read the variable and cached it, so the cache goes too: a plain `bentoml serve` sends nothing.
usage_stats.do_not_track.cache_clear()

try:
    format_logs(settings().log_format)
    if settings().otlp_endpoint is not None:
        require_exporter()
except SettingsError as error:
    # The exception that BentoML's CLI prints in one line, without a traceback.
    raise BentoMLConfigException(str(error)) from None

if SUPERVISOR in os.environ:
    # What a process does not need, it does not import.
    from bentos.services.worker import prepare

    prepare(int(os.environ[SUPERVISOR]))
else:
    from bentos.services.supervisor import install

    install()
