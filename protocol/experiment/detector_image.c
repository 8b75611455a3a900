/* SPDX-License-Identifier: Apache-2.0 */
#include "experiment/detector_image.h"

#include <string.h>

#include "format/crc32c.h"

/* Bytes of an image this program does not know are passed over: more than this is none. */
#define FOREIGN_MAX (64u * 1024u)

uint32_t sg_detector_layout(void)
{
	/* the text of state.h, by the build; and what a compiler or a machine makes of it */
	static const char text[] = SG_DETECT_STATE_SUM;
	const uint32_t one = 1;
	uint32_t sizes[] = { sizeof(struct sg_detector), sizeof(struct sg_phase_bin), sizeof(struct sg_baseline),
			     sizeof(struct sg_long_step), sizeof(enum sg_history) };
	uint32_t sum = sg_crc32c(0, text, sizeof(text));

	sum = sg_crc32c(sum, sizes, sizeof(sizes));
	return sg_crc32c(sum, &one, sizeof(one));
}

void sg_detector_image_save(struct sg_walk *walk, const struct sg_detector *detector)
{
	uint32_t layout = sg_detector_layout(), size = sizeof(*detector);
	uint32_t crc = sg_crc32c(0, detector, sizeof(*detector));
	struct sg_detector copy;

	memcpy(&copy, detector, sizeof(copy)); /* what is between the members, too: the sum is over all of it */
	sg_walk_u32(walk, &layout);
	sg_walk_u32(walk, &size);
	sg_walk_bytes(walk, &copy, sizeof(copy));
	sg_walk_u32(walk, &crc);
}

/* Of another layout: where it ends is all that is of interest. */
static bool pass_over(struct sg_walk *walk, uint32_t size)
{
	uint32_t crc = 0;
	uint8_t byte;

	sg_walk_must(walk, size <= FOREIGN_MAX);
	for (uint32_t i = 0; i < size && !walk->bad; i++)
		sg_walk_bytes(walk, &byte, 1);
	sg_walk_u32(walk, &crc);
	return false;
}

bool sg_detector_image_restore(struct sg_walk *walk, struct sg_detector *detector)
{
	uint32_t layout = 0, size = 0, crc = 0;
	struct sg_detector copy;

	sg_walk_u32(walk, &layout);
	sg_walk_u32(walk, &size);
	if (walk->bad || layout != sg_detector_layout() || size != sizeof(copy))
		return pass_over(walk, size);
	sg_walk_bytes(walk, &copy, sizeof(copy));
	sg_walk_u32(walk, &crc);
	sg_walk_must(walk, crc == sg_crc32c(0, &copy, sizeof(copy)));
	if (walk->bad)
		return false;
	memcpy(detector, &copy, sizeof(copy));
	return true;
}
