/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Voetsch VT4002 climate chamber, ASCII-2 in its old fixed layout.
 *
 * Source: Voetsch manual VT4002/4004/7004, appendix A and B (2002), kept in the history of the
 * public repository ondrejh/VT4002 at commit 2e42399; its VT4002.py for the ten-number variant.
 */
#ifndef FW_VOTSCH_H
#define FW_VOTSCH_H

#include "firmware/firmware.h"

extern const struct fw_firmware fw_votsch;

#endif
