/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * A folder that looks like /sys as far as USB devices and their ttys go, in the layout a Linux 6.1 has.
 */
#ifndef FAKE_SYSFS_H
#define FAKE_SYSFS_H

struct fake_sysfs {
	char root[64];
};

void fake_sysfs_begin(struct fake_sysfs *s);
void fake_sysfs_end(struct fake_sysfs *s);

/** Plug a device in. ids as "a0a0:0002"; serial NULL: it has none. */
void fake_sysfs_plug(struct fake_sysfs *s, const char *place, const char *ids, const char *serial, const char *product);
void fake_sysfs_pull(struct fake_sysfs *s, const char *place);

/** A tty of an interface that is cdc-acm's. */
void fake_sysfs_acm(struct fake_sysfs *s, const char *tty, const char *place);
/** A tty of an adapter, one folder deeper. */
void fake_sysfs_adapter(struct fake_sysfs *s, const char *tty, const char *place);
/** A tty that is on no USB. */
void fake_sysfs_board(struct fake_sysfs *s, const char *tty);
void fake_sysfs_remove_tty(struct fake_sysfs *s, const char *tty);

#endif
