/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A simulated PalmSens EmStat4 potentiostat, written from public sources of the line protocol and
 * of the script language, to be a second opinion on any driver: it shares no code with one and
 * refuses what the instrument would refuse, and sometimes more.
 *
 * Sources: PalmSens/MethodSCRIPT_Examples (instrument.py, mscript.py, MethodSCRIPTs/),
 * PalmSens/palmsens-sdk (comm_registry.py, comm_protocol.py and its tests), lowryliu-ses/ilcs
 * (potentiostat gateway, which cites the vendor's manuals).
 */
#ifndef FW_EMSTAT4_H
#define FW_EMSTAT4_H

#include "firmware/firmware.h"

extern const struct fw_firmware fw_emstat4;

#endif
