// C++20 coroutines doing what applets/co-bench/case_srebox.c does: the same loops, the same checks.
#include "contrib/peers/peers.h"

#include <coroutine>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace
{
std::uint64_t ended; // how many were destroyed

struct at_end {
    ~at_end()
    {
        ended++;
    }
};

// --- generators ---

struct generator {
    struct promise_type {
        std::int64_t value = 0;
        generator get_return_object()
        {
            return {std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_always initial_suspend() noexcept
        {
            return {};
        }
        std::suspend_always final_suspend() noexcept
        {
            return {};
        }
        std::suspend_always yield_value(std::int64_t v) noexcept
        {
            value = v;
            return {};
        }
        void return_void()
        {
        }
        void unhandled_exception()
        {
            std::terminate();
        }
    };
    std::coroutine_handle<promise_type> handle;
    bool next() const
    {
        handle.resume();
        return !handle.done();
    }
};

generator one()
{
    at_end guard;
    for (std::int64_t v = 0;;)
        co_yield ++v;
}

generator eight()
{
    at_end guard;
    for (std::int64_t v = 0;;) {
        co_yield ++v;
        co_yield ++v;
        co_yield ++v;
        co_yield ++v;
        co_yield ++v;
        co_yield ++v;
        co_yield ++v;
        co_yield ++v;
    }
}

// The handle comes by way of memory, so that nothing is known of it.
generator hidden(generator g)
{
    void *volatile address = g.handle.address();
    return {std::coroutine_handle<generator::promise_type>::from_address(address)};
}

std::int64_t draw(generator made, std::uint64_t n)
{
    generator g = hidden(made);
    g.next();
    for (std::uint64_t i = 0; i < n / 8; i++)
        g.next();
    std::int64_t first = g.handle.promise().value, sum = 0, start = now_ns();
    for (std::uint64_t i = 0; i < n && g.next(); i++)
        sum += g.handle.promise().value;
    std::int64_t took = now_ns() - start, last = first + static_cast<std::int64_t>(n);
    g.handle.destroy();
    return sum == (last * (last + 1) - first * (first + 1)) / 2 ? took : -1;
}

// --- tasks: awaiting by symmetric transfer ---

struct task {
    struct promise_type {
        std::coroutine_handle<> up = std::noop_coroutine();
        std::int64_t result = 0;
        task get_return_object()
        {
            return task{std::coroutine_handle<promise_type>::from_promise(*this)};
        }
        std::suspend_always initial_suspend() noexcept
        {
            return {};
        }
        struct to_up {
            bool await_ready() noexcept
            {
                return false;
            }
            std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> h) noexcept
            {
                return h.promise().up;
            }
            void await_resume() noexcept
            {
            }
        };
        to_up final_suspend() noexcept
        {
            return {};
        }
        void return_value(std::int64_t v)
        {
            result = v;
        }
        void unhandled_exception()
        {
            std::terminate();
        }
    };
    std::coroutine_handle<promise_type> handle;
    explicit task(std::coroutine_handle<promise_type> h) : handle(h)
    {
    }
    task(const task &) = delete;
    task &operator=(const task &) = delete;
    ~task()
    {
        handle.destroy();
    }
    bool await_ready() const noexcept
    {
        return false;
    }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> up) const noexcept
    {
        handle.promise().up = up;
        return handle;
    }
    std::int64_t await_resume() const noexcept
    {
        return handle.promise().result;
    }
};

struct event {
    std::coroutine_handle<> waiting;
    bool await_ready() const noexcept
    {
        return false;
    }
    void await_suspend(std::coroutine_handle<> h) noexcept
    {
        waiting = h;
    }
    void await_resume() const noexcept
    {
    }
};

task leaf(event &e, std::int64_t &count)
{
    at_end guard;
    for (;; count++)
        co_await e;
    co_return 0;
}

task chain(event &e, std::int64_t &count, int depth)
{
    at_end guard;
    if (depth > 2)
        co_return co_await chain(e, count, depth - 1);
    co_return co_await leaf(e, count);
}

std::int64_t resume_leaf(std::uint64_t n, int depth)
{
    event e;
    std::int64_t count = 0, took = 0;
    ended = 0;
    {
        task root = depth > 1 ? chain(e, count, depth) : leaf(e, count);
        root.handle.resume();
        void *volatile address = e.waiting.address();
        auto handle = std::coroutine_handle<>::from_address(address);
        for (std::uint64_t i = 0; i < n / 8; i++)
            handle.resume();
        std::int64_t first = count, start = now_ns();
        for (std::uint64_t i = 0; i < n; i++)
            handle.resume();
        took = now_ns() - start;
        count -= first;
    }
    return count == static_cast<std::int64_t>(n) && ended == static_cast<std::uint64_t>(depth)
               ? took
               : -1;
}

task child(std::int64_t given)
{
    co_return given;
}

task parent(std::uint64_t n)
{
    std::int64_t sum = 0;
    for (std::uint64_t i = 0; i < n; i++)
        sum += co_await child(1);
    co_return sum;
}

std::int64_t await(std::uint64_t n)
{
    for (std::uint64_t count = n / 8 + 1;; count = n) {
        task p = parent(count);
        std::int64_t start = now_ns();
        p.handle.resume();
        std::int64_t took = now_ns() - start;
        if (!p.handle.done() || p.handle.promise().result != static_cast<std::int64_t>(count))
            return -1;
        if (count == n)
            return took;
    }
}

// --- creating and cancelling ---

void create_all(std::vector<generator> &made)
{
    for (auto &g : made) {
        g = one();
        g.next();
    }
}

// The last first: malloc's lists are as they were before.
void cancel_all(std::vector<generator> &made)
{
    for (auto g = made.rbegin(); g != made.rend(); ++g)
        g->handle.destroy();
}

std::int64_t create_and_cancel(std::uint64_t n, bool want_create)
{
    std::vector<generator> made(n);
    create_all(made); // once to warm up
    cancel_all(made);
    ended = 0;
    std::int64_t start = now_ns();
    create_all(made);
    std::int64_t middle = now_ns();
    cancel_all(made);
    std::int64_t end = now_ns();
    if (ended != n)
        return -1;
    return want_create ? middle - start : end - middle;
}

// --- a million, in a process of their own ---

std::int64_t resident()
{
    long long size = 0, pages = 0;
    FILE *f = std::fopen("/proc/self/statm", "re");
    int got = f ? std::fscanf(f, "%lld %lld", &size, &pages) : 0;
    if (f)
        std::fclose(f);
    return got == 2 ? pages * sysconf(_SC_PAGESIZE) : -1;
}

struct crowd {
    double resume_ns, cancel_ns, bytes;
    bool sound;
};

crowd live(std::uint64_t n)
{
    std::vector<generator> made(n);
    ended = 0;
    std::int64_t before = resident();
    for (auto &g : made) {
        g = one();
        g.next();
    }
    std::int64_t after = resident(), start = now_ns();
    for (auto &g : made)
        g.next();
    std::int64_t middle = now_ns();
    for (auto &g : made)
        g.handle.destroy();
    std::int64_t end = now_ns();
    double each = 1.0 / static_cast<double>(n);
    return {static_cast<double>(middle - start) * each, static_cast<double>(end - middle) * each,
            static_cast<double>(after - before) * each, ended == n};
}

std::string answer_live(std::uint64_t n)
{
    int ends[2];
    crowd got{};
    if (pipe(ends) != 0)
        return "no pipe";
    pid_t pid = fork();
    if (pid == 0) {
        got = live(n);
        _exit(write(ends[1], &got, sizeof got) == static_cast<ssize_t>(sizeof got) ? 0 : 1);
    }
    close(ends[1]);
    bool ok = pid > 0 && read(ends[0], &got, sizeof got) == static_cast<ssize_t>(sizeof got);
    close(ends[0]);
    if (pid > 0)
        waitpid(pid, nullptr, 0);
    if (!ok || !got.sound)
        return "no outcome";
    std::ostringstream answer;
    answer << got.resume_ns << ' ' << got.cancel_ns << ' ' << got.bytes;
    return answer.str();
}

std::int64_t chunk(const std::string &what, std::uint64_t n)
{
    if (what == "resume-1")
        return draw(one(), n);
    if (what == "resume-8")
        return draw(eight(), n);
    if (what == "depth-1")
        return resume_leaf(n, 1);
    if (what == "depth-8")
        return resume_leaf(n, 8);
    if (what == "depth-64")
        return resume_leaf(n, 64);
    if (what == "await")
        return await(n);
    if (what == "create")
        return create_and_cancel(n, true);
    if (what == "cancel")
        return create_and_cancel(n, false);
    return -1;
}
} // namespace

std::string answer_coroutines(std::istringstream &request)
{
    std::string what;
    std::uint64_t n = 0;
    request >> what >> n;
    if (n == 0)
        return "no number";
    return what == "live" ? answer_live(n) : std::to_string(chunk(what, n));
}
