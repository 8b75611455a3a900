/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * The simulator as a process of its own, and a small host of its lockstep socket. For tests; what
 * goes wrong fails the test.
 */
#ifndef FW_TEST_PROGRAM_H
#define FW_TEST_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/** In a folder of the test's own, valid after make_folder(). */
extern char socket_path[64];
extern char report_path[64];
extern char link_path[64];
extern char pty_uri[80];

/** Set-up and tear-down of a group of tests. */
int make_folder(void **state);
int remove_folder(void **state);

/** Start it; *out is where it talks, behind "ready" when wait is set. */
pid_t program_start(const char *const *words, FILE **out, bool wait);

/** Wait for its end; its exit status, and what it has cost in *cpu_s unless NULL. */
int program_end(pid_t pid, FILE *out, double *cpu_s);

int connect_lockstep(void);
void put(int fd, char type, unsigned port, const void *payload, size_t length);
void put_advance(int fd, int64_t t_ns, uint32_t wake);

/** Read a frame; returns its type, its payload in *payload as text. */
char get(int fd, char *payload, size_t size);

void read_report(char *text, size_t size);

#endif
