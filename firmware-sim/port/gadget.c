/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A USB device with two bulk endpoints: FunctionFS. Descriptors and events go through ep0, packets through ep1 (IN)
 * and ep2 (OUT), asynchronously, so that nothing waits. As in the instrument one OUT packet is worked on at a time:
 * the next is taken from the bus when the reply has been fetched.
 *
 * The numbers of the endpoints are the device port's choice: a host must read them from the descriptor.
 *
 * Source: Linux Documentation/usb/functionfs.rst, include/uapi/linux/usb/functionfs.h.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/usb/functionfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "port/endpoint.h"
#include "port/gadget_tree.h"

#define EVENTS_MAX 8

struct gadget {
	struct fw_gadget_tree tree;
	char folder[64];  /**< where FunctionFS is mounted */
	int ep0, in, out; /**< -1 */
	int done_fd;      /**< eventfd: a transfer is over */
	aio_context_t aio;
	struct iocb out_job, in_job;
	bool out_pending, in_pending;
	bool enabled;     /**< the host has set the configuration */
	bool was_unbound; /**< the cable was out since somebody asked */
	bool has_packet;
	size_t length;    /**< of that packet */
	uint8_t out_bytes[FW_PACKET_MAX];
	uint8_t in_bytes[FW_PACKET_MAX];
};

static struct gadget *gadget_of(const struct fw_endpoint *endpoint)
{
	return endpoint->own;
}

/* ---- descriptors ---- */

struct interface {
	struct usb_interface_descriptor interface;
	struct usb_endpoint_descriptor_no_audio in;
	struct usb_endpoint_descriptor_no_audio out;
} __attribute__((packed));

struct descriptors {
	struct usb_functionfs_descs_head_v2 head;
	__le32 full_speed_count;
	struct interface full_speed;
} __attribute__((packed));

static struct usb_endpoint_descriptor_no_audio bulk(uint8_t address)
{
	return (struct usb_endpoint_descriptor_no_audio){
		.bLength = sizeof(struct usb_endpoint_descriptor_no_audio),
		.bDescriptorType = USB_DT_ENDPOINT,
		.bEndpointAddress = address,
		.bmAttributes = USB_ENDPOINT_XFER_BULK,
		.wMaxPacketSize = htole16(FW_PACKET_MAX),
		.bInterval = 1,
	};
}

static int write_descriptors(int ep0, const struct fw_usb *usb)
{
	const struct descriptors all = {
		.head = {
			.magic = htole32(FUNCTIONFS_DESCRIPTORS_MAGIC_V2),
			.length = htole32(sizeof(struct descriptors)),
			.flags = htole32(FUNCTIONFS_HAS_FS_DESC),
		},
		.full_speed_count = htole32(3),
		.full_speed = {
			.interface = {
				.bLength = sizeof(struct usb_interface_descriptor),
				.bDescriptorType = USB_DT_INTERFACE,
				.bNumEndpoints = 2,
				.bInterfaceClass = USB_CLASS_VENDOR_SPEC,
				.iInterface = 1, /* of the strings below; the kernel numbers them anew */
			},
			.in = bulk(usb->in_endpoint),
			.out = bulk(usb->out_endpoint),
		},
	};

	return write(ep0, &all, sizeof(all)) == (ssize_t)sizeof(all) ? 0 : -1;
}

static int write_strings(int ep0, const struct fw_usb *usb)
{
	struct {
		struct usb_functionfs_strings_head head;
		__le16 language;
		char text[100];
	} __attribute__((packed)) all;
	const size_t length = strlen(usb->configuration) + 1;
	const size_t size = sizeof(all.head) + sizeof(all.language) + length;

	if (length > sizeof(all.text))
		return -1;
	all.head = (struct usb_functionfs_strings_head){
		.magic = htole32(FUNCTIONFS_STRINGS_MAGIC),
		.length = htole32((uint32_t)size),
		.str_count = htole32(1),
		.lang_count = htole32(1),
	};
	all.language = htole16(0x0409);
	memcpy(all.text, usb->configuration, length);
	return write(ep0, &all, size) == (ssize_t)size ? 0 : -1;
}

