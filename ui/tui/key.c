#include "ui/tui/key.h"

#include "capture/base/text.h"

static const struct {
    const char *name, *title;
} views[VIEW_COUNT] = {
#define VIEW(name, symbol, config, title) [VIEW_##name] = {config, title},
#include "ui/tui/views.def"
#undef VIEW
};

static const char *const group_titles[GROUP_COUNT] = {
    [GROUP_MOVE] = "Move",
    [GROUP_SCREENS] = "Screens",
    [GROUP_LIST] = "List",
    [GROUP_MARKS] = "Marks",
    [GROUP_SEARCH] = "Find",
    [GROUP_SHOW] = "Show",
    [GROUP_CAPTURE] = "Reading and screen",
};

#define ON(view) (1u << VIEW_##view)
#define EVERY    ((1u << VIEW_COUNT) - 1u)
#define TABLES   (ON(SESSIONS) | ON(MESSAGES) | ON(CREDENTIALS) | ON(FINDINGS))
#define LISTS    (TABLES | ON(STATS))
#define READING  (ON(MESSAGE) | ON(HELP))
#define TEXTS    (ON(DIALOGUE) | ON(MESSAGE) | ON(COMPARE) | ON(TOGETHER) | ON(HELP))

static const struct key_row rows[] = {
#define KEY(action, views, keys, label, group, help)                                               \
    {ACT_##action, #action, views, keys, label, help, GROUP_##group},
#include "ui/tui/keys.def"
#undef KEY
};

static const struct {
    const char *name;
    int32_t code;
} names[] = {
    {"Up", KC_UP},
    {"Down", KC_DOWN},
    {"Left", KC_LEFT},
    {"Right", KC_RIGHT},
    {"PgUp", KC_PAGE_UP},
    {"PgDn", KC_PAGE_DOWN},
    {"Home", KC_HOME},
    {"End", KC_END},
    {"Backspace", KC_ERASE},
    {"Del", KC_DELETE},
    {"Ins", KC_INSERT},
    {"Tab", KC_TAB},
    {"Shift-Tab", KC_SHIFT_TAB},
    {"Enter", KC_RETURN},
    {"Esc", KC_ESCAPE},
    {"Space", ' '},
};

const char *view_name(enum view_id v)
{
    return v < VIEW_COUNT ? views[v].name : "";
}

const char *view_title(enum view_id v)
{
    return v < VIEW_COUNT ? views[v].title : "";
}

const char *key_group_title(enum key_group g)
{
    return g < GROUP_COUNT ? group_titles[g] : "";
}

const struct key_row *key_rows(size_t *count)
{
    *count = sizeof(rows) / sizeof(rows[0]);
    return rows;
}

bool key_parse(struct bytes name, int32_t *code)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (bytes_is(name, names[i].name)) {
            *code = names[i].code;
            return true;
        }
    }
    uint64_t n;
    if (name.n >= 2 && name.n <= 3 && bytes_starts(name, "F") &&
        bytes_u64(bytes_from(name, 1), &n) && n >= 1 && n <= 24) {
        *code = KC_F0 + (int32_t)n;
        return true;
    }
    if (name.n == 6 && bytes_starts(name, "Ctrl-") && ascii_is_alpha(name.p[5])) {
        *code = ascii_upper(name.p[5]) - 'A' + 1;
        return true;
    }
    size_t at = 0;
    int32_t cp = name.n ? text_utf8_next(name, &at) : -1;
    if (cp <= ' ' || at != name.n || text_is_unsafe((uint32_t)cp)) {
        return false;
    }
    *code = cp;
    return true;
}

