/* SPDX-License-Identifier: Apache-2.0 */
/** @file What a station keeps in its folder, see station.h; and what it reads in the folder of a run. */
#ifndef SG_SERVICE_STATION_FILES_H
#define SG_SERVICE_STATION_FILES_H

#include <stdbool.h>

#include "core/error.h"
#include "core/text.h"
#include "service/station.h"

#define SG_STATION_SUBMITTED "submitted.yaml"

enum sg_station_intent {
	SG_INTENT_NONE,
	SG_INTENT_GO_ON,
	SG_INTENT_PAUSED,
};

/** Where a run stands, by its checkpoint and its result. */
enum sg_standing {
	SG_STANDING_NONE, /**< nothing to go on with */
	SG_STANDING_RUNNING,
	SG_STANDING_HELD,
	SG_STANDING_ENDED,
	SG_STANDING_UNSAFE, /**< ended, and the cell was not shown to be off */
};

/** Read the rig file, make the folder. */
enum sg_err sg_station_prepare(struct sg_station *station, const char *name_of_rigs, const char *parent, struct sg_text *why);

/** NULL: nothing. One that cannot be written is said on standard error. */
void sg_station_intend(const struct sg_station *station, const char *word);
enum sg_station_intent sg_station_intent(const struct sg_station *station);

/** The latest run in the folder, if it began after the one before: into station->run. */
bool sg_station_find_run(struct sg_station *station);

/** A program that was started for this rig and still runs: into station->child. */
bool sg_station_find_program(struct sg_station *station);

enum sg_standing sg_station_standing(const char *run);

/** Which temperatures a test wants: of this text, or NULL: of the experiment in its run folder. */
void sg_station_learn_temperature(struct sg_station *station, const char *experiment);

/** Put a text in the place of a file. */
enum sg_err sg_station_write(const char *path, const char *text, struct sg_text *why);

#endif
