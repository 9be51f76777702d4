from tests.web.conftest import chromium as chromium