/* ---- making and unmaking ---- */

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void unmake(struct gadget *g)
{
	if (g->aio)
		syscall(SYS_io_destroy, g->aio);
	shut(&g->in);
	shut(&g->out);
	fw_gadget_tree_unbind(&g->tree);
	shut(&g->ep0);
	shut(&g->done_fd);
	if (g->folder[0]) {
		umount2(g->folder, MNT_DETACH);
		rmdir(g->folder);
	}
	fw_gadget_tree_remove(&g->tree);
	free(g);
}

static int open_in(const struct gadget *g, const char *name)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/%s", g->folder, name);
	return open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

static int mount_functions(struct gadget *g)
{
	snprintf(g->folder, sizeof(g->folder), "/run/firmware-sim-%s", g->tree.name);
	umount2(g->folder, MNT_DETACH); /* what an earlier program left */
	if (mkdir(g->folder, 0700) && errno != EEXIST)
		return -1;
	return mount(g->tree.name, g->folder, "functionfs", 0, NULL);
}

static int open_endpoints(struct gadget *g, const struct fw_usb *usb)
{
	g->ep0 = open_in(g, "ep0");
	if (g->ep0 < 0 || write_descriptors(g->ep0, usb) || write_strings(g->ep0, usb))
		return -1;
	g->in = open_in(g, "ep1");
	g->out = open_in(g, "ep2");
	g->done_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return g->in < 0 || g->out < 0 || g->done_fd < 0 ? -1 : (int)syscall(SYS_io_setup, 8, &g->aio);
}

static int make(struct fw_endpoint *endpoint, const char **why)
{
	struct gadget *g = calloc(1, sizeof(*g));

	*why = "out of memory";
	if (!g)
		return -1;
	g->ep0 = g->in = g->out = g->done_fd = -1;
	if (fw_gadget_tree_make(&g->tree, endpoint->where, "ffs", endpoint->usb, endpoint->serial_number, why)) {
		free(g);
		return -1;
	}
	*why = "the kernel refuses FunctionFS; is usb_f_fs there?";
	if (mount_functions(g) || open_endpoints(g, endpoint->usb) || fw_gadget_tree_link(&g->tree, why)) {
		unmake(g);
		return -1;
	}
	endpoint->own = g;
	return 0;
}

static int plug(struct fw_endpoint *endpoint, const char **why)
{
	if (!endpoint->own && make(endpoint, why))
		return -1;
	if (fw_gadget_tree_bind(&gadget_of(endpoint)->tree, why))
		return -1;
	snprintf(endpoint->shown, sizeof(endpoint->shown), "gadget:%s@%s", gadget_of(endpoint)->tree.name,
		 gadget_of(endpoint)->tree.udc);
	return 0;
}

static void pull(struct fw_endpoint *endpoint)
{
	if (endpoint->own)
		fw_gadget_tree_unbind(&gadget_of(endpoint)->tree);
}

static void leave(struct fw_endpoint *endpoint)
{
	if (endpoint->own)
		unmake(endpoint->own);
	endpoint->own = NULL;
}

/* ---- transfers ---- */

static bool submit(struct gadget *g, struct iocb *job, int fd, uint16_t opcode, const uint8_t *bytes, size_t length)
{
	struct iocb *jobs[] = { job };

	*job = (struct iocb){
		.aio_data = (uint64_t)(uintptr_t)job,
		.aio_lio_opcode = opcode,
		.aio_fildes = (uint32_t)fd,
		.aio_buf = (uint64_t)(uintptr_t)bytes,
		.aio_nbytes = length,
		.aio_flags = IOCB_FLAG_RESFD,
		.aio_resfd = (uint32_t)g->done_fd,
	};
	return syscall(SYS_io_submit, g->aio, 1, jobs) == 1;
}

/* The next packet is taken from the bus once the reply before it has been fetched and there is room for it. */
static void listen_on(struct gadget *g)
{
	if (g->enabled && !g->out_pending && !g->has_packet && !g->in_pending)
		g->out_pending = submit(g, &g->out_job, g->out, IOCB_CMD_PREAD, g->out_bytes, sizeof(g->out_bytes));
}

