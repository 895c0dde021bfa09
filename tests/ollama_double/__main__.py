"""The double as a program: says where it listens, serves, and ends with its parent."""

from tests.double_frame import serve
from tests.ollama_double import settings
from tests.ollama_double.server import Server
from tests.ollama_double.service import Service

serve(Server(Service(settings.read())))
