/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * `sandglassd`: looks after the tests of many rigs. Each test is a program of its own, with its guardian; this one has no
 * port, and never waits for a test, a client or an instrument: one poll() over the socket, its clients, the programs' ends
 * and outputs, signals and a timer. What it does wait for is the disk, for small files at the beginning and the end of a test.
 */
#ifndef SG_SERVICE_SERVICE_H
#define SG_SERVICE_SERVICE_H

#include "core/error.h"
#include "core/text.h"
#include "service/rigs.h"

struct sg_service_config {
	const struct sg_rigs *rigs;
	const char *rigs_path;  /**< rig files are seen from there */
	const char *folder;     /**< where run folders go */
	const char *socket;     /**< path */
	int group;              /**< of the socket, -1: that of the process */
	const char *program;    /**< sandglass */
};

/**
 * Until SIGTERM or SIGINT, and then until every test is held, cell off, or two minutes have passed.
 * @param why  a line each
 * @retval SG_OK           the service was stopped
 * @retval SG_ERR_BUSY     another one has this folder
 * @retval others          it could not begin
 */
enum sg_err sg_service_run(const struct sg_service_config *config, struct sg_text *why);

#endif
