/* SPDX-License-Identifier: Apache-2.0 */
/* The USB host through libusb; the only file that knows it. */
/*
 * **A context for each open device**, not one for all. Rigs are threads, and in a shared context whichever thread
 * waits handles the events of all: the callbacks of one rig would run on another's thread, a rig that computes would
 * hold the event lock from one that waits, and everything here would need locks. With a context of its own a session
 * is single-threaded, as the transport is. The price is a scan of the bus at each open (a few ms); the thread that
 * listens for unplugged devices is one for all contexts. Source: libusb 1.0.26, os/linux_usbfs.c, op_init().
 *
 * Observed (libusb 1.0.26, its sources):
 *  - libusb_submit_transfer() allocates the kernel's request for each transfer and frees it when it has ended: small,
 *    bounded by our two transfers, and out of our hands. Everything of ours is allocated by open();
 *  - a device that leaves shows as POLLERR of its node in any handling of events, whether or not a transfer is
 *    in flight and a udev daemon runs; the hotplug callback then comes from the next handling;
 *  - libusb_close() with a transfer in flight takes it off the books, and the kernel ends it when the node is
 *    closed; only then may the transfer be freed.
 */
#include <libusb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "transport/usb_host.h"
#include "transport/usb_sysfs.h"

#define INTERFACE 0
#define DEPTH_MAX 7

struct flight {
	struct libusb_transfer *libusb;
	struct sg_usb_transfer *ours; /* while in flight */
	unsigned char endpoint;
};

struct sg_usb_session {
	libusb_context *context;
	libusb_device *device;
	libusb_device_handle *handle;
	bool claimed;
	bool left;
	struct flight in, out;
};

static enum sg_err error_of(int code)
{
	switch ((enum libusb_error)code) {
	case LIBUSB_SUCCESS:
		return SG_OK;
	case LIBUSB_ERROR_NO_DEVICE:
		return SG_ERR_GONE;
	case LIBUSB_ERROR_ACCESS:
		return SG_ERR_ACCESS;
	case LIBUSB_ERROR_BUSY:
		return SG_ERR_BUSY;
	case LIBUSB_ERROR_NO_MEM:
		return SG_ERR_NO_MEMORY;
	case LIBUSB_ERROR_NOT_FOUND:
	case LIBUSB_ERROR_IO:
	case LIBUSB_ERROR_INVALID_PARAM:
	case LIBUSB_ERROR_TIMEOUT:
	case LIBUSB_ERROR_OVERFLOW:
	case LIBUSB_ERROR_PIPE:
	case LIBUSB_ERROR_INTERRUPTED:
	case LIBUSB_ERROR_NOT_SUPPORTED:
	case LIBUSB_ERROR_OTHER:
		break;
	}
	return SG_ERR_IO;
}

static enum sg_err begin(struct sg_text *why, struct sg_usb_session **out)
{
	struct sg_usb_session *s = calloc(1, sizeof(*s));
	int code;

	if (!s)
		return SG_ERR_NO_MEMORY;
	code = libusb_init(&s->context);
	if (code) {
		sg_text_add(why, "USB cannot be reached: %s", libusb_strerror(code));
		free(s);
		return error_of(code) == SG_ERR_NO_MEMORY ? SG_ERR_NO_MEMORY : SG_ERR_IO;
	}
	*out = s;
	return SG_OK;
}

static void end(struct sg_usb_session *s)
{
	if (s->claimed)
		libusb_release_interface(s->handle, INTERFACE);
	if (s->handle)
		libusb_close(s->handle);
	libusb_free_transfer(s->in.libusb);
	libusb_free_transfer(s->out.libusb);
	if (s->device)
		libusb_unref_device(s->device);
	libusb_exit(s->context);
	free(s);
}

/* "1-1.2"; empty for a root hub. */
static void name_place(libusb_device *device, char place[SG_PLACE_SIZE])
{
	uint8_t ports[DEPTH_MAX];
	const int depth = libusb_get_port_numbers(device, ports, DEPTH_MAX);
	struct sg_text text;

	sg_text_init(&text, place, SG_PLACE_SIZE);
	for (int i = 0; i < depth; i++) {
		if (i == 0)
			sg_text_add(&text, "%d-%d", libusb_get_bus_number(device), ports[i]);
		else
			sg_text_add(&text, ".%d", ports[i]);
	}
}

