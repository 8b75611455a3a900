/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * What the operating system said, in our words.
 */
#ifndef SG_HOST_HOST_ERROR_H
#define SG_HOST_HOST_ERROR_H

#include "core/error.h"

/** The error that an errno of a file operation stands for; never SG_OK. */
enum sg_err sg_host_error(int number);

#endif
