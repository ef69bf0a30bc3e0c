"""Arguments of recommenders as the arrays that the compiled part takes."""

import operator

import numpy as np
from scipy import sparse

from . import _native
from .errors import ArgumentError


def unsigned(values, dtype):
    values = np.ascontiguousarray(values)
    return values.view(dtype) if values.itemsize == np.dtype(dtype).itemsize else values.astype(dtype)


def native_csr(matrix, scale=1.0):
    """The matrix over its own memory where its types are float32 and int32; duplicates are added."""
    if not sparse.issparse(matrix):
        raise ArgumentError("a scipy sparse matrix is needed, users in rows and items in columns")
    matrix = matrix.tocsr()
    if not matrix.has_canonical_format:
        matrix = matrix.copy()
        matrix.sum_duplicates()
    values = np.ascontiguousarray(matrix.data, dtype=np.float32)
    if scale != 1.0:
        values = values * np.float32(scale)
    return _native.Csr(
        unsigned(matrix.indptr, np.uint64), unsigned(matrix.indices, np.uint32), values,
        matrix.shape[1],
    )


def codes_of(values, size, what):
    codes = np.atleast_1d(np.asarray(values))
    if codes.ndim != 1 or codes.dtype.kind not in "iu":
        raise ArgumentError(f"{what} must be a whole number or a list of them")
    if codes.size and (codes.min() < 0 or codes.max() >= size):
        raise ArgumentError(f"{what} must be from 0 to {size - 1}")
    return np.ascontiguousarray(codes, dtype=np.uint32)


def mask_of(codes, size, what):
    mask = np.zeros(size, dtype=np.uint8)
    mask[codes_of(codes, size, what)] = 1
    return mask


def whole(value, what):
    try:
        return operator.index(value)
    except TypeError:
        raise ArgumentError(f"{what} must be a whole number") from None


def list_length(N, n):
    """The length of lists, which may be spelt either way."""
    length = whole(N if n is None else n, "N")
    if not 1 <= length < 2**31:
        raise ArgumentError("N must be at least 1, and below 2**31")
    return length