/* The serial string from sysfs: the kernel asked for it once, and a device that is busy need not answer now. */
static void describe(libusb_device *device, const struct libusb_device_descriptor *descriptor,
		     struct sg_usb_found *out)
{
	struct sg_usb_entry entry;

	memset(out, 0, sizeof(*out));
	out->vendor = descriptor->idVendor;
	out->product = descriptor->idProduct;
	name_place(device, out->place);
	snprintf(out->node, sizeof(out->node), "/dev/bus/usb/%03d/%03d", libusb_get_bus_number(device),
		 libusb_get_device_address(device));
	if (sg_usb_sysfs_read(SG_SYSFS, out->place, &entry))
		snprintf(out->serial, sizeof(out->serial), "%s", entry.serial);
}

static enum sg_err list(struct sg_usb_session *s, int vendor, int product,
			bool (*found)(void *ctx, const struct sg_usb_found *device), void *ctx)
{
	libusb_device **devices;
	const ssize_t count = libusb_get_device_list(s->context, &devices);
	bool more = true;

	if (count < 0)
		return count == LIBUSB_ERROR_NO_MEM ? SG_ERR_NO_MEMORY : SG_ERR_IO;
	for (ssize_t i = 0; i < count && more; i++) {
		struct libusb_device_descriptor descriptor;
		struct sg_usb_found device;

		if (libusb_get_device_descriptor(devices[i], &descriptor) || descriptor.idVendor != vendor ||
		    descriptor.idProduct != product)
			continue;
		describe(devices[i], &descriptor, &device);
		if (device.place[0])
			more = found(ctx, &device);
	}
	libusb_free_device_list(devices, 1);
	return SG_OK;
}

/* A reference to the device at a place, or NULL. */
static libusb_device *device_at(struct sg_usb_session *s, const char *place)
{
	libusb_device **devices;
	libusb_device *device = NULL;

	if (libusb_get_device_list(s->context, &devices) < 0)
		return NULL;
	for (size_t i = 0; devices[i] && !device; i++) {
		char there[SG_PLACE_SIZE];

		name_place(devices[i], there);
		if (strcmp(there, place) == 0)
			device = libusb_ref_device(devices[i]);
	}
	libusb_free_device_list(devices, 1);
	return device;
}

static bool find_endpoints(struct sg_usb_session *s, const struct libusb_config_descriptor *config)
{
	const struct libusb_interface_descriptor *interface;

	if (config->bNumInterfaces < 1 || config->interface[0].num_altsetting < 1)
		return false;
	interface = &config->interface[0].altsetting[0];
	for (int i = 0; i < interface->bNumEndpoints; i++) {
		const struct libusb_endpoint_descriptor *e = &interface->endpoint[i];
		struct flight *flight = e->bEndpointAddress & LIBUSB_ENDPOINT_IN ? &s->in : &s->out;

		if ((e->bmAttributes & LIBUSB_TRANSFER_TYPE_MASK) == LIBUSB_TRANSFER_TYPE_BULK && !flight->endpoint)
			flight->endpoint = e->bEndpointAddress;
	}
	return interface->bInterfaceNumber == INTERFACE && s->in.endpoint && s->out.endpoint;
}

/*
 * The configuration is set only if none is: setting it again resets the endpoints and drops a reply that waits in
 * them. Source: M-Stack, usb.c.
 */
static enum sg_err claim(struct sg_usb_session *s, const struct libusb_config_descriptor *config)
{
	int now = 0;
	int code = libusb_get_configuration(s->handle, &now);

	if (!code && now == 0)
		code = libusb_set_configuration(s->handle, config->bConfigurationValue);
	if (!code)
		code = libusb_claim_interface(s->handle, INTERFACE);
	s->claimed = code == 0;
	return error_of(code);
}

static int LIBUSB_CALL device_left(libusb_context *context, libusb_device *device, libusb_hotplug_event event, void *ctx)
{
	struct sg_usb_session *s = ctx;

	(void)context;
	(void)event;
	s->left |= device == s->device;
	return 0;
}

