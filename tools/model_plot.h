/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * Curves of the diffusion limit as a picture, drawn by gnuplot (Debian package gnuplot-nox).
 */
#ifndef SG_TOOLS_MODEL_PLOT_H
#define SG_TOOLS_MODEL_PLOT_H

#include "core/error.h"
#include "core/text.h"
#include "model_curves.h"

/**
 * Write a picture; both axes logarithmic.
 * @param path  ends in .png or .svg
 * @param why   what went wrong, for a person
 * @retval SG_ERR_ARGUMENT   another ending, or a character in it that no file name should have
 * @retval SG_ERR_NOT_FOUND  there is no gnuplot; why names the package
 * @retval SG_ERR_IO         gnuplot could not do it; it said why on standard error
 */
enum sg_err sg_model_plot(const struct sg_model_curves *curves, const char *path, struct sg_text *why);

#endif
