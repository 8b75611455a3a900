/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The disk fills up while a current flows. A small file system, in a name space of this program alone; where mounting is
 * not allowed the test is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "scene.h"

static const char cycles[] = "  - cycle: {current: 2 mA/cm2, half_cycle: 100 s, count: 2}\n";
#define FULL_S 130.0

static char disk[] = "/tmp/sandglass-disk-XXXXXX";
static char filler[sizeof(disk) + 8];

/* Gone with this program. */
static bool make_small_disk(void)
{
	snprintf(filler, sizeof(filler), "%s/filler", disk);
	return !unshare(CLONE_NEWNS) && !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	       !mount("none", disk, "tmpfs", 0, "size=8m");
}

/* Page by page, to the last one that there is. */
static void fill(struct scene *scene, const struct sg_run_view *view)
{
	static char page[4096];
	FILE *file;

	if (!view->row || view->time_s < FULL_S || scene->mark > 0.0)
		return;
	scene->mark = view->time_s;
	memset(page, 'x', sizeof(page));
	file = fopen(filler, "w");
	assert_non_null(file);
	setvbuf(file, NULL, _IONBF, 0);
	while (fwrite(page, sizeof(page), 1, file) == 1)
		;
	fclose(file);
}

static void a_disk_that_is_full_ends_the_test_safely_and_the_documents_say_so(void **state)
{
	struct scene scene;
	char *result, *sidecar;

	(void)state;
	scene_init(&scene, &(struct scene_words){ .steps = cycles, .chamber = "" });
	scene.emu.sim_arguments = "--cell short=never";
	scene.emu.root = disk;
	scene.look = fill;
	emu_start(&scene.emu);
	scene_host(&scene);
	unlink(filler); /* the simulator's report needs room too */
	emu_end(&scene.emu);
	assert_true(scene.mark >= FULL_S);
	assert_stopped_by(&scene, "disk");
	assert_int_equal(scene.emu.err, SG_ERR_IO);
	assert_named_end(&scene);
	assert_cell_off(&scene);
	assert_true(scene_told(&scene, SG_EVENT_DISK, sg_err_text(SG_ERR_DISK_FULL)));
	/* Every row that was shown, every event, in the room that was kept for them. */
	assert_record_whole(&scene);
	assert_true(scene.table.last_time_s >= scene.mark);
	result = scene_file(&scene, "result.json");
	sidecar = scene_file(&scene, ".metadata.json");
	assert_non_null(strstr(result, "\"state\": \"failed\""));
	assert_non_null(strstr(result, "\"cell_off_verified\": true"));
	assert_null(strstr(result, "\"running\""));
	assert_null(strstr(sidecar, "\"running\""));
	free(result);
	free(sidecar);
	scene_free(&scene);
}

static void delete_folder(struct scene *scene, const struct sg_run_view *view)
{
	char command[256];

	if (!view->row || view->time_s < FULL_S || scene->mark > 0.0)
		return;
	scene->mark = view->time_s;
	snprintf(command, sizeof(command), "rm -r %s/*__*", scene->emu.folder);
	assert_int_equal(system(command), 0);
}

/* The descriptors go on to take what nobody will ever read. */
static void a_run_folder_that_is_deleted_ends_the_test_at_the_next_flush(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, &(struct scene_words){ .steps = cycles, .chamber = "" });
	scene.emu.sim_arguments = "--cell short=never";
	scene.look = delete_folder;
	scene_run(&scene);
	assert_true(scene.mark >= FULL_S);
	assert_stopped_by(&scene, "disk");
	assert_int_equal(scene.emu.err, SG_ERR_IO);
	assert_named_end(&scene);
	assert_cell_off(&scene);
	assert_true(scene_told(&scene, SG_EVENT_DISK, "somebody deleted the run folder"));
	/* In virtual time the tables are written at a change of step, here at 200 s. */
	assert_true(scene.emu.outcome.summary.test_time_s < 202.0);
	scene_free(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_that_is_full_ends_the_test_safely_and_the_documents_say_so),
		cmocka_unit_test(a_run_folder_that_is_deleted_ends_the_test_at_the_next_flush),
	};

	int status = 77;

	if (!mkdtemp(disk))
		return 1;
	if (make_small_disk()) {
		status = cmocka_run_group_tests(tests, NULL, NULL);
		umount(disk);
	} else {
		print_message("mounting is not allowed here: skipped\n");
	}
	rmdir(disk);
	return status;
}
