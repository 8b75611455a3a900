/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a bad cable. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "transport/faulty.h"

#define PREFIX "faulty:"
#define EXAMPLE "faulty:seed=7,drop=1e-3,lie=1e-4:serial:/dev/ttyACM0"
#define LONGEST_S 3600.0

static const char *const names[SG_FAULTS + 1] = {
	[SG_FAULT_DROP] = "drop",	    [SG_FAULT_DUPLICATE] = "duplicate", [SG_FAULT_CORRUPT] = "corrupt",
	[SG_FAULT_TRUNCATE] = "truncate",   [SG_FAULT_DELAY] = "delay",	    [SG_FAULT_STALL] = "stall",
	[SG_FAULT_DISCONNECT] = "disconnect", [SG_FAULT_LIE] = "lie",	    [SG_FAULTS] = "none",
};

const char *sg_fault_name(enum sg_fault fault)
{
	return names[fault];
}

uint64_t sg_fault_total(const struct sg_fault_counts *counts)
{
	uint64_t total = 0;

	for (int i = 0; i < SG_FAULTS; i++)
		total += counts->hit[i];
	return total;
}

void sg_fault_say(const struct sg_fault_counts *counts, struct sg_text *out)
{
	const char *between = ": ";

	sg_text_add(out, "%llu of %llu chunks", (unsigned long long)sg_fault_total(counts),
		    (unsigned long long)counts->chunks);
	for (int i = 0; i < SG_FAULTS; i++) {
		if (!counts->hit[i])
			continue;
		sg_text_add(out, "%s%s %llu", between, names[i], (unsigned long long)counts->hit[i]);
		between = ", ";
	}
}

bool sg_faulty_is(const char *uri)
{
	return strncmp(uri, PREFIX, strlen(PREFIX)) == 0;
}

const char *sg_faulty_inner(const char *uri)
{
	const char *end = sg_faulty_is(uri) ? strchr(uri + strlen(PREFIX), ':') : NULL;

	return end ? end + 1 : uri;
}

static bool number(const char *value, double low, double high, double *out)
{
	char *end;
	const double read = strtod(value, &end);

	if (end == value || *end || !(read >= low && read <= high))
		return false;
	*out = read;
	return true;
}

static bool take_way(const char *value, struct sg_fault_plan *plan)
{
	plan->to_host = strcmp(value, "both") == 0 || strcmp(value, "host") == 0;
	plan->to_instrument = strcmp(value, "both") == 0 || strcmp(value, "instrument") == 0;
	return plan->to_host || plan->to_instrument;
}

static bool take_seed(const char *value, struct sg_fault_plan *plan)
{
	char *end;

	plan->seed = strtoull(value, &end, 10);
	return end != value && !*end && strspn(value, "0123456789") == strlen(value);
}

static bool take_word(const char *key, const char *value, struct sg_fault_plan *plan)
{
	if (strcmp(key, "seed") == 0)
		return take_seed(value, plan);
	if (strcmp(key, "way") == 0)
		return take_way(value, plan);
	if (strcmp(key, "delay_s") == 0)
		return number(value, 0.0, LONGEST_S, &plan->delay_s);
	if (strcmp(key, "stall_s") == 0)
		return number(value, 0.0, LONGEST_S, &plan->stall_s);
	for (int i = 0; i < SG_FAULTS; i++) {
		if (strcmp(key, names[i]) == 0)
			return number(value, 0.0, 1.0, &plan->rate[i]);
	}
	return false;
}

static enum sg_err take_words(char *words, const char *uri, struct sg_fault_plan *plan, struct sg_text *why)
{
	double sum = 0.0;
	char *rest = words;
	char *word;

	while ((word = strtok_r(rest, ",", &rest))) {
		char *equals = strchr(word, '=');

		if (equals)
			*equals = '\0';
		if (!equals || !take_word(word, equals + 1, plan)) {
			sg_text_add(why, "\"%s\": \"%s\" is not understood; it would be seed=N, delay_s=S, stall_s=S, "
				    "way=both|host|instrument, or a rate from 0 to 1 of drop, duplicate, corrupt, truncate, delay, "
				    "stall, disconnect, lie: " EXAMPLE, uri, word);
			return SG_ERR_ARGUMENT;
		}
	}
	for (int i = 0; i < SG_FAULTS; i++)
		sum += plan->rate[i];
	if (sum <= 1.0)
		return SG_OK;
	sg_text_add(why, "\"%s\": the rates are %g together, and a chunk meets one fault at most", uri, sum);
	return SG_ERR_ARGUMENT;
}

enum sg_err sg_faulty_plan(const char *uri, struct sg_fault_plan *out, struct sg_text *why)
{
	struct sg_fault_plan plan = { .seed = 1, .delay_s = 0.5, .stall_s = 5.0, .to_host = true, .to_instrument = true };
	const char *inner = sg_faulty_inner(uri);
	char words[SG_FAULTY_WORDS_MAX];
	size_t length;
	enum sg_err err;

	if (inner == uri || sg_faulty_is(inner) || inner - uri > SG_FAULTY_WORDS_MAX) {
		sg_text_add(why, "\"%s\": a bad cable is up to %d characters before the address of a port: " EXAMPLE, uri,
			    SG_FAULTY_WORDS_MAX);
		return SG_ERR_ARGUMENT;
	}
	length = (size_t)(inner - uri) - strlen(PREFIX) - 1;
	memcpy(words, uri + strlen(PREFIX), length);
	words[length] = '\0';
	err = take_words(words, uri, &plan, why);
	if (!err)
		*out = plan;
	return err;
}
