/* SPDX-License-Identifier: Apache-2.0 */
#include "model_plot.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static const char *terminal_for(const char *path)
{
	const size_t length = strlen(path);
	const char *end = length >= 4 ? path + length - 4 : path;

	if (strcmp(end, ".png") == 0)
		return "pngcairo size 1200,900 font ',18'";
	if (strcmp(end, ".svg") == 0)
		return "svg size 1200,900 font ',18' background 'white'";
	return NULL;
}

static enum sg_err check_path(const char *path, struct sg_text *why)
{
	if (!terminal_for(path)) {
		sg_text_add(why, "%s: a picture's name ends in .png or .svg", path);
		return SG_ERR_ARGUMENT;
	}
	for (const char *c = path; *c; c++) {
		if ((unsigned char)*c < ' ') { /* a line of gnuplot would end there */
			sg_text_add(why, "there is a control character in the picture's name");
			return SG_ERR_ARGUMENT;
		}
	}
	return SG_OK;
}

/* In single quotes gnuplot takes everything literally but the quote itself, which is written twice. */
static void write_quoted(FILE *out, const char *text)
{
	fputc('\'', out);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', out);
		fputc(*text, out);
	}
	fputc('\'', out);
}

static void write_curves(const struct sg_model_curves *c, FILE *out)
{
	for (size_t i = 0; i < c->count; i++) {
		fprintf(out, "$curve%zu << END\n", i);
		for (size_t k = 0; k < c->points; k++)
			fprintf(out, "%.9g %.9g\n", c->density_ma_cm2[k], sg_curve_charge_mah_cm2(c, i, k));
		fprintf(out, "END\n");
	}
	for (size_t i = 0; i < c->count; i++) {
		char storage[64];
		struct sg_text legend;

		sg_text_init(&legend, storage, sizeof(storage));
		sg_curve_legend(&c->curve[i], &legend);
		fprintf(out, "%s$curve%zu using 1:2 with linespoints linewidth 2 pointsize 0.6 title ", i ? ", " : "plot ", i);
		write_quoted(out, legend.data);
	}
	fputc('\n', out);
}

static void write_script(const struct sg_model_curves *c, const char *path, FILE *out)
{
	fprintf(out, "set terminal %s\nset output ", terminal_for(path));
	write_quoted(out, path);
	fprintf(out, "\nset logscale xy\nset grid\nset key outside bottom center horizontal\n"
		     "set xlabel 'current density / mA cm^{-2}'\nset ylabel 'areal charge to f = 1 / mAh cm^{-2}'\n"
		     "set title \"Sand-type diffusion limit%s\\nan upper bound on charge, not a prediction of a short\"\n",
		isnan(c->thickness_um) ? "" : ", finite thickness");
	write_curves(c, out);
}

/* @return gnuplot's exit status, or -1 with errno */
static int run_gnuplot(const struct sg_model_curves *curves, const char *path)
{
	char name[] = "gnuplot";
	char *const argv[] = { name, NULL };
	posix_spawn_file_actions_t actions;
	int pipe_fd[2], status, err;
	FILE *script;
	pid_t child;

	if (pipe(pipe_fd) != 0)
		return -1;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addclose(&actions, pipe_fd[1]);
	posix_spawn_file_actions_adddup2(&actions, pipe_fd[0], STDIN_FILENO);
	err = posix_spawnp(&child, name, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(pipe_fd[0]);
	script = err ? NULL : fdopen(pipe_fd[1], "w");
	if (!script) {
		err = err ? err : errno;
		close(pipe_fd[1]);
		if (err != ENOENT)
			fprintf(stderr, "gnuplot: %s\n", strerror(err));
		errno = err;
		return -1;
	}
	write_script(curves, path, script);
	fclose(script);
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

enum sg_err sg_model_plot(const struct sg_model_curves *curves, const char *path, struct sg_text *why)
{
	enum sg_err err = check_path(path, why);
	struct sigaction ignored = { .sa_handler = SIG_IGN }, before;
	int status;

	if (err)
		return err;
	sigaction(SIGPIPE, &ignored, &before); /* of a gnuplot that has gone: its exit status tells */
	status = run_gnuplot(curves, path);
	sigaction(SIGPIPE, &before, NULL);
	if (status == 0)
		return SG_OK;
	if (status < 0 && errno == ENOENT) {
		sg_text_add(why, "pictures are drawn by gnuplot, which is not installed: sudo apt-get install gnuplot-nox");
		return SG_ERR_NOT_FOUND;
	}
	sg_text_add(why, "%s: gnuplot could not write it", path);
	return SG_ERR_IO;
}
