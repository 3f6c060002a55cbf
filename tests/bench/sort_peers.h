/* The C++ library's sorts, for sort_peers.c. order is the comparison by pointer; NULL: inlined. */
#ifndef SB_BENCH_SORT_PEERS_H
#define SB_BENCH_SORT_PEERS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int peer_order(const void *a, const void *b);

void peer_stable_sort_int64(void *v, size_t n, peer_order *order);
void peer_sort_int64(void *v, size_t n, peer_order *order);
void peer_stable_sort_keyed(void *v, size_t n);
void peer_sort_keyed(void *v, size_t n);
void peer_stable_sort_record(void *v, size_t n, peer_order *order);
void peer_sort_record(void *v, size_t n, peer_order *order);
void peer_stable_sort_string(void *v, size_t n, peer_order *order);
void peer_sort_string(void *v, size_t n, peer_order *order);

#ifdef __cplusplus
}
#endif

#endif
