/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * JSON written into the caller's storage, member by member, on one line or with line breaks between
 * top-level members. Always well formed or refused as a whole: numbers that are not finite become
 * null, bytes that are not UTF-8 become U+FFFD, and what does not fit makes sg_json_end() return 0.
 *
 * Inside an array the key is NULL.
 */
#ifndef SG_FORMAT_JSON_LINE_H
#define SG_FORMAT_JSON_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SG_JSON_DEPTH 16

struct sg_json {
	char *data;
	size_t size;
	size_t length;
	unsigned depth;
	char close[SG_JSON_DEPTH]; /**< what ends each open level: '}' or ']' */
	bool empty[SG_JSON_DEPTH]; /**< nothing in this level yet */
	bool pretty;     /**< a line break before each member of the outermost two levels */
	bool overflow;   /**< of the storage or of the depth */
};

/** Begin with an open object. Storage is the caller's and stays alive. */
void sg_json_begin(struct sg_json *json, char *storage, size_t size, bool pretty);

void sg_json_open_object(struct sg_json *json, const char *key);
void sg_json_open_array(struct sg_json *json, const char *key);
/** Close the innermost open object or array; the outermost is closed by sg_json_end(). */
void sg_json_close(struct sg_json *json);

/** A number with so many significant digits; null if it is not finite. */
void sg_json_number(struct sg_json *json, const char *key, double value, int significant_digits);
void sg_json_integer(struct sg_json *json, const char *key, int64_t value);
void sg_json_boolean(struct sg_json *json, const char *key, bool value);
/** NULL text is null. */
void sg_json_string(struct sg_json *json, const char *key, const char *text);
void sg_json_null(struct sg_json *json, const char *key);

/**
 * Close everything that is open; finish with a line feed and a NUL.
 * @return bytes with the line feed, without the NUL; 0 if it did not fit
 */
size_t sg_json_end(struct sg_json *json);

#endif
