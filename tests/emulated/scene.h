/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A scene: one emulated run and what must be true after any run, however it ended.
 */
#ifndef SG_TESTS_SCENE_H
#define SG_TESTS_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bdf_validate.h"
#include "emulated.h"

/** No scene may take longer than this, in real time: the program is ended by SIGALRM, which fails the test. */
#define SCENE_REAL_S 60u

#define SCENE_AREA_CM2 0.8332

/** What is written into the experiment file; NULL where the usual will do. */
struct scene_words {
	const char *family;       /**< of the potentiostat: "emstat4" */
	const char *model;        /**< of it: "hr" */
	const char *potentiostat; /**< more keys of it, with a leading comma */
	const char *chamber;      /**< "votsch, model: vt4002"; "" for a rig without one */
	const char *limits;       /**< "voltage: 5 V" */
	const char *temperature;  /**< "set: 25 degC, tolerance: 0.3 K, soak: 1 min"; "" for none */
	const char *more;         /**< further sections, lines */
	const char *steps;        /**< the list, two blanks before each "- "; required */
};

struct scene {
	char yaml[2048];
	struct emu emu;
	struct bdf_report table;    /**< of the record, after scene_run() */
	uint64_t rows_shown;        /**< highest record index that an observer saw */
	double charge_shown_c;      /**< |charge| booked then */
	double shown_s;             /**< test time then */
	void (*look)(struct scene *scene, const struct sg_run_view *view); /**< or NULL: at every progress */
	volatile sig_atomic_t interrupts;
	double mark;                /**< for look() */
};

/** Fill scene->yaml; everything else of the scene is zeroed. Set scene->emu.* between this and scene_run(). */
void scene_init(struct scene *scene, const struct scene_words *words);

/** emu_run() under the eyes of SIGALRM; reads the table if there is one. */
void scene_run(struct scene *scene);
/** The same for a simulator that runs already, see emu_start(). */
void scene_host(struct scene *scene);
void scene_free(struct scene *scene);

/**
 * Nothing recorded is lost: the table is valid and whole, every row that anybody was shown is in it, every event
 * that anybody was told is in events.csv, and result.json names the same end as the outcome does.
 */
void assert_record_whole(const struct scene *scene);

/** Off by the instrument's answer, and off in the simulator's truth. */
void assert_cell_off(const struct scene *scene);

/** It ended by itself, says why, and err, state and reason agree. */
void assert_named_end(const struct scene *scene);
void assert_stopped_by(const struct scene *scene, const char *reason);

/** The charge in the books against the truth, relative. */
void assert_charge_true(const struct scene *scene, double tolerance);

/** The first event of a type, or NULL. */
const struct sg_event *scene_event(const struct scene *scene, enum sg_event_type type);
/** Whether any event of this type holds the words. */
bool scene_told(const struct scene *scene, enum sg_event_type type, const char *words);

/** Simulator time at test time 0. */
double scene_zero_s(const struct scene *scene);

/** Contents of a file of the run folder, "" if there is none; free it. `suffix` ends the name. */
char *scene_file(const struct scene *scene, const char *suffix);

#endif
