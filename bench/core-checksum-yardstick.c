// Native yardsticks of bench/core-checksum.ts, compiled on the fly. Prints GB/s of one function over 1 MiB of
// blocks: yardstick NAME BLOCK_BYTES. Says "absent" for a library that was not there at compile time.
// MD4 and the rolling sums are our own C (the rolling sum once scalar, once AVX2); MD5 is OpenSSL's, the xx hashes
// are libxxhash's shared library, as a packaged rsync uses them.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#ifdef HAVE_OPENSSL
#include <openssl/evp.h>
#include <openssl/provider.h>
#endif
#ifdef HAVE_XXHASH
#include <xxhash.h>
#endif
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define SET_BYTES (1u << 20)
#define RUN_SECONDS 0.04

static volatile uint64_t sink;
static uint8_t *data;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static inline uint32_t rotl(uint32_t x, int n) { return x << n | x >> (32 - n); }

static void md4_compress(uint32_t *state, const uint8_t *p, size_t chunks) {
  static const int shifts[3][4] = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
  static const int third[16] = {0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15};
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  for (; chunks; chunks--, p += 64) {
    uint32_t w[16], a0 = a, b0 = b, c0 = c, d0 = d;
    memcpy(w, p, 64);
#pragma GCC unroll 48
    for (int i = 0; i < 48; i++) {
      uint32_t mix, key, next;
      int word;
      if (i < 16) mix = d ^ (b & (c ^ d)), key = 0, word = i;
      else if (i < 32) mix = (b & c) | (d & (b | c)), key = 0x5a827999, word = (i & 3) * 4 + ((i - 16) >> 2);
      else mix = b ^ c ^ d, key = 0x6ed9eba1, word = third[i - 32];
      next = rotl(a + mix + key + w[word], shifts[i >> 4][i & 3]);
      a = d, d = c, c = b, b = next;
    }
    a += a0, b += b0, c += c0, d += d0;
  }
  state[0] = a, state[1] = b, state[2] = c, state[3] = d;
}

static void own_md4(const uint8_t *p, size_t len) {
  uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  uint8_t tail[128] = {0};
  size_t rest = len & 63, chunks = rest >= 56 ? 2 : 1;
  uint64_t bits = (uint64_t)len << 3;
  md4_compress(state, p, len >> 6);
  memcpy(tail, p + len - rest, rest);
  tail[rest] = 0x80;
  memcpy(tail + chunks * 64 - 8, &bits, 8);
  md4_compress(state, tail, chunks);
  sink += state[0];
}

static uint32_t roll_tail(const int8_t *p, size_t len, uint32_t s1, uint32_t s2) {
  for (size_t i = 0; i < len; i++) s1 += p[i], s2 += s1;
  return (s1 & 0xffff) | s2 << 16;
}

static void roll_scalar(const uint8_t *bytes, size_t len) {
  const int8_t *p = (const int8_t *)bytes;
  uint32_t s1 = 0, s2 = 0;
  size_t i = 0;
  for (; i + 4 <= len; i += 4) {
    s2 += 4 * (s1 + p[i]) + 3 * p[i + 1] + 2 * p[i + 2] + p[i + 3];
    s1 += p[i] + p[i + 1] + p[i + 2] + p[i + 3];
  }
  sink += roll_tail(p + i, len - i, s1, s2);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static uint32_t sum_lanes(__m256i v) {
  uint32_t lanes[8], sum = 0;
  _mm256_storeu_si256((__m256i *)lanes, v);
  for (int i = 0; i < 8; i++) sum += lanes[i];
  return sum;
}

// 64 bytes a turn; weights by multiply-add, as vectorised Adler-32 sums are commonly written.
__attribute__((target("avx2"))) static void roll_avx2(const uint8_t *bytes, size_t len) {
  const int8_t *p = (const int8_t *)bytes;
  uint8_t weights[64];
  for (int i = 0; i < 64; i++) weights[i] = 64 - i;
  const __m256i high = _mm256_loadu_si256((const __m256i *)weights);
  const __m256i low = _mm256_loadu_si256((const __m256i *)(weights + 32));
  const __m256i one8 = _mm256_set1_epi8(1), one16 = _mm256_set1_epi16(1);
  __m256i sums = _mm256_setzero_si256(), prefixes = sums, weighted = sums;
  size_t i = 0;
  for (; i + 64 <= len; i += 64) {
    __m256i first = _mm256_loadu_si256((const __m256i *)(p + i));
    __m256i second = _mm256_loadu_si256((const __m256i *)(p + i + 32));
    __m256i pairs = _mm256_add_epi16(_mm256_maddubs_epi16(one8, first), _mm256_maddubs_epi16(one8, second));
    prefixes = _mm256_add_epi32(prefixes, sums);
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, one16));
    weighted = _mm256_add_epi32(weighted, _mm256_madd_epi16(_mm256_maddubs_epi16(high, first), one16));
    weighted = _mm256_add_epi32(weighted, _mm256_madd_epi16(_mm256_maddubs_epi16(low, second), one16));
  }
  sink += roll_tail(p + i, len - i, sum_lanes(sums), 64 * sum_lanes(prefixes) + sum_lanes(weighted));
}
#endif

