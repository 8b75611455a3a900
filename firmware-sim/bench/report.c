/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#define A_M2_TO_MA_CM2 0.1

/** ,"key":value with null for what is not a number, as JSON knows none. */
static void put(FILE *out, const char *key, double value)
{
	if (isfinite(value))
		fprintf(out, ",\"%s\":%.9g", key, value);
	else
		fprintf(out, ",\"%s\":null", key);
}

static const char *yes_no(bool value)
{
	return value ? "true" : "false";
}

static const char *polarity(const struct fw_cell_truth *truth)
{
	if (!truth->shorted || truth->short_a_m2 == 0.0)
		return "null";
	return truth->short_a_m2 > 0.0 ? "\"positive\"" : "\"negative\"";
}

static void write_cell(const struct fw_cell *cell, FILE *out)
{
	struct fw_cell_truth truth;

	fw_cell_get_truth(cell, &truth);
	fprintf(out, "{\"terminals_used\":%s,\"shorted\":%s,\"short_polarity\":%s",
		yes_no(truth.terminals_used), yes_no(truth.shorted), polarity(&truth));
	put(out, "short_time_s", truth.short_time_s);
	put(out, "short_current_density_mA_cm2", truth.short_a_m2 * A_M2_TO_MA_CM2);
	put(out, "visible_time_s", truth.visible_time_s);
	put(out, "half_step_current_visible_mA_cm2", truth.visible_a_m2 * A_M2_TO_MA_CM2);
	put(out, "short_ohm", truth.short_ohm);
	put(out, "resistance_ohm", truth.resistance_ohm);
	put(out, "depletion_a", truth.depletion_a);
	put(out, "depletion_b", truth.depletion_b);
	put(out, "depletion_threshold_a", truth.threshold_a);
	put(out, "depletion_threshold_b", truth.threshold_b);
	put(out, "contact_a", truth.contact_a);
	put(out, "contact_b", truth.contact_b);
	put(out, "charge_passed_c", truth.charge_c);
	put(out, "net_charge_c", truth.net_charge_c);
	put(out, "current_a", fw_cell_current(cell));
	put(out, "temperature_k", truth.temperature_k);
	fprintf(out, "}");
}

static void write_chamber(const struct fw_chamber *chamber, FILE *out)
{
	struct fw_chamber_truth truth;

	fw_chamber_get_truth(chamber, &truth);
	fprintf(out, "{\"running\":%s,\"door_openings\":%u", yes_no(truth.running),
		truth.door_openings);
	put(out, "air_k", truth.air_k);
	put(out, "nominal_k", truth.nominal_k);
	put(out, "lowest_k", truth.lowest_k);
	put(out, "highest_k", truth.highest_k);
	fprintf(out, "}");
}

static void write_line(const struct fw_line *line, FILE *out)
{
	const struct fw_fault_counts *c = &line->faults.counts;

	fprintf(out,
		"{\"chunks\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"lost_bytes\":%" PRIu64
		",\"dropped\":%" PRIu64 ",\"corrupted\":%" PRIu64 ",\"duplicated\":%" PRIu64
		",\"truncated\":%" PRIu64 ",\"delayed\":%" PRIu64 ",\"stalled\":%" PRIu64
		",\"hangups\":%" PRIu64 "}",
		c->chunks, line->carried_bytes, line->lost_bytes, c->dropped, c->corrupted,
		c->duplicated, c->truncated, c->delayed, c->stalled, c->hangups);
}

static void write_instrument(const struct fw_instrument *instrument, FILE *out)
{
	fprintf(out, "{\"name\":\"%s\",\"report\":", instrument->arguments->name);
	instrument->arguments->family->report(instrument->firmware, out);
	fprintf(out, ",\"unplugged\":%s,\"pulls\":%u,\"unheard_bytes\":%" PRIu64 ",\"to_host\":",
		yes_no(instrument->unplugged), instrument->pulls, instrument->unheard_bytes);
	write_line(instrument->to_host, out);
	fprintf(out, ",\"to_instrument\":");
	write_line(instrument->to_instrument, out);
	fprintf(out, ",\"cell\":");
	write_cell(instrument->cell, out);
	fprintf(out, "}");
}

/* The cell a reader means who knows of one: the first whose terminals anybody has held. */
static const struct fw_cell *main_cell(const struct fw_bench *bench)
{
	struct fw_cell_truth truth;

	for (unsigned i = 0; i < bench->count; i++) {
		fw_cell_get_truth(bench->instruments[i].cell, &truth);
		if (truth.terminals_used)
			return bench->instruments[i].cell;
	}
	return bench->instruments[0].cell;
}

void fw_report_write(const struct fw_bench *bench, FILE *out)
{
	fprintf(out, "{\"simulated\":true,\"seed\":%" PRIu64, bench->arguments->seed);
	put(out, "now_s", (double)bench->now_ns * 1e-9);
	fprintf(out, ",\n\"instruments\":[");
	for (unsigned i = 0; i < bench->count; i++) {
		fprintf(out, "%s\n", i ? "," : "");
		write_instrument(&bench->instruments[i], out);
	}
	fprintf(out, "],\n\"cell\":");
	write_cell(main_cell(bench), out);
	fprintf(out, ",\n\"chamber\":");
	write_chamber(bench->chamber, out);
	fprintf(out, "}\n");
}

bool fw_report_save(const struct fw_bench *bench, const char *path)
{
	char *part = NULL;
	bool good = false;
	FILE *out;

	if (asprintf(&part, "%s.part", path) < 0)
		return false;
	out = fopen(part, "w");
	if (out) {
		fw_report_write(bench, out);
		good = !ferror(out) && !fflush(out) && !fsync(fileno(out));
		good = !fclose(out) && good && !rename(part, path);
	}
	free(part);
	return good;
}
