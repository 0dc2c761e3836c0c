"""Query parameters of the API: those that a route does not know are refused, or a typo would widen a filter unseen."""

from __future__ import annotations

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import ParamTypes
from fastapi.routing import APIRoute

from service.api.problems import ProblemError

__all__ = ["refuse_unknown_parameters"]

EVERYWHERE = frozenset({"lang"})
QUERY = ParamTypes.query
_SHOWN = 40  # characters of an unknown name that are repeated


def refuse_unknown_parameters(request: Request) -> None:
    """Refuse a request of the API with a parameter that its route does not know; pages take any.

    Raises:
        ProblemError: 422, with the names that the route knows.
    """
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute) or not request.url.path.startswith("/v1/"):
        return
    known = _known(route)
    unknown = next((name for name in request.query_params if name not in known), None)
    if unknown is not None:
        raise ProblemError(
            422,
            f"query.{unknown[:_SHOWN]}: 没有这个参数 · there is no such parameter",
            hint=f"可用 · known: {', '.join(sorted(known))}",
        )


def _known(route: APIRoute) -> frozenset[str]:
    fields = get_flat_params(route.dependant)  # of path, query, headers and cookies; a model's own fields name no place
    return EVERYWHERE | {f.alias for f in fields if getattr(f.field_info, "in_", QUERY) is QUERY}
