"""Reads the formula of an explanation as a reader would, and computes it from the inputs that stand beside it."""

import ast
import operator
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

_SIGNS = str.maketrans({"×": "*", "÷": "/", "−": "-"})
_OPERATIONS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def _round(amount, exponent):
    return amount.quantize(Decimal(1).scaleb(-int(exponent)), rounding=ROUND_HALF_UP)


_CALLS = {"round": _round, "min": min, "max": max}


def computed(step):
    tree = ast.parse(step.formula.translate(_SIGNS).replace("^", "**"), mode="eval")

    def value(node):
        if isinstance(node, ast.BinOp):
            return _OPERATIONS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.Call):
            return _CALLS[node.func.id](*map(value, node.args))
        if isinstance(node, ast.Name):
            return Decimal(step.inputs[node.id])
        assert isinstance(node, ast.Constant), step.formula
        return Decimal(node.value)

    with localcontext(Context(prec=60)):
        return value(tree.body)


def check_explanation(explanation):
    """Every step follows from its inputs, up to the digits that are shown; what is added or rounded is the result of a
    step before; the last result is the amount."""
    results = []
    for step in explanation.steps:
        result = computed(step)
        # What is shown is cut off at 28 digits of the largest number.
        largest = max([abs(value) for value in step.inputs.values() if not isinstance(value, str)], default=0)
        assert abs(result - step.result) <= max(largest, abs(result), 1) * Decimal("1e-24"), step
        assert all(value in results for name, value in step.inputs.items() if name.startswith("part_")), step
        assert "exponent" not in step.inputs or step.inputs["amount"] == results[-1], step
        results.append(step.result)
    assert explanation.steps[-1].result == explanation.amount
