"""The conformance kit over each way of starting a worker."""

from engo.testing.async_worker_kit import AsyncWorkerKit
from engo.testing.worker_kit import WorkerKit


class TestExecutable(WorkerKit):
    launcher = "executable"


class TestReexec(WorkerKit):
    launcher = "reexec"


class TestExecutableAsync(AsyncWorkerKit):
    launcher = "executable"


class TestReexecAsync(AsyncWorkerKit):
    launcher = "reexec"
