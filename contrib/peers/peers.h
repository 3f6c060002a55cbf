// The helper's parts: each answers a request of its kind with one line (no line end), "no REASON" when it
// cannot.
#ifndef SB_PEERS_H
#define SB_PEERS_H

#include <chrono>
#include <cstdint>
#include <sstream>
#include <string>

inline std::int64_t now_ns()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// "WHAT N": the ns of N times, or -1 for a wrong outcome; "live N": resume ns, cancel ns, bytes, each.
std::string answer_coroutines(std::istringstream &request);

// "TYPE N time|count COPIES ALGORITHM": reads the input from descriptor 3 (applets/sort-bench/bench.h) and puts
// its result behind it; answers the CPU ns or the
// comparisons of sorting so many copies of it.
std::string answer_sorts(std::istringstream &request);

#endif