static void take_done(struct gadget *g)
{
	struct io_event events[4];
	struct timespec now = { 0, 0 };
	uint64_t count;
	long n;

	if (read(g->done_fd, &count, sizeof(count)) < 0)
		return;
	n = syscall(SYS_io_getevents, g->aio, 0, 4, events, &now);
	for (long i = 0; i < n; i++) {
		if (events[i].data == (uint64_t)(uintptr_t)&g->in_job) {
			g->in_pending = false; /* fetched; or dropped by a reset, as in the instrument */
			continue;
		}
		g->out_pending = false;
		g->has_packet = events[i].res >= 0;
		g->length = g->has_packet ? (size_t)events[i].res : 0;
	}
}

/* A request of the host that is none of ours: the wrong direction tells the kernel to stall it. */
static void refuse_setup(struct gadget *g, const struct usb_ctrlrequest *setup)
{
	char byte;

	if (setup->bRequestType & USB_DIR_IN)
		(void)!read(g->ep0, &byte, 0);
	else
		(void)!write(g->ep0, &byte, 0);
}

static void take_events(struct gadget *g)
{
	struct usb_functionfs_event events[EVENTS_MAX];
	ssize_t n = read(g->ep0, events, sizeof(events));

	for (ssize_t i = 0; i < n / (ssize_t)sizeof(events[0]); i++) {
		switch ((enum usb_functionfs_event_type)events[i].type) {
		case FUNCTIONFS_ENABLE:
			g->enabled = true;
			break;
		case FUNCTIONFS_UNBIND:
			g->was_unbound = true;
			g->enabled = g->has_packet = false;
			break;
		case FUNCTIONFS_DISABLE:
			g->enabled = g->has_packet = false;
			break;
		case FUNCTIONFS_SETUP:
			refuse_setup(g, &events[i].u.setup);
			break;
		case FUNCTIONFS_BIND:
		case FUNCTIONFS_SUSPEND: /* the instrument does not act on it */
		case FUNCTIONFS_RESUME:
			break;
		}
	}
}

static size_t poll_for(const struct fw_endpoint *endpoint, struct pollfd *fds)
{
	const struct gadget *g = gadget_of(endpoint);
	size_t count = 2;

	fds[0] = (struct pollfd){ .fd = g->ep0, .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = g->done_fd, .events = POLLIN };
	if (g->tree.state_fd >= 0)
		fds[count++] = (struct pollfd){ .fd = g->tree.state_fd, .events = POLLPRI };
	return count;
}

/* Bus power is there while the port is attached; that the host has configured the device is no matter of power. */
static bool is_taken_up(struct fw_endpoint *endpoint)
{
	struct gadget *g = gadget_of(endpoint);
	bool attached;

	take_events(g);
	attached = fw_gadget_tree_is_attached(&g->tree);
	if (g->was_unbound) {
		g->was_unbound = false;
		return false;
	}
	return attached;
}

static bool read_packet(struct fw_endpoint *endpoint, uint8_t *bytes, size_t size, size_t *length)
{
	struct gadget *g = gadget_of(endpoint);

	take_done(g);
	listen_on(g);
	if (!g->has_packet || g->in_pending || g->length > size)
		return false;
	memcpy(bytes, g->out_bytes, g->length);
	*length = g->length;
	g->has_packet = false;
	listen_on(g);
	return true;
}

static size_t write_packet(struct fw_endpoint *endpoint, const uint8_t *bytes, size_t length)
{
	struct gadget *g = gadget_of(endpoint);

	if (!g->enabled || g->in_pending || length > sizeof(g->in_bytes))
		return 0;
	memcpy(g->in_bytes, bytes, length);
	g->in_pending = submit(g, &g->in_job, g->in, IOCB_CMD_PWRITE, g->in_bytes, length);
	return g->in_pending ? length : 0;
}

/* Reading where only writing makes sense is FunctionFS's way of halting an endpoint. */
static void halt(struct fw_endpoint *endpoint)
{
	uint8_t byte;

	(void)!read(gadget_of(endpoint)->in, &byte, sizeof(byte));
}

const struct fw_endpoint_kind fw_gadget = {
	.scheme = "gadget",
	.cable = FW_CABLE_BULK,
	.plug = plug,
	.pull = pull,
	.leave = leave,
	.poll = poll_for,
	.read = read_packet,
	.write = write_packet,
	.halt = halt,
	.is_taken_up = is_taken_up,
};
