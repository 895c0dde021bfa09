"""The double as a program: says where it listens, serves, and ends with its parent."""

from tests.double_frame import serve
from tests.openai_double import settings
from tests.openai_double.server import Server, Service

serve(Server(Service(settings.read())))
