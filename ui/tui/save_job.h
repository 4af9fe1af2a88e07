/* Saving, done in slices: sessions are told again to an export, or their packets are read again.
 *
 * Exports are the same sinks as on the command line, so a saved file is what a run with
 * -T or --export would have written. Packets come from the capture files by a second
 * reading, in a thread of its own. Nothing that exists is replaced; what was begun
 * and not finished is removed.
 */
#ifndef MAILWIRE_UI_TUI_SAVE_JOB_H
#define MAILWIRE_UI_TUI_SAVE_JOB_H

#include "ui/export/export.h"
#include "ui/tui/view.h"

/* Packets as pcap, or as pcapng with comments; an export; the list of sessions as CSV. */
enum save_kind { SAVE_PCAP, SAVE_PCAPNG, SAVE_EXPORT, SAVE_TABLE };

struct save_request {
    enum save_kind kind;
    const struct export_format *format; /* SAVE_EXPORT */
    bool folder;                        /* the format writes files into a folder */
    char path[EDIT_MOST];
    bool secrets;
    struct store_ref *session; /* taken over */
    size_t sessions;
    uint32_t message; /* only this message of them, 0: all */
};

struct save_job;

/* NULL with a sentence in *e; the request's list is freed in any case. */
struct save_job *save_job_start(struct ui *u, struct save_request *r, struct error *e);
/* Works until the deadline; true when it is done: then save_job_result tells. */
bool save_job_work(struct save_job *j, int64_t deadline);
/* Hundredths done, and a word on what. */
int save_job_percent(const struct save_job *j);
/* False with a sentence: what went wrong; true: what was saved. */
bool save_job_result(const struct save_job *j, char *out, size_t room);
/* Stops it if it runs, removes what is not whole, frees. */
void save_job_free(struct save_job **j);

#endif
