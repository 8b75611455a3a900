/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * PalmSens EmStat4: who it is, what it can do, and what its range ids mean.
 *
 * Its programs are in emstat4_script.h, the stream they answer with in emstat4_stream.h, and what that
 * stream cannot tell in emstat4.md.
 */
#ifndef SG_WIRE_EMSTAT4_H
#define SG_WIRE_EMSTAT4_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/caps.h"
#include "core/error.h"

/** Reply to `t`: any instrument that speaks MethodSCRIPT. */
struct sg_emstat4_version {
	const char *family; /**< its own word: "es4_lr"; static storage */
	const char *title;  /**< for people: "EmStat4 LR"; static storage */
	const char *model;  /**< ours: "lr", "hr"; NULL: not an EmStat4. Static storage */
	char firmware[12];  /**< "1.5.00", or "1.3" where it says no more */
	bool beta;
	char date[32];      /**< of the firmware, as sent */
};

/**
 * Read the two lines (without LF) of a reply to `t`: `tes4_lr1500#Mar 12 2026 14:28:01`, `R*`.
 *
 * @retval SG_ERR_FRAME     not such a reply
 * @retval SG_ERR_IDENTITY  well formed, of an instrument we have never heard of
 *
 * Source: PalmSens/MethodSCRIPT_Examples, Example_Python/palmsens/instrument.py. Version digits: two
 * (x.y) or four (x.y.zz).
 */
enum sg_err sg_emstat4_read_version(const char *first, const char *second, struct sg_emstat4_version *out);

/** Read a reply to `i`: `iES4LR20B0008`. @retval SG_ERR_FRAME  not such a reply, or longer than out. */
enum sg_err sg_emstat4_read_serial(const char *line, char *out, size_t size);

/** Read a reply to `v`: `v01.09.00`, written as "1.9.0". @retval SG_ERR_FRAME */
enum sg_err sg_emstat4_read_script_version(const char *line, char *out, size_t size);

/** Capabilities of "lr" (also for NULL) or "hr"; NULL for any other word. Static storage. */
const struct sg_potentiostat_caps *sg_emstat4_caps(const char *model);

/** Nominal full scale of a current range, A; 0 if the id is none of an EmStat4. */
double sg_emstat4_current_range_a(uint8_t id);

/** Nominal full scale of a potential range, V; 0 if the id is none of an EmStat4. */
double sg_emstat4_voltage_range_v(uint8_t id);

/**
 * A current range reports overload from this multiple of its nominal value on.
 * Source: lowryliu-ses/ilcs, devices/gateway/potentiostat, citing the vendor. Not checked by us.
 */
#define SG_EMSTAT4_OVERLOAD 2.92

#endif
