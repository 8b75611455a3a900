/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * result.json: what a run found, for people's scripts. A stable interface: members are added, never
 * renamed or given another meaning. A value that is not known is null.
 *
 *   program, version         "sandglass", "0.1.0"
 *   format_version           of this file and of the tables beside it: 2. Without this member: 1, whose events.csv has no column
 *                            unit, and which has no first_... members
 *   simulated                bool: any instrument of the run was a simulator
 *   run                      name of the run folder
 *   experiment, operator     as in the experiment file
 *   cell                     {name, metal, electrolyte, area_cm2, thickness_mm, pressure_MPa, expected_ohm, metal_thickness_mm,
 *                            diffusion_set, diffusion_source, diffusion_25degC_cm2_s, and from the lowest to the highest D that the
 *                            interval of f allows for: diffusion_low_25degC_cm2_s, diffusion_high_25degC_cm2_s}
 *   instrument, chamber      {family, model, serial, firmware, simulated}; chamber may be null
 *   clock                    "real", "scaled x90", "lockstep"
 *   started_at, ended_at     ISO 8601 UTC, "2026-09-14T08:15:30Z"; ended_at null while running
 *   guardian                 who would have switched the cell off if the program had died: "watched"; "watched, but for
 *                            N gaps"; "watched, goes on trying" (cell_off_verified is false; see guardian.json);
 *                            "none: simulated time", "none: not asked for"; null at the very start
 *   state                    "running", "completed", "stopped", "failed"; "held": a crash came between, and a person has to
 *                            say that it is to go on
 *   stopped_by               "" while running; "end_of_plan", "hard_short", "limit_voltage", "operator", ...
 *   detail                   one sentence
 *   cell_off_verified        bool: the instrument confirmed at the end that the cell is off
 *   test_time_s              s since the run began
 *   ccd_short_mA_cm2         |density| of the half-step of a ramp (ccd) in which a short was confirmed; null if none was,
 *                            or if the cell shorted in another procedure
 *   ccd_last_good_mA_cm2     |density| of the last half-step of a ramp completed before it; null if none
 *   first_soft_short_mA_cm2, first_polarization_mA_cm2, first_short_from_start_mA_cm2, first_short_or_sense_mA_cm2
 *                            |density| of the half-step with the first such warning or alarm; null if there was none. One that
 *                            came before the short says that ccd_short_mA_cm2 and ccd_last_good_mA_cm2 are not of a sound cell
 *   first_..._half_step      index of that half-step, from 1
 *   short_time_s             test time of the first sample of the short
 *   half_step_s              planned duration of a half-step: a number, or the list of different ones
 *   polarity                 "positive_first", "negative_first", "mixed" (procedures differ); null: no current
 *   increment_mA_cm2         of the first ccd procedure
 *   cumulative_capacity_mAh_cm2, net_capacity_mAh_cm2   per electrode area, since the run began
 *   area_cm2, thickness_mm   again, beside the numbers they belong to
 *   temperature_set_degC     of the chamber
 *   half_step_count          half-steps so far; more than are listed only when a test is too long to list
 *   per_half_step            [{index (from 1), step_count, cycle, density_mA_cm2 (signed), begin_s, planned_s,
 *                            duration_s, charge_mAh_cm2 (signed), unknown_before_mAh_cm2 (0, or: up to so much may
 *                            have flowed just before it and is in no charge: a start that was not answered),
 *                            unknown_end_mAh_cm2 (the same within duration_s at its end: the link was lost, and from
 *                            when the current was seen last nobody knows whether it flowed), voltage_first_V, voltage_last_V,
 *                            resistance_ohm (last valid), temperature_degC (mean),
 *                            limit_fraction_low, limit_fraction_high (most of the diffusion limit that was used in it
 *                            at the electrode it strips, as an interval; null if unknown; an index of exposure and
 *                            an upper bound, no prediction), samples, complete,
 *                            shorted, witnessed (false: the link was lost before its end was seen, and its
 *                            charge is what is known to have flowed), end ("duration", "voltage_max", ..., "none" while it runs)}]
 *   polarization             {found, and when and at which areal capacity of its half-step: t10 (resistance 10 % up
 *                            for a minute), t_inflect (the voltage bent upward most, +- t_inflect_unsure_s; null if it
 *                            did so to the end), t2x (twice the resistance), t_compl (compliance of the source, or the
 *                            voltage at which its step or the guard ends it): t10_s, t10_mAh_cm2, ...}; null where not
 *                            reached; of the first that was told, recovered since or not
 *   event_counts             {<event type>: count}, every type
 *   resume_count             how often the test went on after a crash
 *   resumes                  [{at (ISO 8601 UTC), cause ("program_lost", "power_lost"), since_s (test time of the latest row
 *                            before), time_s (test time at which it went on)}], the first of them
 *   files                    {table, metadata, quality, events, half_steps, experiment, rig}; names in the run folder
 */
#ifndef SG_HOST_RESULT_JSON_H
#define SG_HOST_RESULT_JSON_H

#include <stddef.h>

#include "host/recorder.h"
#include "host/run_folder.h"

/** Of result.json and of the tables beside it; higher when something is added. */
#define SG_RESULT_FORMAT 2

/** Storage that holds the result of a plan with so many steps. */
size_t sg_result_json_size(const struct sg_plan *plan);

/**
 * @param result   NULL before the first result
 * @return bytes written; 0 if size is too small even without the list of half-steps
 */
size_t sg_result_json(const struct sg_record_meta *meta, const struct sg_run_folder *folder,
		      const struct sg_result *result, const struct sg_run_summary *summary, char *storage,
		      size_t size);

#endif
