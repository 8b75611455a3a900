/* SPDX-License-Identifier: Apache-2.0 */
#include "firmware/emstat4_capabilities.h"

#include <stddef.h>
#include <string.h>

#include "firmware/methodscript_command.h"

static void set_bit(unsigned char nibbles[FW_ES4_CAPABILITY_DIGITS], int bit)
{
	if (bit >= 0 && bit < 4 * FW_ES4_CAPABILITY_DIGITS)
		nibbles[bit / 4] |= (unsigned char)(1u << (bit % 4));
}

/* most significant digit first */
static void write_hex(const unsigned char nibbles[FW_ES4_CAPABILITY_DIGITS],
		      char text[FW_ES4_CAPABILITY_DIGITS + 1])
{
	for (size_t i = 0; i < FW_ES4_CAPABILITY_DIGITS; i++)
		text[i] = "0123456789ABCDEF"[nibbles[FW_ES4_CAPABILITY_DIGITS - 1 - i]];
	text[FW_ES4_CAPABILITY_DIGITS] = '\0';
}

void fw_es4_communication_capabilities(char text[FW_ES4_CAPABILITY_DIGITS + 1])
{
	/*
	 * t CC CM l r e i v m h H Z Y. Not S and G, since no register is simulated, not R, since
	 * no CV is, and not the boot loader, the script store and the files.
	 * Source of the bits: PalmSens/palmsens-sdk, comm_registry.py.
	 */
	static const int bits[] = {1, 32, 33, 36, 37, 38, 48, 49, 60, 96, 97, 98, 99};
	unsigned char nibbles[FW_ES4_CAPABILITY_DIGITS] = {0};

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		set_bit(nibbles, bits[i]);
	write_hex(nibbles, text);
}

void fw_es4_script_capabilities(char text[FW_ES4_CAPABILITY_DIGITS + 1])
{
	unsigned char nibbles[FW_ES4_CAPABILITY_DIGITS] = {0};
	const struct fw_ms_command *command;

	for (size_t i = 0; (command = fw_ms_command_at(i)); i++)
		set_bit(nibbles, command->capability);
	write_hex(nibbles, text);
}
