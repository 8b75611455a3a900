/* SPDX-License-Identifier: Apache-2.0 */
/** @file What systemd is told of a service, over the socket it names in the environment; see sd_notify(3). */
#ifndef SG_SERVICE_NOTIFY_H
#define SG_SERVICE_NOTIFY_H

#include <stdint.h>

/** E.g. "READY=1". Never waits; does nothing where nobody listens. */
void sg_notify(const char *text);

/** How often "WATCHDOG=1" has to be said, in ns; 0: nobody wants it. */
int64_t sg_notify_every_ns(void);

#endif