static enum sg_err prepare(struct sg_usb_session *s)
{
	/* If there is no such service (a container without netlink), the transfers and the node still tell. */
	libusb_hotplug_register_callback(s->context, LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT, LIBUSB_HOTPLUG_NO_FLAGS,
					 LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
					 device_left, s, NULL);
	s->in.libusb = libusb_alloc_transfer(0);
	s->out.libusb = libusb_alloc_transfer(0);
	return s->in.libusb && s->out.libusb ? SG_OK : SG_ERR_NO_MEMORY;
}

static enum sg_err open_at(struct sg_usb_session *s, const char *place)
{
	struct libusb_config_descriptor *config;
	enum sg_err err;

	s->device = device_at(s, place);
	if (!s->device)
		return SG_ERR_NOT_FOUND;
	if (libusb_get_config_descriptor(s->device, 0, &config))
		return SG_ERR_IO;
	err = find_endpoints(s, config) ? SG_OK : SG_ERR_IDENTITY;
	if (!err)
		err = error_of(libusb_open(s->device, &s->handle));
	if (!err)
		err = claim(s, config);
	libusb_free_config_descriptor(config);
	if (!err)
		err = prepare(s);
	return err == SG_ERR_GONE ? SG_ERR_NOT_FOUND : err;
}

static enum sg_usb_end end_of(enum libusb_transfer_status status)
{
	switch (status) {
	case LIBUSB_TRANSFER_COMPLETED:
		return SG_USB_COMPLETED;
	case LIBUSB_TRANSFER_CANCELLED:
	case LIBUSB_TRANSFER_TIMED_OUT: /* never: the library is given no timeout */
		return SG_USB_CANCELLED;
	case LIBUSB_TRANSFER_STALL:
		return SG_USB_STALL;
	case LIBUSB_TRANSFER_OVERFLOW:
		return SG_USB_OVERFLOW;
	case LIBUSB_TRANSFER_NO_DEVICE:
		return SG_USB_NO_DEVICE;
	case LIBUSB_TRANSFER_ERROR:
		break;
	}
	return SG_USB_FAILED;
}

static void LIBUSB_CALL transfer_ended(struct libusb_transfer *transfer)
{
	struct flight *flight = transfer->user_data;

	flight->ours->actual = (size_t)transfer->actual_length;
	flight->ours->end = end_of(transfer->status);
	flight->ours->done = 1;
}

static struct flight *flight_of(struct sg_usb_session *s, const struct sg_usb_transfer *transfer)
{
	return transfer->in ? &s->in : &s->out;
}

/* No timeout of the library's: deadlines are on our clock. */
static enum sg_err submit(struct sg_usb_session *s, struct sg_usb_transfer *transfer)
{
	struct flight *flight = flight_of(s, transfer);

	flight->ours = transfer;
	libusb_fill_bulk_transfer(flight->libusb, s->handle, flight->endpoint, transfer->buffer, (int)transfer->length,
				  transfer_ended, flight, 0);
	return error_of(libusb_submit_transfer(flight->libusb));
}

static void cancel(struct sg_usb_session *s, struct sg_usb_transfer *transfer)
{
	/* NOT_FOUND: it has ended, or was told before. NO_DEVICE: it ends by itself. */
	libusb_cancel_transfer(flight_of(s, transfer)->libusb);
}

static void events(struct sg_usb_session *s, int timeout_ms, int *done)
{
	struct timeval time = { .tv_sec = timeout_ms / 1000, .tv_usec = timeout_ms % 1000 * 1000 };

	/* Its errors (a signal) are an early return; the caller looks at the clock. */
	libusb_handle_events_timeout_completed(s->context, &time, done);
}

static bool has_left(struct sg_usb_session *s)
{
	return s->left;
}

static enum sg_err clear_halt(struct sg_usb_session *s, bool in)
{
	return error_of(libusb_clear_halt(s->handle, in ? s->in.endpoint : s->out.endpoint));
}

const struct sg_usb_host sg_usb_libusb = {
	.begin = begin,
	.end = end,
	.list = list,
	.open = open_at,
	.submit = submit,
	.cancel = cancel,
	.events = events,
	.left = has_left,
	.clear_halt = clear_halt,
};
