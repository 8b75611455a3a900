/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Where is an instrument now that was plugged in before? A replugged tty may have another name (ttyACM1 for
 * ttyACM0), a USB device another port. This finds the addresses at which to look, best first, from what the
 * kernel wrote down when the devices were enumerated. Nothing is opened and nothing is sent.
 *
 * It knows descriptors, not instruments: whoever opens a candidate must still identify it, see identity.h.
 *
 * Source: Linux Documentation/ABI/testing/sysfs-bus-usb and -sysfs-tty; names as in sysfs.
 */
#ifndef SG_TRANSPORT_WHEREABOUTS_H
#define SG_TRANSPORT_WHEREABOUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "transport/transport.h"

#define SG_WHEREABOUTS_URI_SIZE 272 /* a kind and a path of SG_URI_PART_SIZE */
#define SG_CANDIDATES_MAX 16

/** What is known of an instrument's cable, noted while it was open. */
struct sg_whereabouts {
	char uri[SG_WHEREABOUTS_URI_SIZE]; /**< as the user wrote it */
	char place[SG_PLACE_SIZE];         /**< transport->place; empty: not on USB, or unknown */
	char usb_serial[SG_PLACE_SIZE];    /**< transport->usb_serial */
	int usb_vendor;                    /**< -1 if unknown */
	int usb_product;
};

/** Why an address is a candidate. In this order of preference. */
enum sg_candidate_kind {
	SG_CANDIDATE_SAME_PLACE,  /**< same device ids in the same port, and no other serial string than before; for an
				       address without a place on USB: that address itself */
	SG_CANDIDATE_SAME_SERIAL, /**< elsewhere, with the same ids and a serial string that tells units apart */
	SG_CANDIDATE_SAME_IDS,    /**< usb: only. Elsewhere, same ids, and no serial string that could tell: perhaps
				       somebody else's */
};

struct sg_candidate {
	enum sg_candidate_kind kind;
	char uri[SG_WHEREABOUTS_URI_SIZE]; /**< for sg_transport_open(); the user's own name while it leads there */
	char place[SG_PLACE_SIZE];
	char usb_serial[SG_PLACE_SIZE];
};

#define SG_NEIGHBOURS_MAX 16

/**
 * Places at which a look-alike was while the instrument itself was plugged in: same ids, same serial string. What is
 * there, or comes back there, is not the instrument, however alike.
 */
struct sg_neighbours {
	size_t count;
	bool full; /**< there were more: any place elsewhere may be one of theirs */
	char place[SG_NEIGHBOURS_MAX][SG_PLACE_SIZE];
};

/**
 * Note where an open link is. Call it once after sg_transport_open(), while the device is there.
 * @param uri   what the link was opened with; one that is longer than SG_URI_PART_SIZE would not have opened
 * @param link  borrowed for the call
 */
void sg_whereabouts_note(struct sg_whereabouts *out, const char *uri, const struct sg_transport *link);

/**
 * The addresses at which it may be now.
 *
 * tcp:, pty:, sim:, and a serial port that is not on USB stay where they are: one candidate, the address itself,
 * whether or not somebody is there. For a place on USB only devices that are plugged in now are candidates; what
 * sits in the old name or the old port but is by its descriptor another one is not.
 *
 * A serial string tells units apart if it is not trivial (sg_serial_is_trivial()) and no two devices with these
 * ids carry it at this moment.
 *
 * @param out   room for SG_CANDIDATES_MAX
 * @return how many, 0 if it is nowhere (yet)
 *
 * Blocks as long as reading sysfs does. Allocates nothing that stays.
 */
size_t sg_whereabouts_find(const struct sg_whereabouts *before, struct sg_candidate *out);

/** As sg_whereabouts_find(), on another sysfs and devices folder than /sys and /dev: for tests. */
size_t sg_whereabouts_find_in(const char *sysfs, const char *dev, const struct sg_whereabouts *before,
			      struct sg_candidate *out);

/**
 * Add the places of those that look like it at this moment. To be called while it is plugged in, or at the first
 * look after it went: nobody moves a plug in no time.
 */
void sg_neighbours_note(struct sg_neighbours *neighbours, const struct sg_whereabouts *self);

/** As sg_neighbours_note(), on another sysfs and devices folder: for tests. */
void sg_neighbours_note_in(const char *sysfs, const char *dev, struct sg_neighbours *neighbours,
			   const struct sg_whereabouts *self);

/** Was a look-alike at this candidate's place? Never of the instrument's own place. */
bool sg_neighbours_had(const struct sg_neighbours *neighbours, const struct sg_candidate *candidate);

/**
 * Does this serial string tell nothing, because makers leave it in every unit? Empty; a run of zeros with a
 * number of up to three digits behind ("0001"); or a counting-up placeholder ("123456", "0123456789ABCDEF").
 */
bool sg_serial_is_trivial(const char *usb_serial);

#endif
