/* SPDX-License-Identifier: Apache-2.0 */
#include "format/events_table.h"

#include <math.h>

#include "core/units.h"
#include "format/csv_line.h"

static const char *const header[] = {
	"time_s", "unix_time_s", "type", "grade", "since_s", "step_count", "value", "reference", "text", "unit",
};

size_t sg_events_header(char *storage, size_t size)
{
	struct sg_csv_line line;
	size_t i;

	sg_csv_begin(&line, storage, size);
	for (i = 0; i < sizeof(header) / sizeof(header[0]); i++)
		sg_csv_text(&line, header[i]);
	return sg_csv_end(&line);
}

size_t sg_events_line(const struct sg_event *event, int64_t utc_ns, char *storage, size_t size)
{
	struct sg_csv_line line;

	sg_csv_begin(&line, storage, size);
	sg_csv_fixed(&line, event->time_s, 3);
	sg_csv_fixed(&line, utc_ns < 0 ? NAN : sg_seconds(utc_ns), 3);
	sg_csv_text(&line, sg_event_name(event->type));
	sg_csv_text(&line, sg_grade_name(event->grade));
	sg_csv_fixed(&line, event->since_s, 3);
	sg_csv_integer(&line, event->step);
	sg_csv_number(&line, event->value, 9);
	sg_csv_number(&line, event->reference, 9);
	sg_csv_text(&line, event->text);
	sg_csv_text(&line, sg_unit_name(sg_event_unit(event)));
	return sg_csv_end(&line);
}
