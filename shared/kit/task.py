"""The entry points without a client: saga steps, scheduled jobs and operators' commands."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

import psycopg

from shared.kit import metrics
from shared.kit.catalog import Database, Kind, Operation
from shared.kit.ids import new_id
from shared.kit.log import logger
from shared.kit.request import Request, begin
from shared.kit.unit import perform


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class JobOperation(Operation):
    """An operation that runs on a schedule."""

    kind: ClassVar[Kind] = "job"

    schedule: str


class StepOperation(Operation):
    """An operation that a state of the saga starts."""

    kind: ClassVar[Kind] = "step"


class OperatorOperation(Operation):
    """An operation that an operator starts by hand."""

    kind: ClassVar[Kind] = "operator"


class Task:
    """A declared step, job or command: callable as its own Lambda handler."""

    def __init__(self, function: Callable[..., Any], operation: Operation) -> None:
        self.function = function
        self.operation = operation
        self.__name__ = operation.name
        self.__doc__ = function.__doc__

    def __call__(self, event: dict[str, Any], context: object) -> Any:
        correlation_id = str(event.get("correlation_id") or new_id().hex)
        begin(Request(self.operation, correlation_id, event=event))
        try:
            answer = perform(self.operation, lambda: self.function(event))
            while self.operation.kind == "job" and answer is True:
                answer = perform(self.operation, lambda: self.function(event))
        except Exception as error:
            logger.error(
                f"{self.operation.name} failed",
                correlation_id=correlation_id,
                error_type=type(error).__name__,
                sqlstate=getattr(error, "sqlstate", None),
                stack=traceback.format_tb(error.__traceback__),
                **metrics.measured(),
            )
            if isinstance(error, psycopg.Error):
                # Lambda logs an exception's message and a saga stores it; the database's messages quote the row.
                raise type(error)(str(error.sqlstate)) from None
            raise
        logger.info(f"{self.operation.name} done", correlation_id=correlation_id, **metrics.measured())
        return answer


def _declare(
    kind: Callable[..., Operation],
    database: Database | None,
    uses: tuple[str, ...],
    layers: tuple[str, ...],
    timeout: int,
    memory: int,
    vpc: bool = True,
    emits: bool = True,
) -> Callable[[Callable[[dict[str, Any]], Any]], Task]:
    def declare(function: Callable[[dict[str, Any]], Any]) -> Task:
        operation = kind(
            function=function,
            database=database,
            vpc=vpc,
            uses=tuple(sorted({*uses, "relay.send"})) if database == "worker" and emits else uses,
            layers=("common", *layers),
            timeout=timeout,
            memory=memory,
        )
        return Task(function, operation)

    return declare


def step(
    *, uses: tuple[str, ...] = (), layers: tuple[str, ...] = (), timeout: int = 30, memory: int = 512
) -> Callable[[Callable[[dict[str, Any]], Any]], Task]:
    """Declare a saga step: it takes the state's input (`contract_id`, …) and must be safe to run twice."""
    return _declare(StepOperation, "worker", uses, layers, timeout, memory)


def job(
    schedule: str,
    *,
    database: Database | None = "worker",
    emits: bool = True,
    uses: tuple[str, ...] = (),
    layers: tuple[str, ...] = (),
    timeout: int = 300,
    memory: int = 512,
) -> Callable[[Callable[[dict[str, Any]], Any]], Task]:
    """Declare a job on a schedule (`rate(1 hour)`, `cron(0 2 * * ? *)`); a second run does nothing.

    A job that has filled its batch returns True and continues at once in a new transaction. A job without a
    database runs outside the VPC; a job that `emits` no events gets no access to the relay's queue.
    """
    return _declare(
        partial(JobOperation, schedule=schedule), database, uses, layers, timeout, memory, database is not None, emits
    )


def operator(
    *,
    database: Database | None = "admin",
    emits: bool = True,
    uses: tuple[str, ...] = (),
    layers: tuple[str, ...] = (),
    timeout: int = 900,
    memory: int = 1024,
) -> Callable[[Callable[[dict[str, Any]], Any]], Task]:
    """Declare a command that an operator or a deployment invokes; its return value is the answer."""
    return _declare(OperatorOperation, database, uses, layers, timeout, memory, emits=emits)
