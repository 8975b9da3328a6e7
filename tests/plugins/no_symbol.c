/* SPDX-License-Identifier: MIT */
/* A shared object without `sentio_plugin`. */

int not_sentio_plugin(void);

__attribute__((visibility("default"))) int not_sentio_plugin(void) {
    return 0;
}