#ifdef HAVE_OPENSSL
static EVP_MD_CTX *context;
static EVP_MD *algorithm;
static void evp(const uint8_t *p, size_t len) {
  uint8_t digest[64];
  EVP_DigestInit_ex(context, algorithm, NULL);
  EVP_DigestUpdate(context, p, len);
  EVP_DigestFinal_ex(context, digest, NULL);
  sink += digest[0];
}
#endif
#ifdef HAVE_XXHASH
static void xxh64(const uint8_t *p, size_t len) { sink += XXH64(p, len, 99); }
static void xxh3(const uint8_t *p, size_t len) { sink += XXH3_64bits_withSeed(p, len, 99); }
static void xxh128(const uint8_t *p, size_t len) { sink += XXH3_128bits_withSeed(p, len, 99).low64; }
#endif

#ifdef HAVE_UPSTREAM
extern uint32_t get_checksum1(char *block, int32_t len);
static void roll_upstream(const uint8_t *p, size_t len) { sink += get_checksum1((char *)p, len); }
#endif

typedef void (*Yardstick)(const uint8_t *, size_t);

static Yardstick find(const char *name) {
  if (!strcmp(name, "own-md4")) return own_md4;
  if (!strcmp(name, "roll-scalar")) return roll_scalar;
#ifdef HAVE_UPSTREAM
  if (!strcmp(name, "roll-upstream")) return roll_upstream;
#endif
#if defined(__x86_64__)
  if (!strcmp(name, "roll-avx2")) return __builtin_cpu_supports("avx2") ? roll_avx2 : NULL;
#endif
#ifdef HAVE_OPENSSL
  context = EVP_MD_CTX_new();
  OSSL_PROVIDER_load(NULL, "default");
  OSSL_PROVIDER_load(NULL, "legacy");
  algorithm = NULL;
  if (!strcmp(name, "openssl-md5")) algorithm = EVP_MD_fetch(NULL, "MD5", NULL);
  if (!strcmp(name, "openssl-md4")) algorithm = EVP_MD_fetch(NULL, "MD4", NULL);
  if (!strcmp(name, "openssl-sha1")) algorithm = EVP_MD_fetch(NULL, "SHA1", NULL);
  if (algorithm) return evp;
#endif
#ifdef HAVE_XXHASH
  if (!strcmp(name, "xxh64")) return xxh64;
  if (!strcmp(name, "xxh3")) return xxh3;
  if (!strcmp(name, "xxh128")) return xxh128;
#endif
  return NULL;
}

int main(int argc, char **argv) {
  Yardstick function = argc == 3 ? find(argv[1]) : NULL;
  if (!function) {
    puts("absent");
    return 0;
  }
  size_t block = strtoul(argv[2], NULL, 10), count = SET_BYTES / block;
  data = malloc(SET_BYTES);
  uint32_t x = 1;
  for (size_t i = 0; i < SET_BYTES; i++) x ^= x << 13, x ^= x >> 17, x ^= x << 5, data[i] = x;
  double best = 0;
  for (int run = 0; run < 3; run++) {
    double start = now(), spent;
    size_t bytes = 0;
    do {
      for (size_t i = 0; i < count; i++) function(data + i * block, block);
      bytes += count * block;
      spent = now() - start;
    } while (spent < RUN_SECONDS);
    if (bytes / spent > best) best = bytes / spent;
  }
  printf("%.4f\n", best * 1e-9);
  return 0;
}
