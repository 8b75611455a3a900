/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One open Voetsch chamber: what the parts of its driver share. Internal to this room.
 */
#ifndef SG_INSTRUMENT_VOTSCH_DEVICE_H
#define SG_INSTRUMENT_VOTSCH_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/units.h"
#include "device.h"
#include "wire/votsch.h"

/** Not documented; clients wait 0.5 s (ondrejh/VT4002) to 5 s. The longest reply takes 90 ms at 9600 baud. */
#define SG_VOTSCH_REPLY_NS (1 * SG_NS_PER_S)

/** How often a question is asked before its failure is told. */
#define SG_VOTSCH_QUESTIONS 3

/** Acknowledgements of earlier sets that may still be queued before a reply. */
#define SG_VOTSCH_STALE_LINES_MAX 4

struct sg_votsch_device {
	struct sg_device device;
	const struct sg_votsch_model *model;
	unsigned address;
	bool serial_wanted;
	uint8_t inbox[256];
	size_t inbox_begin;
	size_t inbox_end;
	int64_t inbox_ns; /**< when the latest bytes came */
	bool heard;       /**< bytes came since the latest request */
	struct sg_votsch_framer framer;
	char request_storage[SG_VOTSCH_REQUEST_SIZE];
	struct sg_text request;
};

static inline struct sg_votsch_device *sg_votsch_of(struct sg_device *dev)
{
	return (struct sg_votsch_device *)(void *)dev;
}

/** now + timeout with the clock's patience, but not beyond deadline_ns. */
int64_t sg_votsch_within(struct sg_votsch_device *dev, int64_t timeout_ns, int64_t deadline_ns);

bool sg_votsch_too_late(struct sg_votsch_device *dev, int64_t deadline_ns);

/** Throw away what is on the line, then write dev->request. */
enum sg_err sg_votsch_send(struct sg_votsch_device *dev, int64_t deadline_ns);

/** The next line, in dev->framer. @retval SG_ERR_FRAME  one was lost */
enum sg_err sg_votsch_read_line(struct sg_votsch_device *dev, int64_t deadline_ns);

/** Ask I until it is answered with values that can be true. */
enum sg_err sg_votsch_ask_values(struct sg_votsch_device *dev, struct sg_votsch_values *out, int64_t deadline_ns);

/** Ask F likewise. */
enum sg_err sg_votsch_ask_error(struct sg_votsch_device *dev, struct sg_votsch_error *out, int64_t deadline_ns);

#endif
