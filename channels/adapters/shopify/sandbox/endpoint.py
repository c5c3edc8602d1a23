"""The GraphQL endpoint: validate, price, throttle, execute, answer and record."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, execute_sync

from channels.adapters.shopify.sandbox import answers, documents, sales
from channels.adapters.shopify.sandbox.answers import Answer, Json
from channels.adapters.shopify.sandbox.bucket import Bucket
from channels.adapters.shopify.sandbox.context import Request
from channels.adapters.shopify.sandbox.cost import MAX_COST, Plan, Planner
from channels.adapters.shopify.sandbox.executor import RowsExecutor
from channels.adapters.shopify.sandbox.faults import Fault
from channels.adapters.shopify.sandbox.idempotency import Keys
from channels.adapters.shopify.sandbox.journal import Journal
from channels.adapters.shopify.sandbox.scopes import missing_scope
from channels.adapters.shopify.sandbox.shop import Shop
from channels.adapters.shopify.sandbox.store import Store
from channels.adapters.shopify.sandbox.variables import oversized, variable_errors
from channels.rehearsing.faults import Faults


@dataclass(slots=True)
class Call:
    """One GraphQL request on its way through the endpoint."""

    document: documents.Document
    operation: OperationDefinitionNode
    variables: Mapping[str, Any]
    plans: list[Plan]
    keys: dict[str, str]
    root_fields: list[str]
    record: Json
    is_lost: bool = False
    """Whether the answer will not reach the client, whatever is executed."""

    @property
    def requested(self) -> int:
        return sum(plan.requested() for plan in self.plans)


class _UndoError(Exception):
    """Carries a result out of a transaction that must not be committed."""

    def __init__(self, result: ExecutionResult) -> None:
        super().__init__()
        self.result = result


class Endpoint:
    """Answers GraphQL requests of one shop. Thread-safe."""

    def __init__(self, store: Store, shop: Shop, faults: Faults[Fault], journal: Journal) -> None:
        self.store = store
        self.shop = shop
        self.faults = faults
        self.journal = journal
        self.keys = Keys(store)
        self.bucket = new_bucket(store, shop)

    def answer(self, body: Any, record: Json) -> Answer:
        """`record` is the journal's entry, filled on the way and added at the end."""
        began = time.perf_counter()
        try:
            return self._answer(body, record)
        finally:
            record["milliseconds"] = round((time.perf_counter() - began) * 1000, 1)
            self.journal.add(record)

    def _answer(self, body: Any, record: Json) -> Answer:
        record["outcome"] = "refused"
        try:
            call = self._prepare(body, record)
        except documents.InvalidDocumentError as error:
            return self._refusal([documents.formatted(each) for each in error.errors], 0)
        except GraphQLError as error:
            return self._refusal([documents.formatted(error)], 0)
        refusal = self._refuse_by_size(call)
        if refusal:
            return refusal
        struck = self.faults.strike(lambda fault: fault.is_meant(call.root_fields))
        if struck:
            record["fault"] = struck[-1].kind
        return self._with_faults(call, struck)

    def _prepare(self, body: Any, record: Json) -> Call:
        if not isinstance(body, dict) or not isinstance(body.get("query"), str):
            raise GraphQLError('The body must be JSON with a "query" text.')
        variables = body.get("variables") or {}
        if not isinstance(variables, dict):
            raise GraphQLError('"variables" must be an object.')
        record["operation"] = body.get("operationName")
        document = documents.document(body["query"])
        operation = document.operation(body.get("operationName"))
        roots = document.root_fields(operation)
        planner = Planner(documents.schema(), document.fragments, variables)
        keys = {
            documents.response_name(node): key
            for node in roots
            if (key := documents.idempotency_key(node, variables)) is not None
        }
        record["operation"] = operation.name.value if operation.name else None
        record["root_fields"] = [node.name.value for node in roots]
        record["keys"] = list(keys.values())
        plans = planner.plan(operation)
        return Call(document, operation, variables, plans, keys, record["root_fields"], record)

    def _refuse_by_size(self, call: Call) -> Answer | None:
        call.record["requested_cost"] = call.requested
        too_long = oversized(call.operation, call.variables)
        if too_long is not None:
            return self._refusal([answers.too_many_error(too_long)], call.requested)
        if call.requested > MAX_COST:
            error = answers.too_dear_error(call.requested, MAX_COST)
            return self._refusal([error], call.requested)
        return None

    def _with_faults(self, call: Call, struck: Sequence[Fault]) -> Answer:
        fault = next((each for each in struck if each.kind != "delay"), None)
        delay = sum(each.seconds for each in struck if each.kind == "delay")
        if fault is None:
            return self._execute(call, delay)
        if fault.kind != "cut" and not fault.is_executed:
            self.faults.wait(delay)
            return self._spoil(call, fault)
        call.is_lost = True
        answer = self._execute(call, delay)
        call.record["executed"] = call.record["outcome"] == "executed"
        if fault.kind == "cut":
            call.record["outcome"] = "cut"
            return Answer(answer.status, answer.body, is_cut=True)
        return self._spoil(call, fault)

    def _spoil(self, call: Call, fault: Fault) -> Answer:
        """The answer of a failing shop, whatever was executed before."""
        if fault.kind == "throttled":
            return self._throttled(call)
        if fault.kind == "http_status":
            call.record["outcome"] = f"http {fault.status}"
            return answers.failing(fault)
        if fault.kind == "key_failed":
            with self.store.transaction():
                for key in call.keys.values():
                    self.keys.burn(key)
        call.record["outcome"] = "internal error"
        answer = self._refusal([answers.internal_error()], call.requested)
        return Answer(500 if fault.kind == "key_failed" else 200, answer.body)

    def _throttled(self, call: Call) -> Answer:
        call.record["outcome"] = "throttled"
        return self._refusal([answers.throttled_error()], call.requested)

    def _execute(self, call: Call, delay: float) -> Answer:
        if not self.bucket.take(call.requested):
            return self._throttled(call)
        ours, busy = self.keys.claim(call.keys.values())
        try:
            self.faults.wait(delay)
            request = Request(self.store, self.shop, self.keys, call.keys, frozenset(busy))
            result = self._run(call, request)
        finally:
            self.keys.release(ours)
        data = result.data
        actual = sum(plan.actual(data.get(plan.key)) for plan in call.plans) if data else 0
        self.bucket.give_back(call.requested - actual)
        return self._result(call, request, result, actual)

    def _run(self, call: Call, request: Request) -> ExecutionResult:
        denied = missing_scope(self.shop, call.root_fields)
        if denied:
            return ExecutionResult(None, [denied])
        try:
            with self.store.transaction():
                result = _whole(self._resolve(call, request))
                if result.data is not None and not call.is_lost:
                    sales.forget(self.store, request.orders_shown)
        except _UndoError as undo:
            errors = undo.result.errors or ()
            return ExecutionResult(None, [answers.defect(error) for error in errors])
        if result.data is None and result.errors:
            explained = variable_errors(documents.schema(), call.operation, call.variables)
            return ExecutionResult(None, explained or result.errors)
        return result

    def _resolve(self, call: Call, request: Request) -> ExecutionResult:
        return execute_sync(
            documents.schema(),
            call.document.node,
            context_value=request,
            variable_values=dict(call.variables),
            operation_name=call.operation.name.value if call.operation.name else None,
            executor_class=RowsExecutor,
        )

    def _result(self, call: Call, request: Request, result: ExecutionResult, actual: int) -> Answer:
        errors = [documents.formatted(error) for error in result.errors or ()]
        call.record["actual_cost"] = actual
        call.record["replays"] = request.replays
        call.record["lines_written"] = request.lines_written
        call.record["codes"] = answers.codes_of(errors, result.data)
        call.record["outcome"] = "error" if errors else "executed"
        extensions: Json = {"cost": self._cost(call.requested, actual)}
        if request.search_warnings:
            extensions["search"] = request.search_warnings
        body: Json = {}
        if result.data is not None or not any(
            error["extensions"]["code"] == "INVALID_VARIABLE" for error in errors
        ):
            body["data"] = result.data
        if errors:
            body["errors"] = errors
        return Answer(200, {**body, "extensions": extensions})

    def _refusal(self, errors: Sequence[Mapping[str, Any]], requested: int) -> Answer:
        """An answer to a request that was not executed: no `data`, and no cost but the asking."""
        return Answer(
            200, {"errors": list(errors), "extensions": {"cost": self._cost(requested, None)}}
        )

    def _cost(self, requested: int, actual: int | None) -> Json:
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": self.bucket.status(),
        }


def new_bucket(store: Store, shop: Shop) -> Bucket:
    maximum, rate = shop.bucket_size()
    return Bucket(maximum, rate, store)


def _whole(result: ExecutionResult) -> ExecutionResult:
    """The result, unless a resolver broke: then nothing it wrote may stay."""
    if any(answers.is_defect(error) for error in result.errors or ()):
        raise _UndoError(result)
    return result
