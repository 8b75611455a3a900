/* SPDX-License-Identifier: Apache-2.0 */
#include "format/crc32c.h"

/*
 * Half a byte at a time: the table can be checked by eye, and ten kilobytes once a minute need no more.
 * Source: polynomial and check value ("123456789" gives E3069283) of RFC 3720, B.4 and the catalogue of Koopman.
 */
static const uint32_t steps[16] = {
	0x00000000, 0x105EC76F, 0x20BD8EDE, 0x30E349B1, 0x417B1DBC, 0x5125DAD3, 0x61C69362, 0x7198540D,
	0x82F63B78, 0x92A8FC17, 0xA24BB5A6, 0xB21572C9, 0xC38D26C4, 0xD3D3E1AB, 0xE330A81A, 0xF36E6F75,
};

uint32_t sg_crc32c(uint32_t before, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	uint32_t crc = ~before;

	for (size_t i = 0; i < length; i++) {
		crc ^= at[i];
		crc = (crc >> 4) ^ steps[crc & 15u];
		crc = (crc >> 4) ^ steps[crc & 15u];
	}
	return ~crc;
}
