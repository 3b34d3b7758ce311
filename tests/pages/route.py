"""Serves the Python route of the documentation; who is logged in comes from the site before it.
Usage: python route.py ROUTE.py   (prints its port)"""

import runpy
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

comments_code = runpy.run_path(sys.argv[1])["comments_code"]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def application(environ, start_response):
    return comments_code(environ, start_response, environ.get("HTTP_X_USER") or None)


with make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
    print(server.server_port, flush=True)
    server.serve_forever()
