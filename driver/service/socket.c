/* SPDX-License-Identifier: Apache-2.0 */
#include "service/socket.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

void sg_socket_path(char *path, size_t size)
{
	const char *folder = getenv("RUNTIME_DIRECTORY");

	snprintf(path, size, "%s/sandglassd.sock", folder && folder[0] ? folder : "/run/sandglass");
}

static int open_at(const char *path, struct sockaddr_un *address, int flags, struct sg_text *why)
{
	int fd;

	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(address->sun_path)) {
		sg_text_add(why, "%s: a socket's path has %zu characters at most", path, sizeof(address->sun_path) - 1);
		return -1;
	}
	memcpy(address->sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	if (fd < 0)
		sg_text_add(why, "%s: %s", path, strerror(errno));
	return fd;
}

enum sg_err sg_socket_listen(const char *path, int group, int *fd, struct sg_text *why)
{
	struct sockaddr_un address;
	mode_t before;
	int failed;

	*fd = open_at(path, &address, SOCK_NONBLOCK, why);
	if (*fd < 0)
		return SG_ERR_IO;
	unlink(path); /* of one before: its folder is locked by us by now */
	before = umask(0117);
	failed = bind(*fd, (struct sockaddr *)&address, sizeof(address));
	umask(before);
	if (!failed && group >= 0)
		failed = chown(path, (uid_t)-1, (gid_t)group);
	if (!failed)
		failed = listen(*fd, 64);
	if (!failed)
		return SG_OK;
	sg_text_add(why, "%s: %s", path, strerror(errno));
	close(*fd);
	return SG_ERR_IO;
}

enum sg_err sg_socket_connect(const char *path, int *fd, struct sg_text *why)
{
	struct sockaddr_un address;

	*fd = open_at(path, &address, 0, why);
	if (*fd < 0)
		return SG_ERR_IO;
	if (connect(*fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return SG_OK;
	sg_text_add(why, "%s: %s%s", path, strerror(errno),
		    errno == EACCES ? ": whoever may use it is in the socket's group" :
		    errno == ENOENT || errno == ECONNREFUSED ? ": is sandglassd running?" : "");
	close(*fd);
	return SG_ERR_IO;
}
