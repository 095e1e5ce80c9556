"""Machine code: made once by Numba from Python, kept as a file, loaded by LLVM alone.

`keeping`      when code is made, where it is kept, how it is loaded
`compiling`    from a Python function to object code (wakes Numba)
`jit`          how the parts of such a function are compiled
`table`        what such a function is given: arrays behind one address
`table_type`   what these arrays are in compiled code
"""
