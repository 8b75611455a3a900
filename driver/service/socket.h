/* SPDX-License-Identifier: Apache-2.0 */
/** @file The socket of the service: where it listens, and how it is reached. */
#ifndef SG_SERVICE_SOCKET_H
#define SG_SERVICE_SOCKET_H

#include "core/error.h"
#include "core/text.h"

/** Where it is unless somebody says otherwise: $RUNTIME_DIRECTORY/sandglassd.sock, else /run/sandglass/sandglassd.sock. */
void sg_socket_path(char *path, size_t size);

/**
 * Listen: mode 0660; one that a service left behind is replaced.
 * @param group  of it, or -1
 * @retval SG_ERR_IO  why says what
 */
enum sg_err sg_socket_listen(const char *path, int group, int *fd, struct sg_text *why);

/** @retval SG_ERR_IO  nobody listens there, or we may not; why says which */
enum sg_err sg_socket_connect(const char *path, int *fd, struct sg_text *why);

#endif