void key_print(int32_t code, char out[static 16])
{
    struct buf b;
    buf_init(&b, 15);
    size_t i = 0, n = sizeof(names) / sizeof(names[0]);
    while (i < n && names[i].code != code) {
        i++;
    }
    if (i < n) {
        buf_add_str(&b, names[i].name);
    } else if (code > KC_F0 && code <= KC_F0 + 24) {
        buf_printf(&b, "F%d", (int)(code - KC_F0));
    } else if (code > 0 && code < ' ') {
        buf_printf(&b, "Ctrl-%c", 'A' + code - 1);
    } else if (code > ' ' && code < KC_SPECIAL) {
        text_utf8_add(&b, (uint32_t)code);
    }
    memcpy(out, buf_cstr(&b), b.n + 1);
    buf_done(&b);
}

/* ---- what keys do ---- */

static void add(struct keymap *m, uint32_t on, int32_t code, enum action a)
{
    if (m->count < KEYMAP_BINDS) {
        m->bind[m->count++] = (struct key_bind){on, code, (uint8_t)a};
    }
}

void keymap_init(struct keymap *m)
{
    *m = (struct keymap){0};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes rest = bytes_of(rows[i].keys);
        int32_t code;
        for (struct bytes word = bytes_word(&rest); word.n; word = bytes_word(&rest)) {
            if (key_parse(word, &code)) {
                add(m, rows[i].views, code, rows[i].action);
            }
        }
    }
}

enum action keymap_find(const struct keymap *m, enum view_id v, int32_t code)
{
    for (size_t i = m->count; i-- > 0;) {
        if (m->bind[i].code == code && (m->bind[i].views & 1u << v)) {
            return m->bind[i].action;
        }
    }
    return ACT_NONE;
}

/* Names of actions are written "half-down" in the config file and HALF_DOWN in the table. */
static bool action_is(struct bytes text, const char *name)
{
    if (text.n != strlen(name)) {
        return false;
    }
    for (size_t i = 0; i < text.n; i++) {
        int c = text.p[i] == '-' ? '_' : ascii_upper(text.p[i]);
        if (c != name[i]) {
            return false;
        }
    }
    return true;
}

static bool find_view(struct bytes name, uint32_t *mask)
{
    if (bytes_is(name, "every")) {
        *mask = EVERY;
        return true;
    }
    for (int v = 0; v < VIEW_COUNT; v++) {
        if (bytes_is(name, views[v].name)) {
            *mask = 1u << v;
            return true;
        }
    }
    return false;
}

bool keymap_bind(struct keymap *m, struct bytes view, struct bytes key, struct bytes action,
                 struct error *e)
{
    uint32_t on, where = 0;
    int32_t code;
    if (!find_view(view, &on)) {
        return error_set(e, "there is no screen \"%.*s\"", (int)view.n, (const char *)view.p);
    }
    if (!key_parse(key, &code)) {
        return error_set(e, "there is no key \"%.*s\" (examples: x F5 Ctrl-D PgDn Space)",
                         (int)key.n, (const char *)key.p);
    }
    enum action found = ACT_NONE;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (action_is(action, rows[i].name)) {
            found = rows[i].action;
            where |= rows[i].views;
        }
    }
    if (found == ACT_NONE && !bytes_is(action, "none")) {
        return error_set(e, "there is no action \"%.*s\"", (int)action.n, (const char *)action.p);
    }
    if (found != ACT_NONE && !(where & on)) {
        return error_set(e, "the action \"%.*s\" does nothing on that screen", (int)action.n,
                         (const char *)action.p);
    }
    if (m->count >= KEYMAP_BINDS) {
        return error_set(e, "too many bind lines");
    }
    add(m, found == ACT_NONE ? on : on & where, code, found);
    return true;
}

void keymap_keys(const struct keymap *m, enum view_id v, const struct key_row *row, struct buf *out)
{
    char name[16];
    bool first = true;
    for (size_t i = 0; i < m->count; i++) {
        const struct key_bind *b = &m->bind[i];
        if (b->action == row->action && (b->views & 1u << v) &&
            keymap_find(m, v, b->code) == row->action) {
            key_print(b->code, name);
            buf_printf(out, "%s%s", first ? "" : " ", name);
            first = false;
        }
    }
}
