"""Asks as gql does, with each of its usual transports; prints what it was answered as JSON.

Reads {"url", "sdl", "names"} on standard input: what the functions are called in the app's language.
"""

import json
import sys
from datetime import datetime

from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.requests import RequestsHTTPTransport
from gql.utilities import update_schema_scalar
from graphql import GraphQLError, GraphQLScalarType, build_schema, lexicographic_sort_schema, print_schema

TIME = datetime.fromisoformat("2024-02-29T12:30:45.123+00:00")
TIMESTAMP = GraphQLScalarType("Timestamp", serialize=datetime.isoformat, parse_value=datetime.fromisoformat)
ECHO = """
    query Echo($point: PointInput!, $time: Timestamp!, $long: Int64!, $times: [StringTimestampPairInput!]!) {
      echoPoint(v: $point) { ...parts }
      time: %(echoTime)s(v: $time)
      long: %(echoLong)s(v: $long)
      times: %(echoTimes)s(v: $times) { key value }
    }
    fragment parts on Point { __typename x y }
"""
VARIABLES = {"point": {"x": 1.5, "y": -2}, "time": TIME, "long": 2**53 + 1, "times": [{"key": "k", "value": TIME}]}
WRONG = '{ echoPoint(v: {x: "1", y: 2}) { x } }'


def answer(client, query, variables=None, **options):
    """The data, or who refused the request and why."""
    try:
        return client.execute(GraphQLRequest(query, variable_values=variables), **options)
    except TransportQueryError as error:
        return {"server": [each["message"] for each in error.errors]}
    except GraphQLError as error:
        return {"client": [error.message]}


def ask(transport, sdl, names):
    """What one transport is answered, with the schema that the server shows and without."""
    client = Client(transport=transport, fetch_schema_from_transport=True, execute_timeout=60)
    kind = answer(client, "{ __typename }")
    served, printed = (print_schema(lexicographic_sort_schema(one)) for one in (client.schema, build_schema(sdl)))
    update_schema_scalar(client.schema, "Timestamp", TIMESTAMP)
    echo = answer(client, ECHO % names, VARIABLES, serialize_variables=True, parse_result=True)
    wrong = answer(client, WRONG)

    bare = Client(transport=transport, execute_timeout=60)
    return {
        "kind": kind,
        "same schema": served == printed,
        "echo": echo,
        "times read": [echo.get("time"), *(pair["value"] for pair in echo.get("times", []))] == [TIME, TIME],
        "wrong": wrong,
        "wrong without a schema": answer(bare, WRONG),
        "no such field": answer(bare, "{ nowhere }"),
        "no such time": answer(bare, ECHO % names, {**VARIABLES, "time": "noon", "times": []}),
    }


def main():
    given = json.load(sys.stdin)
    transports = {
        "requests": RequestsHTTPTransport(given["url"]),
        "requests by GET": RequestsHTTPTransport(given["url"], method="GET"),
        "aiohttp": AIOHTTPTransport(given["url"]),
    }
    results = {name: ask(transport, given["sdl"], given["names"]) for name, transport in transports.items()}
    json.dump(results, sys.stdout, default=datetime.isoformat)


main()
