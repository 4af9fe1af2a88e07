/* The secrets of one session, for what repeats them: a refusal that quotes the password, a second
 * try in a line that is no command.
 *
 * What was said as a secret is sought from then on in every line and reply of its session, but
 * for names (USER, HELO ...). Of four bytes or more only, below eight as a word of its own: "a" or
 * "mail" as a password must not hide the dialog. The last SECRETS_KEPT are known, of each its first
 * SECRET_MOST bytes, so that the work is linear in the text. The kept bytes are wiped when they go.
 */
#ifndef MAILWIRE_DISSECT_SECRETS_H
#define MAILWIRE_DISSECT_SECRETS_H

#include "capture/base/bytes.h"

#define SECRETS_KEPT 8
#define SECRET_LEAST 4
#define SECRET_MOST  256

struct secrets;

/* Into *set, which is made when there is none: all of it, and the word behind its last blank
 * ("LOGIN anna secret"). */
void secrets_add(struct secrets **set, struct bytes secret);
void secrets_free(struct secrets **set);
size_t secrets_held(const struct secrets *set);
/* From the first to the last of them in text, as a view into it; empty where there is none. set
 * may be NULL. */
struct bytes secrets_find(const struct secrets *set, struct bytes text);
/* The smallest view that holds both; a or b may be empty. Both lie in one text. */
struct bytes secrets_span(struct bytes a, struct bytes b);
/* What of an unknown command's argument may be a password: all behind a word that reads like PASS,
 * AUTH or LOGIN, mistyped or not; behind USER what follows the name. */
struct bytes secrets_behind(struct bytes word, struct bytes argument);

#endif
