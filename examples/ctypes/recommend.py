"""Lists through the C interface, with nothing but Python: recommend.py LIBTENURE.so A.h5 B.h5 CUSTOMER"""

import ctypes
import sys


class Request(ctypes.Structure):
    """struct tenure_request of tenure.h."""

    _fields_ = [
        ("size", ctypes.c_size_t),
        ("k", ctypes.c_uint32),
        ("allow_seen", ctypes.c_int),
        ("deny", ctypes.POINTER(ctypes.c_char_p)),
        ("deny_count", ctypes.c_size_t),
        ("allow", ctypes.POINTER(ctypes.c_char_p)),
        ("allow_count", ctypes.c_size_t),
    ]

    def __init__(self, k=10, deny=(), allow=()):
        ids = [(ctypes.c_char_p * len(names))(*[n.encode() for n in names]) for names in (deny, allow)]
        super().__init__(ctypes.sizeof(Request), k, 0, ids[0], len(deny), ids[1], len(allow))
        self._ids = ids  # keeps the memory


class Service:
    """A model that answers by ids, and can be replaced."""

    def __init__(self, library, path):
        self._c = ctypes.CDLL(library)
        self._c.tenure_last_error.restype = ctypes.c_char_p
        self._c.tenure_list_size.restype = ctypes.c_size_t
        self._c.tenure_list_size.argtypes = [ctypes.c_void_p]
        self._c.tenure_list_item.restype = ctypes.c_char_p
        self._c.tenure_list_item.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        self._c.tenure_list_free.argtypes = [ctypes.c_void_p]
        self._handle = ctypes.c_void_p()
        self._check(self._c.tenure_service_open(path.encode(), None, ctypes.byref(self._handle)))

    def _check(self, status):
        if status != 0:
            raise RuntimeError(self._c.tenure_last_error().decode())

    def recommend(self, customer, **request):
        answer = ctypes.c_void_p()
        asked = Request(**request)
        self._check(
            self._c.tenure_recommend(
                self._handle, customer.encode(), ctypes.byref(asked), ctypes.byref(answer)
            )
        )
        try:
            size = self._c.tenure_list_size(answer)
            return [self._c.tenure_list_item(answer, i).decode() for i in range(size)]
        finally:
            self._c.tenure_list_free(answer)

    def swap(self, path):
        self._check(self._c.tenure_service_swap(self._handle, path.encode(), None))

    def close(self):
        self._c.tenure_service_free(self._handle)
        self._handle = ctypes.c_void_p()


def main():
    if len(sys.argv) != 5:
        sys.exit("usage: recommend.py LIBTENURE.so A.h5 B.h5 CUSTOMER")
    library, first, second, customer = sys.argv[1:]
    service = Service(library, first)
    best = service.recommend(customer, k=3)
    print("next for the customer:", *best)
    print("without the first:", *service.recommend(customer, k=3, deny=best[:1]))
    service.swap(second)
    print("from the new model:", *service.recommend(customer, k=3))
    service.close()


if __name__ == "__main__":
    main()
