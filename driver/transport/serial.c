/* SPDX-License-Identifier: Apache-2.0 */
/* Serial ports, through libserialport; the only file that knows it. */
/*
 * Observed (libserialport 0.1.1, serialport.c and linux.c of its tag; 0.1.2 mends the first three):
 *  - sp_nonblocking_write() calls a full buffer (EAGAIN) a failure;
 *  - sp_get_port_by_name() looks the name up in sysfs as it is, so a link such as those in /dev/serial/by-id
 *    is not a port to it;
 *  - sp_open() neither locks nor sets close-on-exec, and changes the line's settings at once;
 *  - flow control goes to CRTSCTS in c_iflag, where it means nothing; it is a bit of c_cflag.
 */
#include <errno.h>
#include <fcntl.h>
#include <libserialport.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "host/clock.h"
#include "transport/open.h"
#include "transport/serial_list.h"
#include "transport/usb_sysfs.h"

struct serial {
	struct sg_transport transport;
	struct sp_port *port;
	int fd;      /* the port's own */
	int lock_fd; /* opened before it, to hold the lock */
	bool gone; /* to a reader or writer */
	bool left; /* to one who asked whether it is there */
};

static struct serial *serial_of(struct sg_transport *t)
{
	return (struct serial *)t;
}

static enum sg_err hung_up(struct serial *s)
{
	s->gone = true;
	return SG_ERR_GONE;
}

static bool comes_again(int error)
{
	return error == EAGAIN || error == EINTR;
}

/*
 * poll(2) on the port's own descriptor rather than sp_blocking_read(): an adapter that was pulled shows at
 * once, and the deadline is that of our clock. Read before looking at POLLHUP: last words count.
 */
static enum sg_err serial_read(struct sg_transport *t, void *buffer, size_t size, int64_t deadline_ns, size_t *got)
{
	struct serial *s = serial_of(t);
	enum sg_err err;
	int n;

	if (s->gone)
		return SG_ERR_GONE;
	do {
		err = sg_port_wait(s->fd, POLLIN, t->clock, deadline_ns);
		if (err)
			return err;
		n = sp_nonblocking_read(s->port, buffer, size);
	} while (n < 0 && comes_again(sp_last_error_code()));
	if (n > 0) {
		*got = (size_t)n;
		return SG_OK;
	}
	/* Woken, yet nothing to read: the device went away. */
	return hung_up(s);
}

static enum sg_err serial_write(struct sg_transport *t, const void *bytes, size_t length, int64_t deadline_ns)
{
	struct serial *s = serial_of(t);
	const char *rest = bytes;
	size_t left = length;

	if (s->gone)
		return SG_ERR_GONE;
	while (left) {
		int n = sp_nonblocking_write(s->port, rest, left);
		enum sg_err err;

		if (n > 0) {
			rest += n;
			left -= (size_t)n;
			continue;
		}
		if (n < 0 && !comes_again(sp_last_error_code()))
			return hung_up(s);
		err = sg_port_wait(s->fd, POLLOUT, t->clock, deadline_ns);
		if (err)
			return err == SG_ERR_TIMEOUT ? SG_ERR_UNCERTAIN : hung_up(s);
	}
	return SG_OK;
}

/*
 * A tty whose device was pulled hangs up at once (cdc-acm, usb-serial: tty_vhangup). What it said before can
 * still be read, so this does not set gone. Assumed: an adapter that keeps its tty while its own cable to the
 * instrument is pulled cannot be told from one whose instrument keeps silent.
 */
static enum sg_err serial_present(struct sg_transport *t)
{
	struct serial *s = serial_of(t);

	s->left |= s->gone || sg_port_hung_up(s->fd);
	return s->left ? SG_ERR_GONE : SG_OK;
}

static void serial_close(struct sg_transport *t)
{
	struct serial *s = serial_of(t);

	sp_close(s->port);
	sp_free_port(s->port);
	close(s->lock_fd);
	free(s);
}

static const struct sg_transport_ops serial_ops = {
	.read = serial_read,
	.write = serial_write,
	.close = serial_close,
	.present = serial_present,
};

/* What libserialport's last call means for this port. */
static enum sg_err port_error(enum sp_return code, const char *path, struct sg_text *why)
{
	switch (code) {
	case SP_ERR_MEM:
		return SG_ERR_NO_MEMORY;
	case SP_ERR_SUPP:
		sg_text_add(why, "%s: the port cannot do these line settings", path);
		return SG_ERR_UNSUPPORTED;
	case SP_ERR_ARG:
		sg_text_add(why, "%s: not a serial port; `sandglass list` shows those there are "
			    "(a pseudo-terminal is pty:, not serial:)", path);
		return SG_ERR_NOT_FOUND;
	case SP_ERR_FAIL:
		return sg_port_error(sp_last_error_code(), path, why);
	case SP_OK:
		break;
	}
	return SG_ERR_IO;
}

/* RTS/CTS, which libserialport sets in the wrong word. A driver that cannot do it leaves the bit as it was. */
static enum sp_return set_flow(int fd, bool rts_cts)
{
	struct termios settings;

	if (tcgetattr(fd, &settings) != 0)
		return SP_ERR_FAIL;
	settings.c_cflag &= ~(tcflag_t)CRTSCTS;
	if (rts_cts)
		settings.c_cflag |= (tcflag_t)CRTSCTS;
	if (tcsetattr(fd, TCSANOW, &settings) != 0 || tcgetattr(fd, &settings) != 0)
		return SP_ERR_FAIL;
	return !(settings.c_cflag & (tcflag_t)CRTSCTS) == !rts_cts ? SP_OK : SP_ERR_SUPP;
}

