/* SPDX-License-Identifier: MIT */
#ifndef SENTIO_HOST_WORKER_MAIN_H
#define SENTIO_HOST_WORKER_MAIN_H

/*
 * `sentiod --worker FILE`: the plugin on descriptor 4 runs in this process, by the calls that come
 * on descriptor 3 (wire.h). Descriptor 5 is the page that tells the host which call it is in.
 * Returns the exit status: 0 after the host has closed its end, 1 after the plugin was refused, 3
 * when what the host says is not to be understood.
 */
int worker_main(const char *file);

#endif
