"""Reads everything of one route through the hub's API, page after page, over TLS. Standard library only."""

import http.client
import json
import ssl
import time
from decimal import Decimal
from urllib.parse import urlencode, urljoin, urlsplit


class CannotCheck(Exception):
    """The hub did not answer in a way that can be compared."""


class Hub:
    """One connection to the hub. Plain http is for this folder's self-tests only."""

    LONGEST_WAIT = 30  # seconds, of a Retry-After
    TRIES = 6

    def __init__(self, base_url, ca_file=None, key=None):
        self.base = urlsplit(base_url)
        self.key = key
        self.headers = {}  # of the last answer
        if self.base.scheme == "https":
            context = ssl.create_default_context(cafile=ca_file)
            self.connection = http.client.HTTPSConnection(self.base.hostname, self.base.port or 443, timeout=120, context=context)
        elif self.base.hostname == "127.0.0.1":
            self.connection = http.client.HTTPConnection(self.base.hostname, self.base.port, timeout=30)
        else:
            raise CannotCheck(f"{base_url} is not https")

    def all(self, path, **parameters):
        """(records in the order served, meta of the first page, number of pages)."""
        target = f"{path}?{urlencode(parameters)}" if parameters else path
        records, meta, pages, seen = [], None, 0, set()
        while target:
            if target in seen:
                raise CannotCheck(f"paging loops: {target} was already asked for")
            seen.add(target)
            page = self._get(target)
            pages += 1
            meta = meta or page["meta"]
            records.extend(page["data"])
            target = self._next(target, page)
        return records, meta, pages

    def text(self, target):
        """The whole answer of a stream."""
        return self.bytes(target).decode("utf-8")

    def bytes(self, target):
        """The whole answer as it comes."""
        return self._answer(target, "*/*")

    def _next(self, target, page):
        link, cursor = page.get("links", {}).get("next"), page.get("next_cursor")
        if (link is None) != (cursor is None):
            raise CannotCheck(f"links.next is {link!r} and next_cursor is {cursor!r} in the answer to {target}")
        if link is None:
            return None
        url = urlsplit(urljoin(self.base.geturl() + target, link))
        if (url.hostname, url.port) != (self.base.hostname, self.base.port):
            raise CannotCheck(f"the next page is on another host: {link}")
        return f"{url.path}?{url.query}"

    def _get(self, target):
        try:
            return json.loads(self._answer(target, "application/json"), parse_float=Decimal, parse_int=Decimal)
        except ValueError as fault:
            raise CannotCheck(f"GET {target} gave no JSON: {fault}") from fault

    def _answer(self, target, accept):
        for _ in range(self.TRIES):
            status, headers, body = self._once(target, accept)
            if status not in (429, 503):
                break
            time.sleep(min(self.LONGEST_WAIT, int(headers.get("Retry-After") or 1)))
        self.headers = headers
        if status != 200:
            raise CannotCheck(f"GET {target} gave {status}: {body[:500].decode('utf-8', 'replace')}")
        return body

    def _once(self, target, accept):
        headers = {"Accept": accept} | ({"Authorization": f"Bearer {self.key}"} if self.key else {})
        for last in (False, True):
            try:
                self.connection.request("GET", target, headers=headers)
                answer = self.connection.getresponse()
                return answer.status, answer.headers, answer.read()
            except ssl.SSLCertVerificationError as fault:
                raise CannotCheck(f"{self.base.geturl()} is not trusted: {fault}") from fault
            except (OSError, http.client.HTTPException) as fault:  # a kept connection may have been closed meanwhile: once more
                self.connection.close()
                if last:
                    raise CannotCheck(f"GET {target}: {fault!r}") from fault
