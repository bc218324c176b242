"""Tells Crontabber Dashboard what crontabber's transaction executors do.

One file of the standard library, for Python 2.7 and 3. See README.md beside it.

Events wait in a bounded queue; a daemon thread delivers them. Nothing here
blocks the program or raises into it: what finds the queue full is dropped and
counted in ``Sender.dropped``.
"""
from __future__ import absolute_import

import atexit
import collections
import datetime
import json
import logging
import os
import random
import re
import socket
import sys
import threading
import time
import uuid

try:
    from urllib.request import Request, urlopen
    from urllib.error import HTTPError
except ImportError:  # Python 2
    from urllib2 import Request, urlopen, HTTPError

PLAIN = 'TransactionExecutor'
LIMITED = 'TransactionExecutorWithLimitedBackoff'
INFINITE = 'TransactionExecutorWithInfiniteBackoff'


def _iso(seconds):
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    return moment.strftime('%Y-%m-%dT%H:%M:%S.%f') + 'Z'


_starts = (None, None)


def _starting():
    # One lock for each process, for a fork copies it as it is.
    global _starts
    if _starts[0] != os.getpid():
        _starts = (os.getpid(), threading.Lock())
    return _starts[1]


# Half a pair, as Python 3 writes bytes of file names that are no text.
_LONE = re.compile(u'[\ud800-\udbff](?![\udc00-\udfff])'
                   u'|(?<![\ud800-\udbff])[\udc00-\udfff]')


def _text(value, longest):
    if isinstance(value, bytes):  # Python 2: whatever a driver put into it
        value = value.decode('utf-8', 'replace')
    return _LONE.sub(u'\ufffd', value[:longest])


class Sender(object):
    """A bounded queue and the daemon thread that delivers it."""

    def __init__(self, url, key, source, most=10000, timeout=10.0,
                 first_pause=1.0, longest_pause=60.0):
        self.url = url.rstrip('/') + '/api/v1/ingest/events'
        self.key = key
        self.source = source
        self.most = most
        self.timeout = timeout
        self.first_pause = first_pause
        self.longest_pause = longest_pause
        self.host = socket.gethostname()
        self.dropped = 0
        self.kept = 0
        self.refused = 0
        self._queue = collections.deque()
        self._batch = []
        self._wake = threading.Condition()
        self._thread = None
        self._pid = None
        self._asked = False

    def tell(self, **event):
        """Queues one event; never blocks on the network, never raises."""
        try:
            event.setdefault('id', str(uuid.uuid4()))
            event.setdefault('at', _iso(time.time()))
            event.setdefault('source', self.source)
            event.setdefault('host', self.host)
            event.setdefault('process', '%s/%d' % (
                os.path.basename(sys.argv[0] or 'python')[:100] or 'python',
                os.getpid()))
            event.setdefault('thread', threading.current_thread().name)
            for name, longest in (('exc_value', 4000), ('exc_type', 200),
                                  ('thread', 200), ('resource', 200),
                                  ('process', 200), ('app_name', 200)):
                if event.get(name) is not None:
                    event[name] = _text(event[name], longest)
            # Here and not in the thread: what cannot be written as JSON is
            # dropped now, and never keeps others from being delivered.
            line = json.dumps(event).encode('utf-8')
            self._start()
            with self._wake:
                if len(self._queue) >= self.most:
                    self.dropped += 1
                    return
                self._queue.append(line)
                self._wake.notify_all()
        except Exception:
            self.dropped += 1

    def flush(self, timeout=5.0):
        """Waits until all is delivered, at most so many seconds."""
        end = time.time() + timeout
        with self._wake:
            while (self._queue or self._batch) and time.time() < end:
                self._asked = True
                self._wake.notify_all()
                self._wake.wait(min(0.1, max(0.0, end - time.time())))
            return not (self._queue or self._batch)

    def _start(self):
        # After a fork the thread is gone, what it held is the parent's, and
        # its lock may have been held at that moment, for ever.
        with _starting():
            if self._pid == os.getpid():
                return
            if self._pid is not None:
                self._queue = collections.deque()
                self._batch = []
                self._wake = threading.Condition()
            else:
                atexit.register(self.flush)
            self._pid = os.getpid()
            self._thread = threading.Thread(
                target=self._run, name='crontabber-dashboard')
            self._thread.daemon = True
            self._thread.start()

    def _run(self):
        pause = self.first_pause
        while True:
            with self._wake:
                while not self._queue and not self._batch:
                    self._wake.wait(1.0)
                while self._queue and len(self._batch) < 500:
                    self._batch.append(self._queue.popleft())
                batch = list(self._batch)
            try:
                wait = self._deliver(batch)
            except Exception:
                wait = 0.0
            if wait is None:
                pause = self.first_pause
                with self._wake:
                    self._batch = []
                    self._wake.notify_all()
            else:
                time.sleep(max(wait, pause * (0.5 + random.random() / 2)))
                pause = min(pause * 2, self.longest_pause)

    def _deliver(self, batch):
        """None when it is done with, else how long to wait before again."""
        body = b'\n'.join(batch)
        if len(body) > 900000 and len(batch) > 1:
            middle = len(batch) // 2
            wait = self._deliver(batch[:middle])
            return wait if wait is not None else self._deliver(batch[middle:])
        request = Request(self.url, body, {
            'Content-Type': 'application/x-ndjson',
            'Authorization': 'Bearer ' + self.key,
            'User-Agent': 'crontabber-dashboard-python',
        })
        try:
            answer = urlopen(request, timeout=self.timeout)
            try:
                answer.read()
            finally:
                answer.close()
            self.kept += len(batch)
            return None
        except HTTPError as error:
            status, after = error.code, error.headers.get('Retry-After')
            error.close()
        if status in (400, 413, 415):
            # It will never be taken. One by one, so only what is wrong goes.
            if len(batch) > 1:
                for line in batch:
                    wait = self._deliver([line])
                    if wait is not None:
                        return wait
                return None
            self.refused += 1
            return None
        try:
            return float(after)
        except (TypeError, ValueError):
            return 0.0


