/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_detection_campaign: the detectors on cells made up from a seed, fed as `sandglass replay` feeds them, against
 * what was truly so. See README.md beside this file for what the cells are, and why.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "campaign.h"
#include "report.h"
#include "trace_file.h"

struct arguments {
	struct campaign campaign;
	bool list, seeds;
	bool one;           /* --show or --dump */
	uint64_t one_seed;
	const char *dump;   /* file, or NULL: show */
};

static void usage(FILE *out)
{
	fprintf(out,
		"usage: bench_detection_campaign [options]\n"
		"  --seed N        of the campaign (1)\n"
		"  --shorts N      300: 330 hard shorts and as many other events as the table of families says\n"
		"  --hours N       of healthy cells (30000)\n"
		"  --family NAME   this family of trials only\n"
		"  --list          name each miss, late or false alarm with the seed that brings it back\n"
		"  --seeds         name the trials instead of playing them\n"
		"  --show SEED     play one trial: what was true, what was said\n"
		"  --dump SEED FILE.csv[.gz]   write one trial as a trace, with FILE.json beside it\n");
}

static double now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static int parse(int argc, char **argv, struct arguments *a)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },   { "shorts", required_argument, NULL, 'n' },
		{ "hours", required_argument, NULL, 'h' },  { "family", required_argument, NULL, 'f' },
		{ "list", no_argument, NULL, 'l' },	    { "seeds", no_argument, NULL, 'e' },
		{ "show", required_argument, NULL, 'w' },   { "dump", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, '?' },	    { NULL, 0, NULL, 0 },
	};
	int c;

	*a = (struct arguments){ .campaign = { .seed = 1, .shorts = 300.0, .hours = 30000.0 } };
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (c) {
		case 's':
			a->campaign.seed = strtoull(optarg, NULL, 0);
			break;
		case 'n':
			a->campaign.shorts = strtod(optarg, NULL);
			break;
		case 'h':
			a->campaign.hours = strtod(optarg, NULL);
			break;
		case 'f':
			a->campaign.family = optarg;
			break;
		case 'l':
			a->list = true;
			break;
		case 'e':
			a->seeds = true;
			break;
		case 'w':
		case 'd':
			a->one = true;
			a->one_seed = strtoull(optarg, NULL, 0);
			if (c == 'd' && optind < argc)
				a->dump = argv[optind++];
			else if (c == 'd')
				return 2;
			break;
		default:
			return 2;
		}
	}
	return optind == argc && a->campaign.shorts >= 0.0 && a->campaign.hours >= 0.0 ? 0 : 2;
}

static void print_seeds(const struct campaign *c)
{
	for (size_t f = 0; f < family_count(); f++) {
		const struct family *family = family_at(f);
		/* of a healthy family as many as hours ask for; ten name it */
		const unsigned n = family->group == GROUP_HEALTHY ? 10 : family->count;

		for (unsigned i = 0; (!c->family || strcmp(c->family, family->name) == 0) && i < n; i++)
			printf("0x%016" PRIx64 " %s\n", family_seed(c->seed, f, i), family->name);
	}
}

static void print_trial(const struct trial *t)
{
	const struct truth *u = &t->truth;

	printf("%s: %s%s, %s of %g s, %s (%g s), %ld rows, %.2f h\n", t->family->name, cell_kind_name(t->kind),
	       t->pits ? " with late rise" : "", programme_name(t->programme.kind), t->programme.half_s,
	       sampling_name(t->sampling.class), t->sampling.dt_s, t->rows, t->ended_s / 3600.0);
	printf("  %.4g ohm (expected %.4g), %.4g A, %.4g V, noise %.3g V, compliance %.3g V (told %.3g), %s\n", t->steady_ohm,
	       t->expected_ohm, t->nominal_a, t->nominal_a * t->steady_ohm, meter_noise_v(&t->meter), t->compliance_v,
	       t->told_compliance_v, t->room.logged ? "temperature logged" : "temperature not logged");
	if (t->incident.kind != INCIDENT_NONE)
		printf("  incident %.3f to %.3f s\n", t->incident.start_s, t->incident.end_s);
	if (u->hard_n >= 0)
		printf("  hard short: low from row %ld, %.3f s; definition met at row %ld, %.3f s\n", u->low_n, u->low_s, u->hard_n,
		       u->hard_s);
	if (u->soft_n >= 0)
		printf("  soft short: from row %ld, %.3f s, to %.3f s, %.0f s in all, drop at most %.1f %%%s\n", u->soft_n,
		       u->soft_s, u->soft_last_s, u->soft_total_s, 100.0 * u->drop_max,
		       trial_is_buried(t) ? ", within noise" : "");
	if (u->over_10_n >= 0)
		printf("  excess: 5 %% at %.3f s, 10 %% at %.3f s, doubled at %.3f s\n", u->over_5_s, u->over_10_s, u->doubled_s);
}

static int show(uint64_t seed)
{
	static struct trial trial;
	struct alarms alarms = { .list = NULL };

	if (!trial_draw(&trial, seed)) {
		fprintf(stderr, "0x%016" PRIx64 ": no seed of a trial\n", seed);
		return 1;
	}
	if (!examine(EXAMINEE_REPLAY, &trial, &alarms)) {
		alarms_fini(&alarms);
		return 1;
	}
	print_trial(&trial);
	for (size_t i = 0; i < alarms.count; i++)
		printf("    said: %-16s at row %ld, %.3f s (%.3f s of the table), true drop %.3f\n", alarms.list[i].type,
		       alarms.list[i].n, alarms.list[i].true_s, alarms.list[i].table_s, alarms.list[i].drop);
	alarms_fini(&alarms);
	return 0;
}

int main(int argc, char **argv)
{
	static struct score score;
	struct arguments a;
	const double begin_s = now_s();
	bool good;

	if (parse(argc, argv, &a)) {
		usage(stderr);
		return 2;
	}
	if (a.one && a.dump)
		return trace_file_write(a.one_seed, a.dump) ? 0 : 1;
	if (a.one)
		return show(a.one_seed);
	if (a.seeds) {
		print_seeds(&a.campaign);
		return 0;
	}
	score_init(&score, a.list ? stdout : NULL);
	good = campaign_run(&a.campaign, &score);
	printf("campaign of seed %" PRIu64 ": %lu trials, %.0f healthy hours, %lu rows, in %.0f s; alarms' digest %016" PRIx64
	       "\n\n",
	       a.campaign.seed, a.campaign.trials, score.healthy.hours, score.all.rows, now_s() - begin_s, a.campaign.digest);
	report(&score, stdout);
	score_fini(&score);
	if (!good)
		fprintf(stderr, "out of memory\n");
	return good ? 0 : 1;
}
