/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * An experiment as a battery researcher wrote it: the cell, the rig, limits, and procedures. Plain
 * data after reading; the plan (plan.h) is what is executed.
 */
#ifndef SG_EXPERIMENT_EXPERIMENT_H
#define SG_EXPERIMENT_EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SG_NAME_SIZE 64
#define SG_TEXT_SIZE 160
#define SG_URI_SIZE 256
#define SG_DIFFUSION_SET_SIZE 16

/** Where something stands in the file, from 1; line 0: it was not written there. */
struct sg_place {
	int line;
	int column;
};

struct sg_cell {
	char name[SG_NAME_SIZE];        /**< required; used in file names: [A-Za-z0-9._-] */
	char metal[8];                  /**< "Na", "Li", ...; required */
	char electrolyte[SG_NAME_SIZE]; /**< free text or empty */
	double area_cm2;                /**< > 0; given or from diameter_mm */
	char diffusion_set[SG_DIFFUSION_SET_SIZE]; /**< constants of the metal's self-diffusion, or empty: its default */
	double metal_thickness_mm;      /**< of each electrode's metal, NAN if not given: thick */
	double thickness_mm;            /**< of the separator, NAN if not given */
	double pressure_mpa;            /**< NAN if not given */
	double expected_ohm;            /**< total DC resistance expected, NAN if not given */
};

struct sg_instrument_config {
	bool present;
	char family[SG_NAME_SIZE];
	char model[SG_NAME_SIZE];  /**< or empty: the family's default */
	char port[SG_URI_SIZE];
	char serial[SG_NAME_SIZE]; /**< or empty: any */
	int address;               /**< -1 if not given */
	struct sg_place at;        /**< in the file that holds the rig */
};

struct sg_rig_config {
	char name[SG_NAME_SIZE];
	struct sg_instrument_config potentiostat;
	struct sg_instrument_config chamber; /**< optional */
};

/** What the guard holds every sample against. Independent of the procedures. */
struct sg_limits {
	double voltage_v;         /**< |V|, > 0; required */
	double current_a;         /**< |I|, > 0; default 1.1 x the largest planned current */
	double temperature_min_c; /**< -INFINITY if not given */
	double temperature_max_c; /**< INFINITY if not given */
	double charge_mah_cm2;    /**< |net areal charge|, INFINITY if not given */
	struct sg_place voltage_at;
	struct sg_place temperature_at;
	double silence_s;         /**< longest time without a sample while a current flows; default max(5 s, 10 intervals) */
};

enum sg_policy {
	SG_POLICY_FLAG, /**< record it, go on */
	SG_POLICY_HOLD, /**< cell off, wait until it is over, continue where it was */
	SG_POLICY_STOP, /**< end the run safely */
	SG_POLICY_PAUSE, /**< cell off for pause_s, then continue where it was */
};

/** What `resume` does once the cell is known to be off. */
enum sg_on_resume {
	SG_RESUME_CONTINUE,
	SG_RESUME_HOLD,   /**< a person has to say that it is to go on */
	SG_RESUME_REFUSE, /**< the test ends there */
};

struct sg_temperature_config {
	bool present;       /**< a set temperature is given: needs a chamber */
	double set_c;
	double tolerance_k; /**< default 0.3 */
	double soak_s;      /**< time within tolerance before the first step; default 600 */
	double timeout_s;   /**< for reaching it; default 7200 */
	double excursion_k; /**< during a test, beyond this is an excursion; default 1.0 */
	enum sg_policy on_excursion; /**< default HOLD */
	struct sg_place set_at;
	bool stop_at_end;   /**< conditioning off at the end; default false: keep */
};

enum sg_procedure_kind {
	SG_PROC_CCD,
	SG_PROC_CYCLE,
	SG_PROC_POLARIZE,
	SG_PROC_REST,
	SG_PROC_TEMPERATURE,
};

/** One entry of `steps:`. Fields that a kind does not use are 0 (NAN for optional ends). */
struct sg_procedure {
	enum sg_procedure_kind kind;
	int line; /**< in the file, for messages */
	int column;

	/* ccd: from .. to by increment; cycle, polarize: from == to, increment 0 */
	double from_ma_cm2; /**< magnitudes, > 0 */
	double to_ma_cm2;
	double increment_ma_cm2;
	double half_step_s;       /**< duration of a half-step / half-cycle / polarization / rest; NAN if by charge */
	double half_step_mah_cm2; /**< charge of a half-step; NAN if by time. Exactly one of the two is given */
	bool negative_first;      /**< first polarity; default positive: strips electrode A */
	double rest_s;            /**< rest (cell off) after every half-step; 0: none */
	uint32_t count;           /**< cycle: number of full cycles */
	double until_v;           /**< polarize, cycle, ccd: |V| that ends it; NAN: the limit of the guard only */
	bool stop_on_short;       /**< ccd: default true */
	bool end_on_doubled;      /**< cycle, polarize: the resistance doubled (t2x) */
	bool end_on_inflection;   /**< polarize: the voltage begins to rise ever faster */
	double interval_s;        /**< sample interval of this procedure */

	double temperature_c; /**< temperature: new set-point */
	double soak_s;        /**< temperature */
};

struct sg_experiment {
	char source[SG_URI_SIZE];       /**< name of the file it was read from, for messages; empty if too long */
	char name[SG_TEXT_SIZE];
	char institution[SG_NAME_SIZE]; /**< default "LAB"; file-name characters */
	char operator_name[SG_NAME_SIZE];
	char folder[SG_URI_SIZE];       /**< where run folders go; default "results" */
	struct sg_cell cell;
	struct sg_rig_config rig;
	char rig_file[SG_URI_SIZE];     /**< path of a separate rig file as written, or empty */
	struct sg_limits limits;
	struct sg_temperature_config temperature;
	double interval_s;              /**< default sample interval, 1 s */
	enum sg_policy on_hard_short;   /**< FLAG or STOP; default STOP */
	/* FLAG, PAUSE or STOP; default FLAG: */
	enum sg_policy on_soft_short;
	enum sg_policy on_short_from_start;
	enum sg_policy on_polarization;
	enum sg_policy on_contact;      /**< an open current lead, a lost sense lead */
	bool verify_pulse;              /**< after the alarm of a short: a pulse, and only then what on_... says; default false */
	struct sg_place verify_at;
	double pause_s;                 /**< length of a PAUSE; default 3600 */
	bool stop_on_reconnect;         /**< a link that was lost ends the run although it came back; default false */
	enum sg_on_resume on_resume;    /**< after a crash of the program or of the PC; default CONTINUE */
	double reconnect_within_s;      /**< how long a lost link is waited for; default 900, 0: not at all */
	double guardian_silence_s;      /**< a runner that stands still for so long is ended by its guardian; default 10 */
	size_t procedure_count;
	struct sg_procedure *procedures; /**< owned; freed by sg_experiment_fini() */
};

/** Release what reading allocated. A zeroed experiment is fine. */
void sg_experiment_fini(struct sg_experiment *experiment);

#endif
