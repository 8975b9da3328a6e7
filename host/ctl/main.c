/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "ctl.h"

int main(int argc, char **argv) {
    struct ctl ctl;
    enum ctl_status status = ctl_read(&ctl, argc, argv, getenv("SENTIO_CONTROL"));
    if (status == CTL_OK)
        status = ctl_run(&ctl);
    ctl_finish(&ctl);
    return (int)status;
}
