/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * One rig of the service, and the test on it: what it is at, and what may be asked of it. It has no port; that has the
 * program it starts. All it must not forget is in its folder, FOLDER/NAME:
 *
 *     pid             the program that runs, or ran last
 *     intent          what a program that has gone is to find: "go-on" (only the service was stopped), "paused" (a person's word)
 *     submitted.yaml  the experiment as it was handed over
 *     <run>/          run folders
 */
#ifndef SG_SERVICE_STATION_H
#define SG_SERVICE_STATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "core/text.h"
#include "experiment/experiment.h"
#include "host/run_folder.h"
#include "service/child.h"
#include "service/ring.h"
#include "service/rigs.h"

#define SG_STATION_PATH_SIZE (SG_RUN_PATH_SIZE + 64)

enum sg_station_state {
	SG_STATION_IDLE,
	SG_STATION_CHECKING, /**< what was handed over is held against the rig */
	SG_STATION_RUNNING,
	SG_STATION_PAUSED,   /**< cell off, on a person's word */
	SG_STATION_HELD,     /**< cell off, the experiment wants a person's word */
	SG_STATION_WAITING,  /**< its program ended before the test did; it is tried to go on with it */
	SG_STATION_ENDED,
	SG_STATION_UNSAFE,   /**< THE CELL COULD NOT BE SHOWN TO BE OFF */
};

struct sg_station {
	const struct sg_rig_entry *entry;
	const char *program;               /**< sandglass */
	char rig_file[SG_STATION_PATH_SIZE];
	char folder[SG_STATION_PATH_SIZE]; /**< FOLDER/NAME */
	char run[SG_RUN_PATH_SIZE];        /**< of the latest test, or empty */
	struct sg_rig_config rig;
	enum sg_station_state state;
	int64_t since_s;      /**< UTC */
	struct sg_child child;
	bool checking;        /**< the child is no test */
	struct sg_ring ring;
	uint64_t begin;       /**< place in the ring at which the latest child began */
	char before[SG_RUN_PATH_SIZE]; /**< a run that is none of the child's */
	int64_t again_ns;     /**< waiting: monotonic, when it is tried next */
	unsigned tries;
	/* for a chamber that it shares */
	bool wants_temperature;
	double lowest_c, highest_c;
	bool stops_chamber;
};

const char *sg_station_state_name(enum sg_station_state state);

/**
 * Take up what stands in the folder: a program that still runs, a test that has not ended, or the latest that has.
 * @param name_of_rigs, parent  the rigs file, beside which rig files are; where run folders go
 * @retval others  a rig file that is not good, a folder that cannot be made: why says it, a line each
 */
enum sg_err sg_station_open(struct sg_station *station, const struct sg_rig_entry *entry, const char *name_of_rigs,
			    const char *parent, const char *program, struct sg_text *why);

/** Its child ends for all that this knows; it is not asked to. */
void sg_station_close(struct sg_station *station);

/** The child has ended. @return true if it was a check, and *passed says whether the test has been started */
bool sg_station_child_ended(struct sg_station *station, int64_t now_ns, bool *passed);

/** Once a second: find the run folder, try again what is to be tried. */
void sg_station_tick(struct sg_station *station, int64_t now_ns);

/** Is there a test that has not ended? */
bool sg_station_is_busy(const struct sg_station *station);

/* What a person asks. @retval SG_ERR_STATE, SG_ERR_IO, ...  not done, why says it */

/** Begin to check, and then to run it. others: all stations, of which some may share the chamber. */
enum sg_err sg_station_submit(struct sg_station *station, const char *experiment, const struct sg_station *const *others,
			      size_t count, struct sg_text *why);
enum sg_err sg_station_pause(struct sg_station *station, struct sg_text *why);
enum sg_err sg_station_go_on(struct sg_station *station, struct sg_text *why);
enum sg_err sg_station_stop(struct sg_station *station, struct sg_text *why);

/** The service is stopped: cell off, to be gone on with when it is started again. */
void sg_station_suspend(struct sg_station *station);

#endif
