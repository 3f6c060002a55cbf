// The C++ library's sorts and the C library's, on elements that sort-bench shares by descriptor 3.
#include "contrib/peers/peers.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sys/mman.h>
#include <sys/stat.h>
#include <vector>

namespace
{
struct record {
    std::int64_t key;
    std::uint64_t index, rest[2];
};

std::uint64_t comparisons;

bool before(const std::int64_t &a, const std::int64_t &b)
{
    return a < b;
}

bool before(const record &a, const record &b)
{
    return a.key < b.key;
}

bool before(const char *const &a, const char *const &b)
{
    return std::strcmp(a, b) < 0;
}

template <class T> int order(const void *a, const void *b)
{
    const T &x = *static_cast<const T *>(a), &y = *static_cast<const T *>(b);
    return before(x, y) ? -1 : before(y, x) ? 1 : 0;
}

int order_texts(const void *a, const void *b)
{
    return std::strcmp(*static_cast<const char *const *>(a), *static_cast<const char *const *>(b));
}

template <class T> int counted_order(const void *a, const void *b)
{
    comparisons++;
    return order<T>(a, b);
}

template <class T> void libc_sort(std::vector<T> &v, bool count)
{
    auto plain = order<T>;
    if constexpr (std::is_same_v<T, const char *>)
        plain = order_texts;
    qsort(v.data(), v.size(), sizeof(T), count ? counted_order<T> : plain);
}

// Sorts v; false: no such algorithm.
template <class T> bool sort_by(const std::string &algorithm, std::vector<T> &v, bool count)
{
    auto less = [](const T &a, const T &b) { return before(a, b); };
    auto counted = [](const T &a, const T &b) {
        comparisons++;
        return before(a, b);
    };
    if (algorithm == "glibc-qsort")
        libc_sort(v, count);
    else if (algorithm == "std::sort" && count)
        std::sort(v.begin(), v.end(), counted);
    else if (algorithm == "std::sort")
        std::sort(v.begin(), v.end(), less);
    else if (algorithm == "std::stable_sort" && count)
        std::stable_sort(v.begin(), v.end(), counted);
    else if (algorithm == "std::stable_sort")
        std::stable_sort(v.begin(), v.end(), less);
    else
        return false;
    return true;
}

std::int64_t cpu_ns()
{
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<std::int64_t>(t.tv_sec) * 1000000000 + t.tv_nsec;
}

// The shared memory, for the life of an answer.
struct shared {
    char *map = nullptr;
    std::size_t bytes = 0;
    shared()
    {
        struct stat s;
        if (fstat(3, &s) != 0 || s.st_size <= 0)
            return;
        void *p = mmap(nullptr, static_cast<std::size_t>(s.st_size), PROT_READ | PROT_WRITE,
                       MAP_SHARED, 3, 0);
        if (p == MAP_FAILED)
            return;
        map = static_cast<char *>(p);
        bytes = static_cast<std::size_t>(s.st_size);
    }
    shared(const shared &) = delete;
    shared &operator=(const shared &) = delete;
    ~shared()
    {
        if (map)
            munmap(map, bytes);
    }
};

struct task {
    std::string algorithm;
    std::size_t n = 0, copies = 0;
    bool count = false;
};

// Sorts so many copies of v, the last of which it leaves there.
template <class T> std::string sort_elements(const task &t, std::vector<T> &v)
{
    std::vector<std::vector<T>> copies(t.copies - 1, v);
    comparisons = 0;
    std::int64_t start = cpu_ns();
    for (auto &copy : copies)
        sort_by(t.algorithm, copy, t.count);
    if (!sort_by(t.algorithm, v, t.count))
        return "no such algorithm";
    std::int64_t took = cpu_ns() - start;
    return t.count ? std::to_string(comparisons) : std::to_string(took);
}

template <class T> std::string sort_plain(const shared &s, const task &t)
{
    std::size_t n = t.n;
    if (s.bytes / sizeof(T) / 2 < n)
        return "no room for so many";
    std::vector<T> v(n);
    std::memcpy(v.data(), s.map, n * sizeof(T));
    std::string answer = sort_elements(t, v);
    std::memcpy(s.map + n * sizeof(T), v.data(), n * sizeof(T));
    return answer;
}

std::string sort_texts(const shared &s, const task &t)
{
    std::size_t n = t.n;
    if (s.bytes / sizeof(std::uint64_t) / 2 < n)
        return "no room for so many";
    const char *texts = s.map + 2 * n * sizeof(std::uint64_t);
    std::vector<std::uint64_t> offsets(n);
    std::vector<const char *> v(n);
    std::memcpy(offsets.data(), s.map, n * sizeof(std::uint64_t));
    for (std::size_t i = 0; i < n; i++)
        v[i] = texts + offsets[i];
    std::string answer = sort_elements(t, v);
    for (std::size_t i = 0; i < n; i++)
        offsets[i] = static_cast<std::uint64_t>(v[i] - texts);
    std::memcpy(s.map + n * sizeof(std::uint64_t), offsets.data(), n * sizeof(std::uint64_t));
    return answer;
}
} // namespace

std::string answer_sorts(std::istringstream &request)
{
    std::string type, what;
    task t;
    shared s;
    request >> type >> t.n >> what >> t.copies >> t.algorithm;
    t.count = what == "count";
    if (!s.map)
        return "no memory is shared";
    if (t.copies == 0)
        return "no number of copies";
    if (type == "int64")
        return sort_plain<std::int64_t>(s, t);
    if (type == "record")
        return sort_plain<record>(s, t);
    if (type == "string")
        return sort_texts(s, t);
    return "no such type";
}