_ELIGIBLE = ' transaction error eligible for retry'
_UNRECOVERABLE = re.compile(r'^Unrecoverable .{1,300} transaction error$')
_DELAY = re.compile(r'^retry in (\d+(?:\.\d+)?) seconds$')
_WAITING = re.compile(r'^waiting for retry .{0,500}: (\d+)sec of (\d+)sec$')
_THROUGH = re.compile(r'^(successfully ran|about to run|skipping) ')
_FAILED = re.compile(r'^error when running ')


class RetryHandler(logging.Handler):
    """A handler that understands what the executors of today write.

    ``resource`` names what they use. Executors write nothing when an attempt
    got through and nothing when they give up: ``recovered`` is told when that
    thread's job ends well or the next one begins, ``gave_up`` when it ends
    with an error. The executors below know both, and at once.
    """

    def __init__(self, sender, resource='crontabber.transaction_executor',
                 backend='unknown', executor=INFINITE):
        logging.Handler.__init__(self)
        self.sender = sender
        self.resource = resource
        self.backend = backend
        self.executor = executor
        self._attempts = {}
        self._pending = {}

    def emit(self, record):
        try:
            self._emit(record)
        except Exception:
            self.sender.dropped += 1

    def _emit(self, record):
        if record.threadName == 'crontabber-dashboard':
            return
        text = record.getMessage()
        thread = record.threadName
        if text.endswith(_ELIGIBLE):
            self._attempts[thread] = self._attempts.get(thread, 0) + 1
            self._pending[thread] = self._error(record)
            return
        if _UNRECOVERABLE.match(text):
            self._tell(record, 'not_retryable', self._over(thread) + 1,
                       None, None, *self._error(record))
            return
        if thread not in self._attempts:
            return
        delay = _DELAY.match(text)
        waiting = not delay and _WAITING.match(text)
        if delay:
            seconds = float(delay.group(1))
            self._failed(record, seconds)
        elif waiting:
            left = float(waiting.group(2)) - float(waiting.group(1))
            self._tell(record, 'waiting', self._attempts[thread],
                       float(waiting.group(2)), left)
        elif _THROUGH.match(text):
            self._failed(record, None)
            self._tell(record, 'recovered', self._over(thread) + 1)
        elif _FAILED.match(text):
            self._failed(record, None)
            self._tell(record, 'gave_up', self._over(thread),
                       None, None, *self._error(record))

    # The failure before it, now that its delay is known or will not come.
    def _failed(self, record, seconds):
        error = self._pending.pop(record.threadName, None)
        if error:
            self._tell(record, 'fail', self._attempts[record.threadName],
                       seconds, seconds, *error)

    def _over(self, thread):
        self._pending.pop(thread, None)
        return self._attempts.pop(thread, 0)

    @staticmethod
    def _error(record):
        kind, value = (record.exc_info or (None, None))[:2]
        return (kind.__name__ if kind else None,
                None if value is None else _said(value))

    def _tell(self, record, outcome, attempt, delay=None, left=None,
              exc_type=None, exc_value=None):
        self.sender.tell(
            at=_iso(record.created), thread=record.threadName,
            resource=self.resource, backend=self.backend,
            executor=self.executor, attempt=attempt, outcome=outcome,
            exc_type=exc_type, exc_value=exc_value, delay_s=delay,
            next_attempt_at=None if left is None else _iso(record.created + left))


