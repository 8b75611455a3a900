/* SPDX-License-Identifier: Apache-2.0 */
#include "identity.h"

#include <string.h>

static bool both_have(const char *a, const char *b)
{
	return a[0] && b[0];
}

bool sg_identity_same(const struct sg_identity *before, const struct sg_identity *now)
{
	if (strcmp(before->family, now->family) != 0)
		return false;
	/* One that had a number, or a mark, and now has none is another: numbers do not wear off. */
	if (strcmp(before->serial, now->serial) != 0 || strcmp(before->mark, now->mark) != 0)
		return false;
	if (now->serial[0] || now->mark[0])
		return true;
	return both_have(before->place, now->place) && strcmp(before->place, now->place) == 0;
}
