/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * CRC-32C (Castagnoli; as in iSCSI, ext4 and SCTP): finds every damage of up to 5 bits in 2 kB, every burst of up to 32
 * bits, and any other with a chance of all but one in 4e9. No protection against somebody who means it.
 */
#ifndef SG_FORMAT_CRC32C_H
#define SG_FORMAT_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/** Of these bytes, going on from the sum of those before them; 0 before the first. */
uint32_t sg_crc32c(uint32_t before, const void *bytes, size_t length);

#endif
