/* The manual page and the completions of shells, made from the tables that the program itself goes
 * by: options, views, filter fields, findings, reasons, keys, settings, limits.
 *
 * A program of the build, no part of mailwire.
 */
#ifndef MAILWIRE_UI_MANUAL_MANUAL_H
#define MAILWIRE_UI_MANUAL_MANUAL_H

#include <stdbool.h>
#include <stdio.h>

/* Copies the template: lines "@NAME@" become tables, "@version@" becomes the version. False with
 * the name on standard error when there is no such table. */
bool manual_page(FILE *template, FILE *out);
void manual_bash(FILE *out);
void manual_zsh(FILE *out);
void manual_fish(FILE *out);

#endif
