/* Options beside each other: which contradict, which have no effect. */
#include "ui/options.h"

#include <stdlib.h>
#include <unistd.h>

static bool selects(const struct options *o)
{
    return o->filter != NULL || !selection_is_empty(&o->selection);
}

static bool shows(const struct options *o, const char *view)
{
    return o->view != NULL && strcmp(o->view->name, view) == 0;
}

static bool exports(const struct options *o, const char *name)
{
    for (size_t i = 0; i < o->export_count; i++) {
        if (strcmp(o->exports[i].format->name, name) == 0) {
            return true;
        }
    }
    return false;
}

bool options_write_standard_output(const struct options *o)
{
    return o->write_path != NULL && strcmp(o->write_path, "-") == 0;
}

bool options_read_standard_input(const struct options *o)
{
    for (size_t i = 0; i < o->file_count; i++) {
        if (strcmp(o->files[i], "-") == 0) {
            return true;
        }
    }
    return false;
}

/* ---- contradictions ---- */

static bool check_input(const struct options *o, struct error *e)
{
    if (o->file_count == 0 && o->interface == NULL) {
        return error_set(e, "what shall be read? Give a capture with -r FILE, or an interface with "
                            "-i INTERFACE (-D lists them); --help tells more");
    }
    return o->file_count == 0 || o->interface == NULL ||
           error_set(e, "-r and -i do not go together: read files or capture live");
}

/* -w would put its packets in the place of the messages. */
static bool mbox_is_written(const struct options *o)
{
    for (size_t i = 0; i < o->export_count; i++) {
        if (strcmp(o->exports[i].format->name, "export-mbox") == 0 &&
            strcmp(o->exports[i].path, o->write_path) == 0) {
            return true;
        }
    }
    return false;
}

static bool check_write(const struct options *o, struct error *e)
{
    if (o->write_path == NULL) {
        return true;
    }
    if (options_read_standard_input(o) && selects(o)) {
        return error_set(e, "-w with --session reads the capture twice, which standard input can "
                            "not be; put it into a file first");
    }
    if (o->interface != NULL && selects(o)) {
        return error_set(e, "-w writes every packet of a live capture; select the sessions "
                            "afterwards, with -r and --session");
    }
    if (mbox_is_written(o)) {
        return error_set(e, "-w and --export-mbox can not both write %.200s", o->write_path);
    }
    if (!options_write_standard_output(o)) {
        return true;
    }
    if (o->view != NULL) {
        return error_set(e, "-w - and -T both want standard output; give -w a file");
    }
    return isatty(STDOUT_FILENO) != 1 ||
           error_set(e, "-w - would send packets to the terminal, which could command it; send "
                        "them into a file or a pipe");
}

static bool check_geoip(const struct options *o, struct error *e)
{
    for (size_t i = 0; o->geoip_count > 1 && i < o->geoip_count; i++) {
        if (strcmp(o->geoip[i], "none") == 0) {
            return error_set(e, "--geoip none and --geoip FILE contradict each other");
        }
    }
    return true;
}

bool options_check(const struct options *o, struct error *e)
{
    if (o->action != ACTION_RUN) {
        return true;
    }
    if (o->hashcat && !(o->show_secrets && shows(o, "credentials"))) {
        return error_set(e, "--credentials-format goes with -T credentials --show-secrets: what it "
                            "writes are secrets");
    }
    return check_input(o, e) && check_write(o, e) && check_geoip(o, e);
}

/* ---- what has no effect ---- */

static bool user_is_idle(const struct options *o)
{
    return o->user != NULL && geteuid() != 0;
}

static bool live_is_idle(const struct options *o)
{
    return o->interface == NULL && (o->no_promiscuous || o->snaplen != 0 || o->buffer_kib != 0);
}

static bool commands_are_idle(const struct options *o)
{
    return o->commands && !shows(o, "json");
}

static bool transcript_is_idle(const struct options *o)
{
    return (o->bodies || o->explain) && !shows(o, "transcript") &&
           !exports(o, "export-transcripts");
}

static bool geoip_is_idle(const struct options *o)
{
    return o->geoip_count > 0 && strcmp(o->geoip[0], "none") != 0 && o->filter == NULL &&
           (options_write_standard_output(o) || (o->view != NULL && !o->view->shows_places));
}

void options_remark(const struct options *o, void (*say)(const char *sentence))
{
    static const struct {
        bool (*holds)(const struct options *o);
        const char *sentence;
    } rows[] = {
        {user_is_idle, "--user has no effect: only root can become someone else"},
        {live_is_idle, "-p, -s and -B have no effect with -r: they are for a live capture"},
        {commands_are_idle, "--commands has no effect without -T json"},
        {transcript_is_idle,
         "--bodies and --explain have no effect without -T transcript or --export-transcripts"},
        {geoip_is_idle, "--geoip has no effect: nothing asked for shows or filters places"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].holds(o)) {
            say(rows[i].sentence);
        }
    }
}
