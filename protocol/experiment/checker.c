/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/checker.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct sg_place sg_nowhere = { 0, 0 };

struct sg_place sg_place_of(const struct sg_procedure *procedure)
{
	return (struct sg_place){ procedure->line, procedure->column };
}

void sg_find(struct sg_checker *c, enum sg_severity severity, struct sg_place at, const char *format, ...)
{
	struct sg_check_report *report = c->report;
	struct sg_finding *finding;
	int wanted;
	va_list args;

	if (severity == SG_SEVERITY_ERROR)
		report->errors++;
	if (report->count == SG_FINDINGS_MAX) {
		report->dropped++;
		return;
	}
	finding = &report->findings[report->count++];
	finding->severity = severity;
	finding->line = at.line;
	finding->column = at.column;
	va_start(args, format);
	wanted = vsnprintf(finding->text, sizeof(finding->text), format, args);
	va_end(args);
	if (wanted >= (int)sizeof(finding->text))
		memcpy(finding->text + sizeof(finding->text) - 4, "...", 4);
}
