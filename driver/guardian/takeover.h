/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The potentiostat of a runner that is gone: found, met as the same one, cell off, read back. The chamber is left as it
 * is: it moves no amperes, and a cell that is kept at its temperature is as it was.
 */
#ifndef SG_GUARDIAN_TAKEOVER_H
#define SG_GUARDIAN_TAKEOVER_H

#include "core/error.h"
#include "core/text.h"
#include "guardian/message.h"
#include "host/clock.h"
#include "runner/rig.h"

struct sg_takeover {
	const struct sg_guardian_brief *brief; /**< borrowed */
	struct sg_host_clock clock;
	struct sg_rig rig;
};

/** Nothing is opened yet. @retval SG_ERR_ARGUMENT  no such family or model */
enum sg_err sg_takeover_init(struct sg_takeover *takeover, const struct sg_guardian_brief *brief, struct sg_text *why);

/**
 * One attempt; some 20 s at most, a fraction of a second where the instrument answers. Closes the port again.
 * @retval SG_OK  the cell is off, confirmed by the instrument that was met before
 * @retval others as sg_rig_return() and sg_rig_safe_off(); why says so in one sentence
 */
enum sg_err sg_takeover_try(struct sg_takeover *takeover, struct sg_text *why);

#endif
