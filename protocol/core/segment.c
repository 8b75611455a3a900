/* SPDX-License-Identifier: Apache-2.0 */
#include "core/segment.h"

const char *sg_end_name(enum sg_end end)
{
	switch (end) {
	case SG_END_NONE:
		return "none";
	case SG_END_DURATION:
		return "duration";
	case SG_END_VOLTAGE_MAX:
		return "voltage_max";
	case SG_END_VOLTAGE_MIN:
		return "voltage_min";
	case SG_END_STOPPED:
		return "stopped";
	case SG_END_INSTRUMENT:
		return "instrument";
	}
	return "unknown";
}

const char *sg_mode_name(enum sg_mode mode)
{
	switch (mode) {
	case SG_MODE_REST:
		return "rest";
	case SG_MODE_GALVANOSTATIC:
		return "galvanostatic";
	case SG_MODE_POTENTIOSTATIC:
		return "potentiostatic";
	case SG_MODE_SPECTRUM:
		return "spectrum";
	}
	return "unknown";
}
