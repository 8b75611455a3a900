/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Names of hosts to addresses, with a deadline. Internal to this room.
 */
#ifndef SG_TRANSPORT_RESOLVE_H
#define SG_TRANSPORT_RESOLVE_H

#include <stdint.h>

#include "core/error.h"
#include "core/text.h"

struct addrinfo;
struct sg_clock;

/**
 * @param out  freeaddrinfo() it
 * @retval SG_ERR_NOT_FOUND  no such host or service
 * @retval SG_ERR_TIMEOUT    the name servers keep silent
 */
enum sg_err sg_resolve(const char *host, const char *service, struct sg_clock *clock, int64_t deadline_ns,
		       struct sg_text *why, struct addrinfo **out);

#endif
