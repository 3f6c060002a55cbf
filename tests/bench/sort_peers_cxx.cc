// The C++ library's sorts behind C functions; built only where configure found a C++ compiler.
#include "tests/bench/sort_peers.h"

#include <algorithm>
#include <cstdint>

namespace
{
struct keyed {
    int64_t key;
    uint64_t offset;
};
struct record {
    int64_t key, rest[3];
};

template <class T> struct by_order {
    peer_order *order;
    bool operator()(const T &a, const T &b) const
    {
        return order(&a, &b) < 0;
    }
};

template <class T, class Less> void stable(void *v, size_t n, Less less)
{
    std::stable_sort(static_cast<T *>(v), static_cast<T *>(v) + n, less);
}

template <class T, class Less> void unstable(void *v, size_t n, Less less)
{
    std::sort(static_cast<T *>(v), static_cast<T *>(v) + n, less);
}

bool key_less(const keyed &a, const keyed &b)
{
    return a.key < b.key;
}
} // namespace

void peer_stable_sort_int64(void *v, size_t n, peer_order *order)
{
    if (order)
        stable<int64_t>(v, n, by_order<int64_t>{order});
    else
        std::stable_sort(static_cast<int64_t *>(v), static_cast<int64_t *>(v) + n);
}

void peer_sort_int64(void *v, size_t n, peer_order *order)
{
    if (order)
        unstable<int64_t>(v, n, by_order<int64_t>{order});
    else
        std::sort(static_cast<int64_t *>(v), static_cast<int64_t *>(v) + n);
}

void peer_stable_sort_keyed(void *v, size_t n)
{
    stable<keyed>(v, n, [](const keyed &a, const keyed &b) { return key_less(a, b); });
}

void peer_sort_keyed(void *v, size_t n)
{
    unstable<keyed>(v, n, [](const keyed &a, const keyed &b) { return key_less(a, b); });
}

void peer_stable_sort_record(void *v, size_t n, peer_order *order)
{
    stable<record>(v, n, by_order<record>{order});
}

void peer_sort_record(void *v, size_t n, peer_order *order)
{
    unstable<record>(v, n, by_order<record>{order});
}

void peer_stable_sort_string(void *v, size_t n, peer_order *order)
{
    stable<const char *>(v, n, by_order<const char *>{order});
}

void peer_sort_string(void *v, size_t n, peer_order *order)
{
    unstable<const char *>(v, n, by_order<const char *>{order});
}
