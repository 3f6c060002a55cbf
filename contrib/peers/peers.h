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

#endif
