/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/methodscript_program.h"

#include <string.h>

bool fw_ms_vartype_is_known(const char vartype[2])
{
	/* first letter, and the second letters that exist with it */
	static const struct {
		char first;
		const char *second;
	} types[] = {
		{'a', "abcdefghistuvwxyz"}, {'b', "ab"},   {'c', "abcdefghijklmnopqrstuvwxyz"},
		{'d', "abcd"},              {'e', "abcdefg"}, {'h', "abcd"},
		{'i', "abcd"},              {'j', "abcd"},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (vartype[0] == types[i].first && vartype[1] != '\0' &&
		    strchr(types[i].second, vartype[1]))
			return true;
	return false;
}
