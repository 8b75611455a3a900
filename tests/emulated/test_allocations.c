/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between allocation_mark(true) and allocation_mark(false) nothing allocates, so that a run of months cannot leak.
 * This program is its own malloc: what the C library asks for inside itself counts too.
 *
 * One exception by name: a link that was lost is opened anew, and that allocates the device and its transport.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"

/* Source: GNU C library, manual, "Replacing malloc": these names stay the library's own. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *at, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

/* The run is on this thread and there is no other. */
static volatile bool watching; /* volatile: a compiler knows malloc, and that it does not look at this */
static volatile unsigned long allocations;
static volatile size_t last_size;

static void count(size_t size)
{
	if (!watching)
		return;
	allocations = allocations + 1;
	last_size = size;
}

void *malloc(size_t size)
{
	count(size);
	return __libc_malloc(size);
}

void *calloc(size_t items, size_t size)
{
	count(items * size);
	return __libc_calloc(items, size);
}

void *realloc(void *at, size_t size)
{
	count(size);
	return __libc_realloc(at, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	count(size);
	return __libc_memalign(alignment, size);
}

int posix_memalign(void **at, size_t alignment, size_t size)
{
	count(size);
	*at = __libc_memalign(alignment, size);
	return *at ? 0 : ENOMEM;
}

static unsigned marks;

static void mark(bool running)
{
	marks++;
	watching = running;
}

static void run_watched(struct scene *scene)
{
	marks = 0;
	allocations = 0;
	scene->emu.allocation_mark = mark;
	scene_run(scene);
	watching = false;
	assert_int_equal(marks, 2); /* it began and it ended */
}

static void assert_none(const char *legend)
{
	print_message("  %-48s %lu allocations\n", legend, allocations);
	if (allocations)
		fail_msg("%s: %lu allocations, the last of %zu bytes", legend, allocations, last_size);
}

/* Or the counter counts nothing and all the rest is empty. */
static void the_counter_sees_what_the_program_and_the_c_library_allocate(void **state)
{
	void *volatile at;
	FILE *file;

	(void)state;
	allocations = 0;
	watching = true;
	at = malloc(10);
	watching = false;
	free(at);
	assert_int_equal(allocations, 1);
	allocations = 0;
	watching = true;
	file = fopen("/dev/null", "r");
	watching = false;
	assert_non_null(file);
	fclose(file);
	assert_true(allocations >= 1);
}

static void a_ramp_that_shorts_allocates_nothing(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.temperature = "set: 25 degC, tolerance: 0.3 K, soak: 1 min, at_end: off",
		.steps = "  - rest: 30 s\n"
			 "  - ccd: {from: 1 mA/cm2, to: 9 mA/cm2, increment: 1 mA/cm2, half_step: 300 s, rest: 10 s}\n" });
	scene.emu.chamber_arguments = "--options error_at_s=800,error=1";
	run_watched(&scene);
	assert_stopped_by(&scene, "hard_short");
	assert_int_equal(emu_count(&scene.emu, SG_EVENT_CHAMBER_ALARM), 1);
	assert_none("soak, rest, ramp, alarm of the chamber, short");
	scene_free(&scene);
}

static void holds_changes_of_temperature_and_damaged_lines_allocate_nothing(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.steps = "  - cycle: {current: 2 mA/cm2, half_cycle: 300 s, count: 2}\n"
			 "  - temperature: {set: 30 degC, soak: 1 min}\n"
			 "  - polarize: {current: 0.1 mA/cm2, duration: 100 s}\n" });
	scene.emu.sim_arguments = "--cell short=never --chamber ambient_k=290,door_at_s=1200,door_open_s=120";
	scene.emu.potentiostat_arguments = "--faults drop=0.005,corrupt=0.005,delay=0.01,duplicate=0.01";
	scene.emu.chamber_arguments = "--faults drop=0.02,corrupt=0.02";
	scene.emu.seed = 2;
	run_watched(&scene);
	assert_true(scene_told(&scene, SG_EVENT_TEMPERATURE, "hold"));
	assert_true(emu_count(&scene.emu, SG_EVENT_COMMUNICATION) > 0);
	assert_stopped_by(&scene, "end_of_plan");
	assert_none("hold, change of temperature, damaged lines");
	scene_free(&scene);
}

static void a_limit_and_a_silent_instrument_allocate_nothing(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.chamber = "", .steps = "  - polarize: {current: 2 mA/cm2, duration: 300 s}\n" });
	scene.emu.sim_arguments = "--cell short=never,bulk_ohm=5000";
	run_watched(&scene);
	assert_stopped_by(&scene, "limit_voltage");
	assert_none("voltage limit");
	scene_free(&scene);

	scene_init(&scene, &(struct scene_words){
		.chamber = "", .steps = "  - polarize: {current: 2 mA/cm2, duration: 300 s}\n" });
	scene.emu.potentiostat_arguments = "--faults stall_at_s=100,stall_s=1000";
	scene.emu.settle_s = 300.0;
	run_watched(&scene);
	assert_stopped_by(&scene, "silence");
	assert_none("silence, not shown to be off");
	scene_free(&scene);
}

static void only_a_lost_link_that_is_opened_anew_allocates(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){
		.chamber = "", .steps = "  - polarize: {current: 2 mA/cm2, duration: 300 s}\n" });
	scene.emu.potentiostat_arguments = "--faults hangup_at_s=100,return_s=2";
	run_watched(&scene);
	assert_stopped_by(&scene, "end_of_plan");
	assert_cell_off(&scene);
	print_message("  a cable pulled and put back: %lu allocations\n", allocations);
	/* A device and a transport, for each of the few times it was tried. */
	assert_true(allocations >= 2 && allocations <= 20);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_counter_sees_what_the_program_and_the_c_library_allocate),
		cmocka_unit_test(a_ramp_that_shorts_allocates_nothing),
		cmocka_unit_test(holds_changes_of_temperature_and_damaged_lines_allocate_nothing),
		cmocka_unit_test(a_limit_and_a_silent_instrument_allocate_nothing),
		cmocka_unit_test(only_a_lost_link_that_is_opened_anew_allocates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
