/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/emstat4_script.h"

#include <math.h>

#include "core/segment_check.h"
#include "wire/methodscript_literal.h"

/* A number on its way into a line; lives to the end of the full expression it is made in. */
struct literal {
	char text[SG_METHODSCRIPT_LITERAL_SIZE];
};

/* What cannot be written becomes a word no instrument takes; checked numbers never get there. */
static struct literal literal(double value)
{
	struct literal out = { "?" };

	if (sg_methodscript_literal(value, out.text))
		out.text[0] = '?';
	return out;
}

/* ---- may it be run? ---- */

enum sg_err sg_emstat4_check(const struct sg_potentiostat_caps *caps, const struct sg_segment *segments,
			     size_t count, size_t *fits, struct sg_text *why)
{
	char storage[SG_EMSTAT4_SCRIPT_MAX + 1];
	struct sg_text script;
	double total_s = 0.0;
	size_t chained = 0;
	enum sg_err err = sg_segments_check(caps, segments, count, why);

	*fits = 0;
	if (err)
		return err;
	while (chained < count && chained < caps->sequence_max) {
		total_s += segments[chained].duration_s;
		if (total_s > caps->duration_max_s)
			break;
		chained++;
	}
	sg_text_init(&script, storage, sizeof(storage));
	while (chained > 1 && sg_emstat4_script(segments, chained, &script) != SG_OK)
		chained--;
	*fits = chained;
	return SG_OK;
}

/* ---- the program ---- */

static double voltage_range_v(const struct sg_segment *segments, size_t count)
{
	double largest_v = 0.0;

	for (size_t i = 0; i < count; i++)
		largest_v = fmax(largest_v, fmax(fabs(segments[i].voltage_min_v), fabs(segments[i].voltage_max_v)));
	return largest_v;
}

/* The branch that a voltage beyond its limit takes: say which, and leave the loop. */
static void add_limit(struct sg_text *out, char comparison, double limit_v, size_t result)
{
	sg_text_add(out, "    if p %c %s\n", comparison, literal(limit_v).text);
	sg_text_add(out, "      store_var s %zui ja\n", result);
	sg_text_add(out, "      breakloop\n");
	sg_text_add(out, "    endif\n");
}

static void add_segment(struct sg_text *out, const struct sg_segment *s, size_t index)
{
	sg_text_add(out, "if s < 1i\n");
	sg_text_add(out, "  meas_loop_cp p c %s %s %s\n", literal(s->set_value).text, literal(s->interval_s).text,
		    literal(s->duration_s).text);
	sg_text_add(out, "    timer_get t\n"
			 "    pck_start\n"
			 "      pck_add t\n"
			 "      pck_add c\n"
			 "      pck_add p\n"
			 "    pck_end\n");
	add_limit(out, '>', s->voltage_max_v, 2 * index + 1);
	add_limit(out, '<', s->voltage_min_v, 2 * index + 2);
	sg_text_add(out, "  endloop\n"
			 "endif\n");
}

static void add_galvanostatic(struct sg_text *out, const struct sg_segment *segments, size_t count)
{
	sg_text_add(out, "e\n"
			 "var t\n"
			 "var c\n"
			 "var p\n"
			 "var s\n"
			 "set_pgstat_chan 0\n"
			 "set_pgstat_mode 6\n"
			 "set_max_bandwidth 60\n");
	sg_text_add(out, "set_range ab %s\n", literal(voltage_range_v(segments, count)).text);
	sg_text_add(out, "set_range db %s\n", literal(segments[0].range_a).text);
	sg_text_add(out, "set_autoranging db %s %s\n", literal(segments[0].range_a).text,
		    literal(segments[0].range_a).text);
	sg_text_add(out, "set_acquisition_frac_autoadjust 50\n"
			 "store_var s 0i ja\n"
			 "set_i 0\n"
			 "cell_on\n"
			 "timer_start\n");
	for (size_t i = 0; i < count; i++)
		add_segment(out, &segments[i], i);
	sg_text_add(out, "pck_start\n"
			 "  pck_add s\n"
			 "pck_end\n"
			 "on_finished:\n"
			 "  cell_off\n"
			 "\n");
}

static void add_rest(struct sg_text *out, const struct sg_segment *s)
{
	sg_text_add(out, "e\n"
			 "var t\n"
			 "var p\n"
			 "set_pgstat_chan 0\n"
			 "set_pgstat_mode 2\n"
			 "set_max_bandwidth 60\n");
	sg_text_add(out, "set_range ab %s\n", literal(voltage_range_v(s, 1)).text);
	sg_text_add(out, "cell_off\n"
			 "timer_start\n");
	sg_text_add(out, "meas_loop_ocp p %s %s\n", literal(s->interval_s).text, literal(s->duration_s).text);
	sg_text_add(out, "  timer_get t\n"
			 "  pck_start\n"
			 "    pck_add t\n"
			 "    pck_add p\n"
			 "  pck_end\n"
			 "endloop\n"
			 "on_finished:\n"
			 "  cell_off\n"
			 "\n");
}

static bool share_one_program(const struct sg_segment *segments, size_t count)
{
	if (count == 0 || count > SG_EMSTAT4_SEGMENTS_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!isfinite(segments[i].interval_s) || !isfinite(segments[i].duration_s) ||
		    !isfinite(segments[i].voltage_min_v) || !isfinite(segments[i].voltage_max_v))
			return false;
	}
	if (segments[0].mode == SG_MODE_REST)
		return count == 1;
	for (size_t i = 0; i < count; i++) {
		if (segments[i].mode != SG_MODE_GALVANOSTATIC || !isfinite(segments[i].set_value) ||
		    !sg_segment_same_range(segments[i].range_a, segments[0].range_a))
			return false;
	}
	return true;
}

enum sg_err sg_emstat4_script(const struct sg_segment *segments, size_t count, struct sg_text *out)
{
	sg_text_clear(out);
	if (!share_one_program(segments, count))
		return SG_ERR_ARGUMENT;
	if (segments[0].mode == SG_MODE_REST)
		add_rest(out, &segments[0]);
	else
		add_galvanostatic(out, segments, count);
	if (!out->truncated && out->length <= SG_EMSTAT4_SCRIPT_MAX)
		return SG_OK;
	sg_text_clear(out);
	return SG_ERR_ARGUMENT;
}

const char *sg_emstat4_script_verify_off(void)
{
	return "e\n"
	       "var p\n"
	       "set_pgstat_chan 0\n"
	       "cell_off\n"
	       "set_pgstat_mode 2\n"
	       "set_max_bandwidth 60\n"
	       "cell_off\n"
	       "meas_loop_ocp p 100m 100m\n"
	       "  pck_start\n"
	       "    pck_add p\n"
	       "  pck_end\n"
	       "endloop\n"
	       "\n";
}

const char *sg_emstat4_script_cell_off(void)
{
	return "e\n"
	       "set_pgstat_chan 0\n"
	       "cell_off\n"
	       "\n";
}
