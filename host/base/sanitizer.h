/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_SANITIZER_H
#define SENTIO_HOST_SANITIZER_H

/* 1 in a build with AddressSanitizer or ThreadSanitizer. Their shadow memory takes terabytes of
 * address space, and their leak check stops the process by ptrace(2) from a thread of its own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SENTIO_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SENTIO_SANITIZED 1
#endif
#endif

#ifndef SENTIO_SANITIZED
#define SENTIO_SANITIZED 0
#endif

#endif
