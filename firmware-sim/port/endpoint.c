/* SPDX-License-Identifier: Apache-2.0 */
#include "port/endpoint.h"

#include <string.h>

int fw_endpoint_open(struct fw_endpoint *endpoint, const char *uri, const char **why)
{
	static const struct fw_endpoint_kind *const kinds[] = { &fw_pty, &fw_tcp };

	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->fd = -1;
	endpoint->peer_fd = -1;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		size_t length = strlen(kinds[i]->scheme);

		if (strncmp(uri, kinds[i]->scheme, length) || uri[length] != ':')
			continue;
		if (strlen(uri) - length > sizeof(endpoint->where)) {
			*why = "the address is too long";
			return -1;
		}
		strcpy(endpoint->where, uri + length + 1);
		if (kinds[i]->plug(endpoint, why))
			return -1;
		endpoint->kind = kinds[i];
		return 0;
	}
	*why = "pty:/path, tcp:port or tcp:host:port is wanted";
	return -1;
}

void fw_endpoint_close(struct fw_endpoint *endpoint)
{
	if (endpoint->kind)
		endpoint->kind->pull(endpoint);
	endpoint->kind = NULL;
}
