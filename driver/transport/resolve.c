/* SPDX-License-Identifier: Apache-2.0 */
/*
 * getaddrinfo(3) waits as long as the resolver's settings say, half a minute and more when a name server is
 * away, and a rig that reconnects has a cell to look after. glibc's getaddrinfo_a(3) does the waiting in a
 * thread of its own.
 */
#include "transport/resolve.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "host/clock.h"
#include "transport/uri.h"

/* What the thread works on; it must outlive the question. */
struct question {
	struct gaicb request;
	struct addrinfo hints;
	char host[SG_URI_PART_SIZE];
	char service[SG_URI_PART_SIZE];
};

static const struct addrinfo stream_hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };

/* gai_suspend until it is answered or the deadline. Returns an EAI_ code, EAI_INPROGRESS for the deadline. */
static int await(struct question *q, struct sg_clock *clock, int64_t deadline_ns)
{
	const struct gaicb *const list[] = { &q->request };

	for (;;) {
		const int left_ms = sg_clock_poll_ms(clock, deadline_ns);
		const struct timespec left = { .tv_sec = left_ms / 1000, .tv_nsec = left_ms % 1000 * 1000000L };
		const int code = gai_error(&q->request);

		if (code != EAI_INPROGRESS || left_ms == 0)
			return code;
		gai_suspend(list, 1, &left);
	}
}

static int ask(const char *host, const char *service, struct sg_clock *clock, int64_t deadline_ns,
	       struct addrinfo **out)
{
	struct question *q = calloc(1, sizeof(*q));
	struct gaicb *list[1];
	int code;

	if (!q)
		return EAI_MEMORY;
	memcpy(q->host, host, strlen(host) + 1);
	memcpy(q->service, service, strlen(service) + 1);
	q->hints = stream_hints;
	q->request.ar_name = q->host;
	q->request.ar_service = q->service;
	q->request.ar_request = &q->hints;
	list[0] = &q->request;
	code = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL);
	if (!code)
		code = await(q, clock, deadline_ns);
	if (code == EAI_INPROGRESS) {
		if (gai_cancel(&q->request) == EAI_NOTCANCELED)
			return EAI_INPROGRESS; /* its thread still writes to *q: better 700 bytes lost than memory spoilt */
		code = gai_error(&q->request); /* cancelled, or answered in the last moment */
	}
	*out = q->request.ar_result;
	free(q);
	return code;
}

enum sg_err sg_resolve(const char *host, const char *service, struct sg_clock *clock, int64_t deadline_ns,
		       struct sg_text *why, struct addrinfo **out)
{
	struct addrinfo numeric = stream_hints;
	int code;

	/* An address in digits asks nobody; device servers mostly have one. */
	numeric.ai_flags = AI_NUMERICHOST;
	code = getaddrinfo(host, service, &numeric, out);
	if (code == EAI_NONAME)
		code = ask(host, service, clock, deadline_ns, out);
	if (!code)
		return SG_OK;
	if (code == EAI_INPROGRESS || code == EAI_CANCELED) {
		sg_text_add(why, "%s: the name servers do not answer; an address in digits asks none", host);
		return SG_ERR_TIMEOUT;
	}
	sg_text_add(why, "%s port %s: %s", host, service, gai_strerror(code));
	return code == EAI_MEMORY ? SG_ERR_NO_MEMORY : SG_ERR_NOT_FOUND;
}
