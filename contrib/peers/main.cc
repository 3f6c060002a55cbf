// srebox-peers: what srebox compares itself with and cannot hold, being C. Started by srebox co-bench and
// srebox sort-bench, which ask one line at a time on stdin and get one line back on stdout
// (core/bench/peers.h). No use by itself.
#include "contrib/peers/peers.h"

#include <iostream>
#include <malloc.h>

#if defined(__clang__)
#define COMPILER "clang++ " << __clang_major__ << '.' << __clang_minor__
#else
#define COMPILER "g++ " << __GNUC__ << '.' << __GNUC_MINOR__
#endif

int main()
{
#if defined(__GLIBC__)
    // As sort-bench itself: freed memory stays, so that no sort is charged for clearing it.
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
    std::cout << "srebox-peers " PACKAGE_VERSION " " << COMPILER << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream request(line);
        std::string kind;
        request >> kind;
        if (kind == "co")
            std::cout << answer_coroutines(request) << std::endl;
        else if (kind == "sort")
            std::cout << answer_sorts(request) << std::endl;
        else
            std::cout << "no such kind of request" << std::endl;
    }
    return 0;
}
