"""What arrays behind one address are in compiled code.

Numba would hand a tuple of thirty arrays from function to function as two hundred
numbers, with all their types in every name; compiling took 20 s. Here a function takes one
argument, and ``world.cases`` is a look-up in the table: rows that are indexed without
regard to negative numbers or to the end.
"""

from __future__ import annotations

import operator
from importlib import import_module
from typing import Any

from numba import from_dtype, types
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate

from sim.machine_code.table import NUMBERS_PER_ARRAY, Arrays

# Numba's ways to be extended have no types
_arrays: Any = import_module("numba.np.arrayobj")
_extending: Any = import_module("numba.extending")
_lowering: Any = import_module("numba.core.imputils")
_templates: Any = import_module("numba.core.typing.templates")
_signature: Any = _templates.signature


class TableType(types.Type):
    """An object whose arrays stand in a table.

    Parameters
    ----------
    name : str
        Of its class.
    arrays : Arrays
    """

    def __init__(self, name: str, arrays: Arrays) -> None:
        self.arrays = arrays
        self.fields = {
            field: RowsType(name, field, dtype)
            if dimensions == 1
            else types.Array(from_dtype(dtype), dimensions, "C")
            for field, (dtype, dimensions) in arrays.items()
        }
        super().__init__(name=name)


class RowsType(types.Type):
    """Rows of one kind, as many as there are.

    Parameters
    ----------
    table, field : str
        Where they stand.
    dtype : dtype
        Of a row.
    """

    def __init__(self, table: str, field: str, dtype: Any) -> None:
        self.row = from_dtype(dtype)
        super().__init__(name=f"Rows({table}.{field})")


_BYTES_PER_ARRAY = 8 * NUMBERS_PER_ARRAY

# --- types ----------------------------------------------------------------------------


class _Fields(AttributeTemplate):
    key = TableType

    def generic_resolve(self, kind: Any, name: str) -> Any:  # type: ignore[override]  # Numba's way
        return kind.fields.get(name)


class _CountRows(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        return _signature(types.intp, *args) if isinstance(args[0], RowsType) else None


class _GetRow(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        rows, number = args
        if isinstance(rows, RowsType) and isinstance(number, types.Integer):
            return _signature(rows.row, rows, types.intp)
        return None


class _SetRow(AbstractTemplate):
    def generic(self, args: Any, kws: Any) -> Any:
        rows, number, _ = args
        if isinstance(rows, RowsType) and isinstance(number, types.Integer):
            return _signature(types.none, rows, types.intp, rows.row)
        return None


# --- machine code ---------------------------------------------------------------------


def _find_field(context: Any, builder: Any, kind: Any, table: Any, name: str) -> Any:
    """The place in the table that tells of rows, or an array as Numba knows it."""
    dtype, dimensions = kind.arrays[name]
    whole = context.get_value_type(types.intp)
    place = builder.gep(table, [whole(_BYTES_PER_ARRAY * list(kind.arrays).index(name))])
    if dimensions == 1:
        return place
    array = context.make_array(kind.fields[name])(context, builder)
    shape = [_cell(context, builder, place, 1 + k, whole) for k in range(dimensions)]
    _arrays.populate_array(
        array,
        data=_cell(context, builder, place, 0, array.data.type),
        shape=shape,
        strides=[builder.mul(shape[1], whole(dtype.itemsize)), whole(dtype.itemsize)],
        itemsize=whole(dtype.itemsize),
        meminfo=None,
    )
    return _lowering.impl_ret_borrowed(context, builder, kind.fields[name], array._getvalue())


def _cell(context: Any, builder: Any, place: Any, number: int, element: Any) -> Any:
    """A cell of the table: an address, then lengths. None ever changes while code runs."""
    cells = builder.bitcast(place, element.as_pointer())
    loaded = builder.load(builder.gep(cells, [context.get_constant(types.intp, number)]))
    loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded


def _count_rows(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    return _cell(context, builder, arguments[0], 1, context.get_value_type(types.intp))


def _get_row(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind = signature.return_type
    place = _find_row(context, builder, kind, *arguments)
    if isinstance(kind, types.Record):  # a record is where it stands
        return builder.bitcast(place, context.get_value_type(kind))
    return context.unpack_value(builder, kind, place)


def _set_row(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    rows, number, value = arguments
    kind = signature.args[2]
    context.pack_value(builder, kind, value, _find_row(context, builder, kind, rows, number))
    return context.get_dummy_value()


def _find_row(context: Any, builder: Any, kind: Any, rows: Any, number: Any) -> Any:
    element = context.get_data_type(kind)
    return builder.gep(_cell(context, builder, rows, 0, element.as_pointer()), [number])


_extending.register_model(TableType)(_extending.models.OpaqueModel)
_extending.register_model(RowsType)(_extending.models.OpaqueModel)
_extending.infer_getattr(_Fields)
_extending.lower_getattr_generic(TableType)(_find_field)
for _operation, _template, _code, _others in (
    (len, _CountRows, _count_rows, ()),
    (operator.getitem, _GetRow, _get_row, (types.intp,)),
    (operator.setitem, _SetRow, _set_row, (types.intp, types.Any)),
):
    _templates.infer_global(_operation)(_template)
    _lowering.lower_builtin(_operation, RowsType, *_others)(_code)
