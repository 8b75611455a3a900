/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Reader of byte-exact vectors (tests/vectors/FORMAT.md): what an instrument and its host say to each
 * other, with the meaning and the evidence beside it. Plain C, so that the tests of the codecs and the
 * tests of the simulated firmware may each link it without meeting in one binary.
 */
#ifndef SG_TEST_VECTORS_H
#define SG_TEST_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** How good the evidence is. */
enum sg_vector_grade {
	SG_VECTOR_DOCUMENTED, /**< printed in a public document or in the maker's public code */
	SG_VECTOR_CAPTURED,   /**< seen on the wire of a real instrument */
	SG_VECTOR_COMPUTED,   /**< worked out by hand from a documented formula or layout */
};

/** Who says it. */
enum sg_vector_dir {
	SG_VECTOR_HOST_TO_DEVICE,
	SG_VECTOR_DEVICE_TO_HOST,
	SG_VECTOR_BOTH, /**< a conversation */
};

/** One turn of a conversation. */
enum sg_vector_step_kind {
	SG_VECTOR_SEND,        /**< the host sends these bytes */
	SG_VECTOR_EXPECT,      /**< exactly these bytes come next from the device */
	SG_VECTOR_EXPECT_LINE, /**< one whole line comes next that begins with these bytes */
	SG_VECTOR_SKIP_LINES,  /**< pass over lines (also none) that begin with these bytes */
	SG_VECTOR_WAIT,        /**< time passes; what arrives meanwhile stays queued */
	SG_VECTOR_SILENT,      /**< nothing is queued and nothing arrives during this time */
};

struct sg_vector_step {
	enum sg_vector_step_kind kind;
	unsigned int line;    /**< in the file, for messages */
	const uint8_t *bytes; /**< not for WAIT and SILENT */
	size_t length;
	uint32_t time_ms; /**< WAIT and SILENT only */
};

/** One word of `means:`. */
struct sg_vector_word {
	const char *key;
	const char *value; /**< without its quotes, escapes resolved */
};

/** One block of a file. All pointers live as long as the struct sg_vectors they came from. */
struct sg_vector {
	const char *file;
	unsigned int line; /**< of `name:` */
	const char *name;
	const char *kind; /**< open list; a test fails on a kind it does not know */
	enum sg_vector_dir dir;
	enum sg_vector_grade grade;
	const char *source;
	const uint8_t *bytes; /**< NULL if the block has none (conversations, refused literals) */
	size_t length;
	const struct sg_vector_word *words;
	size_t word_count;
	const struct sg_vector_step *steps;
	size_t step_count;
};

/** The blocks of one file. */
struct sg_vectors;

/**
 * Read a file of vectors.
 *
 * @param path       file to read
 * @param out        written only on success; free with sg_vectors_free()
 * @param diag       receives "file:line: what is wrong" on failure
 *
 * @retval 0   every block of the file is well-formed
 * @retval -1  it cannot be read, or a line is malformed
 */
int sg_vectors_load(const char *path, struct sg_vectors **out, char *diag, size_t diag_size);

/** As sg_vectors_load(), from memory; label stands for the file's name. The text is copied. */
int sg_vectors_parse(const char *label, const char *text, size_t length, struct sg_vectors **out,
		     char *diag, size_t diag_size);

/** Free all blocks; NULL is fine. */
void sg_vectors_free(struct sg_vectors *vectors);

size_t sg_vectors_count(const struct sg_vectors *vectors);

/** The index-th block, in the order of the file; index < sg_vectors_count(). */
const struct sg_vector *sg_vectors_get(const struct sg_vectors *vectors, size_t index);

/** Value of a word of `means:`, or NULL if the vector does not have it. */
const char *sg_vector_word(const struct sg_vector *vector, const char *key);

/** A word as a number (also nan, inf, -inf). False if it is absent or is not wholly a number. */
bool sg_vector_number(const struct sg_vector *vector, const char *key, double *out);

/** A word as an integer, decimal or 0x hexadecimal. False if it is absent or not wholly one. */
bool sg_vector_integer(const struct sg_vector *vector, const char *key, int64_t *out);

#endif