/*
 * 8N1 at the family's speed. RTS and DTR on: USB CDC devices take DTR for "somebody is listening", and some
 * adapters power their line drivers from it. XON/XOFF off: 0x11 and 0x13 are bytes like others.
 */
static enum sp_return set_line(struct serial *s, const struct sg_line *line)
{
	struct sp_port_config *config;
	enum sp_return code = sp_new_config(&config);

	if (code)
		return code;
	sp_set_config_baudrate(config, line->baud);
	sp_set_config_bits(config, 8);
	sp_set_config_parity(config, SP_PARITY_NONE);
	sp_set_config_stopbits(config, 1);
	sp_set_config_xon_xoff(config, SP_XONXOFF_DISABLED);
	sp_set_config_cts(config, SP_CTS_IGNORE);
	sp_set_config_rts(config, SP_RTS_ON);
	sp_set_config_dsr(config, SP_DSR_IGNORE);
	sp_set_config_dtr(config, SP_DTR_ON);
	code = sp_set_config(s->port, config);
	sp_free_config(config);
	if (code)
		return code;
	return set_flow(s->fd, line->flow == SG_FLOW_RTS_CTS);
}

/* Before sp_open(), which changes settings: a port that another program holds stays as it is. */
static enum sg_err open_lock(struct serial *s, const char *device, const char *path, struct sg_text *why)
{
	enum sg_err err;

	s->lock_fd = open(device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (s->lock_fd < 0)
		return sg_port_error(errno, path, why);
	err = sg_port_lock(s->lock_fd, path, why);
	if (err)
		close(s->lock_fd);
	return err;
}

static enum sg_err open_locked(struct serial *s, const char *path, const struct sg_line *line, struct sg_text *why)
{
	enum sp_return code = sp_open(s->port, SP_MODE_READ_WRITE);
	enum sg_err err;

	if (code)
		return port_error(code, path, why);
	code = sp_get_port_handle(s->port, &s->fd);
	if (!code && fcntl(s->fd, F_SETFD, FD_CLOEXEC) < 0)
		code = SP_ERR_FAIL;
	/* Also against programs that ask for no lock; not all drivers know it, and the lock is there without. */
	if (!code)
		ioctl(s->fd, TIOCEXCL);
	if (!code)
		code = set_line(s, line);
	if (!code)
		return SG_OK;
	err = port_error(code, path, why);
	sp_close(s->port);
	return err;
}

/* From sysfs rather than from libserialport 0.1.1, which knows bus and device number but no port path. */
static void note_place(struct serial *s, const char *device)
{
	struct sg_usb_entry entry;

	if (strncmp(device, "/dev/", 5) != 0 || !sg_usb_sysfs_of_tty(SG_SYSFS, device + 5, &entry))
		return;
	snprintf(s->transport.place, sizeof(s->transport.place), "%s", entry.place);
	snprintf(s->transport.usb_serial, sizeof(s->transport.usb_serial), "%s", entry.serial);
}

static enum sg_err open_port(struct serial *s, const char *path, const struct sg_line *line, struct sg_text *why)
{
	char device[PATH_MAX];
	enum sp_return code;
	enum sg_err err;

	if (!realpath(path, device))
		return sg_port_error(errno, path, why);
	code = sp_get_port_by_name(device, &s->port);
	if (code)
		return port_error(code, path, why);
	err = open_lock(s, device, path, why);
	if (err)
		goto free_port;
	err = open_locked(s, path, line, why);
	if (err)
		goto close_lock;
	note_place(s, device);
	return SG_OK;

close_lock:
	close(s->lock_fd);
free_port:
	sp_free_port(s->port);
	return err;
}

enum sg_err sg_serial_open(const struct sg_uri *uri, const struct sg_line *line, struct sg_clock *clock,
			   struct sg_text *why, struct sg_transport **out)
{
	struct serial *s = calloc(1, sizeof(*s));
	enum sg_err err;

	if (!s)
		return SG_ERR_NO_MEMORY;
	s->transport.ops = &serial_ops;
	s->transport.clock = clock;
	err = open_port(s, uri->path, line, why);
	if (err) {
		free(s);
		return err;
	}
	*out = &s->transport;
	return SG_OK;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void describe(const struct sp_port *port, struct sg_usb_entry *entry, struct sg_serial_port *out)
{
	out->path = or_empty(sp_get_port_name(port));
	out->description = or_empty(sp_get_port_description(port));
	out->usb_vendor = -1;
	out->usb_product = -1;
	out->manufacturer = "";
	out->product = "";
	out->serial = "";
	out->place = "";
	if (strncmp(out->path, "/dev/", 5) == 0 && sg_usb_sysfs_of_tty(SG_SYSFS, out->path + 5, entry))
		out->place = entry->place;
	if (sp_get_port_transport(port) != SP_TRANSPORT_USB)
		return;
	sp_get_port_usb_vid_pid(port, &out->usb_vendor, &out->usb_product);
	out->manufacturer = or_empty(sp_get_port_usb_manufacturer(port));
	out->product = or_empty(sp_get_port_usb_product(port));
	out->serial = or_empty(sp_get_port_usb_serial(port));
}

enum sg_err sg_serial_list(void (*found)(void *ctx, const struct sg_serial_port *port), void *ctx)
{
	struct sp_port **ports;
	enum sp_return code = sp_list_ports(&ports);

	if (code)
		return code == SP_ERR_MEM ? SG_ERR_NO_MEMORY : SG_ERR_IO;
	for (size_t i = 0; ports[i]; i++) {
		struct sg_serial_port port;
		struct sg_usb_entry entry;

		describe(ports[i], &entry, &port);
		found(ctx, &port);
	}
	sp_free_port_list(ports);
	return SG_OK;
}
