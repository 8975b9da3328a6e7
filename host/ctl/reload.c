/* SPDX-License-Identifier: MIT */
#include "reload.h"

#include "peer.h"
#include "reload_options.h"
#include "reload_request.h"
#include "shadow.h"

enum ctl_status reload_run(const struct ctl *ctl) {
    struct reload_options options;
    struct peer peer;
    enum ctl_status status = reload_options_read(&options, ctl);
    if (status == CTL_OK)
        status = peer_open(&peer, ctl);
    if (status != CTL_OK)
        return status;
    if (options.channel)
        status = shadow_run(&peer, ctl, &options);
    else
        status = reload_request(&peer, ctl->json);
    peer_close(&peer);
    return status;
}