def _said(error):
    try:
        return str(error)
    except Exception:  # Python 2: what is no ASCII
        return repr(error)


class _Attempts(object):
    def __init__(self):
        self.attempt = 0
        self.error = (None, None)


class TellingExecutor(object):
    """A mixin for crontabber's executors with back-off.

    ::

        class Telling(TellingExecutor, TransactionExecutorWithInfiniteBackoff):
            dashboard = Sender('http://127.0.0.1:7080', KEY, 'socorro')

    and ``transaction_executor_class=mymodule.Telling``. It looks at each
    attempt from inside the function that is run in the transaction, and at the
    waits between, and leaves what the executor does as it is.
    """

    dashboard = None
    resource = None
    backend = 'postgres'

    def __call__(self, function, *args, **kwargs):
        # Kept apart by thread: one executor may serve several.
        states = self.__dict__.setdefault('_dashboard_states', threading.local())
        states.now = state = _Attempts()

        def noted(*given, **named):
            try:
                return function(*given, **named)
            except Exception:
                state.error = sys.exc_info()[:2]
                raise

        try:
            result = super(TellingExecutor, self).__call__(
                noted, *args, **kwargs)
        except BaseException as error:
            self._dashboard_end(state, error)
            raise
        if state.attempt:
            self._dashboard_tell(state.attempt + 1, 'ok_after_retry')
        return result

    # crontabber's executors call one of these after each failed attempt.
    def responsive_sleep(self, seconds, *args, **kwargs):
        self._dashboard_failed(seconds)
        return super(TellingExecutor, self).responsive_sleep(
            seconds, *args, **kwargs)

    def _responsive_sleep(self, seconds, *args, **kwargs):
        self._dashboard_failed(seconds)
        return super(TellingExecutor, self)._responsive_sleep(
            seconds, *args, **kwargs)

    def _dashboard_failed(self, seconds):
        state = getattr(self.__dict__.get('_dashboard_states'), 'now', None)
        if state is None:
            return
        state.attempt += 1
        kind, error = sys.exc_info()[:2]
        if kind is None:
            kind, error = state.error
        self._dashboard_tell(state.attempt, 'fail', seconds, seconds, kind, error)
        state.error = (None, None)

    def _dashboard_end(self, state, error):
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            if state.attempt:
                self._dashboard_tell(state.attempt, 'aborted')
            return
        self._dashboard_tell(
            state.attempt + 1, 'gave_up' if state.attempt else 'not_retryable',
            None, None, type(error), error)

    def _dashboard_tell(self, attempt, outcome, delay=None, left=None,
                        kind=None, error=None):
        try:
            names = [base.__name__ for base in type(self).__mro__]
            executor = next((name for name in (INFINITE, LIMITED)
                             if name in names), PLAIN)
            now = time.time()
            self.dashboard.tell(
                at=_iso(now), resource=self.resource or 'crontabber.connection',
                backend=self.backend, executor=executor, attempt=attempt,
                outcome=outcome, delay_s=delay,
                next_attempt_at=None if left is None else _iso(now + left),
                exc_type=kind.__name__ if kind else None,
                exc_value=_said(error) if error is not None else None)
        except Exception:
            pass
