/* explain_cmd.c - rules and questions in words; the list of rules. */
#include "analyzer/cmd/explain_cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/nearest.h"
#include "analyzer/cmd/rules_cmd.h"
#include "analyzer/cmd/wish.h"
#include "reports/explain.h"

enum { EXIT_NONE = 1, EXIT_USAGE = 2, WIDTH = 80 };

/* ---- explain ------------------------------------------------------------------------- */

static const struct rule *rule_named(const char *id)
{
	size_t count;
	const struct rule *rules = judge_rules(&count);

	for (size_t i = 0; i < count; i++)
		if (strcasecmp(rules[i].id, id) == 0)
			return &rules[i];
	return NULL;
}

/* Ids are compared as they are written, topics as typed: the nearer of both kinds is offered. */
static int unknown(const char *word)
{
	size_t count, n = 0;
	const struct rule *rules = judge_rules(&count);
	const char **names = mem_zero(count + 16, sizeof *names);
	char *upper = mem_text(word);

	for (char *c = upper; *c; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	for (size_t i = 0; i < count; i++)
		names[n++] = rules[i].id;
	const char *near = nearest_word(slice_of(upper), names, n);
	for (n = 0; n < 16 && topic_at(n); n++)
		names[n] = topic_at(n)->name;
	if (!near)
		near = nearest_word(slice_of(word), names, n);
	fprintf(stderr, "earshot: no rule or topic '%.60s'%s%s%s\n", word,
		near ? "; did you mean " : "; try `earshot rules list`", near ? near : "",
		near ? "?" : "");
	free(upper);
	free(names);
	return EXIT_USAGE;
}

static bool put_rule(const void *what, const struct wish *w, FILE *out)
{
	if (wish_is(w, "json"))
		return explain_json(what, out);
	return wish_is(w, "markdown") ? explain_markdown(what, out)
				      : explain_text(what, out, WIDTH);
}

static bool put_topic(const void *what, const struct wish *w, FILE *out)
{
	if (wish_is(w, "json"))
		return explain_topic_json(what, out);
	return wish_is(w, "markdown") ? explain_topic_markdown(what, out)
				      : explain_topic_text(what, out, WIDTH);
}

static void help_explain(void)
{
	puts("earshot explain - a rule, or a question, in words\n"
	     "\n"
	     "  earshot explain SIG-001\n"
	     "  earshot explain tls\n"
	     "\n"
	     "usage: earshot explain [-f text|json|markdown] [-o FILE] RULE|TOPIC\n"
	     "\n"
	     "`earshot rules list` lists the rules. Topics:");
	for (size_t i = 0; topic_at(i); i++)
		printf("  %-16s %s\n", topic_at(i)->name, topic_at(i)->question);
	puts("\nexit: 0 fine, 2 usage or no such rule, 5 not written.");
}

int explain_cmd_run(int argc, char **argv)
{
	static const char *const formats[] = { "text", "json", "markdown", NULL };
	struct wish w = { .of = "explain", .formats = formats, .most = 1 };

	if (wish_read(&w, argc, argv) != ERR_OK)
		return EXIT_USAGE;
	if (w.help) {
		help_explain();
		return 0;
	}
	if (!w.name_count) {
		fputs("earshot: explain takes a rule or a topic; try `earshot explain SIG-001`\n",
		      stderr);
		return EXIT_USAGE;
	}
	const struct rule *rule = rule_named(w.names[0]);
	const struct topic *topic = topic_find(w.names[0]);
	if (!rule && !topic)
		return unknown(w.names[0]);
	return rule ? wish_write(&w, put_rule, rule) : wish_write(&w, put_topic, topic);
}

/* ---- rules list ------------------------------------------------------------------------ */

struct listing {
	const struct rule **rules;
	size_t count;
};

static bool put_list(const void *what, const struct wish *w, FILE *out)
{
	const struct listing *l = what;

	return wish_is(w, "json") ? explain_list_json(l->rules, l->count, out)
				  : explain_list_text(l->rules, l->count, w->quiet, out, WIDTH);
}

static bool mentions(const struct rule *r, const char *word)
{
	return !word || strcasestr(r->id, word) || strcasestr(r->title, word) ||
	       strcasestr(r->checks, word);
}

/* -1: not asked for; -2: no such class, and a sentence has been printed. */
static int class_named(const char *name)
{
	const char *names[CLASS_VISIBILITY + 1];

	for (int i = 0; name && i <= CLASS_VISIBILITY; i++) {
		names[i] = judge_class_text((enum rule_class)i);
		if (strcasecmp(name, names[i]) == 0)
			return i;
	}
	if (!name)
		return -1;
	const char *near = nearest_word(slice_of(name), names, CLASS_VISIBILITY + 1);
	fprintf(stderr,
		"earshot: no class '%.60s' (attack, exposure, posture, hygiene, "
		"visibility)%s%s%s\n",
		name, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
	return -2;
}

static int list(const struct wish *w)
{
	const char *severity = w->options[1].value;
	int cls = class_named(w->options[0].value);
	enum severity wanted = SEVERITY_INFO;
	size_t count;
	const struct rule *rules = judge_rules(&count);

	if (cls == -2)
		return EXIT_USAGE;
	if (severity && !judge_severity_parse(severity, &wanted)) {
		fprintf(stderr,
			"earshot: no severity '%.60s' (critical, high, medium, low, info)\n",
			severity);
		return EXIT_USAGE;
	}
	struct listing l = { mem_zero(count + 1, sizeof(struct rule *)), 0 };
	for (size_t i = 0; i < count; i++)
		if ((cls < 0 || (int)rules[i].cls == cls) &&
		    (!severity || rules[i].severity == wanted) &&
		    mentions(&rules[i], w->name_count ? w->names[0] : NULL))
			l.rules[l.count++] = &rules[i];
	int code = wish_write(w, put_list, &l);
	if (!code && !l.count) {
		fputs("earshot: no rule is like that\n", stderr);
		code = EXIT_NONE;
	}
	free(l.rules);
	return code;
}

static void help_rules(void)
{
	puts("earshot rules - the catalogue, and packs of your own\n"
	     "\n"
	     "  earshot rules list\n"
	     "  earshot rules list --class exposure --severity critical\n"
	     "  earshot rules list certificate\n"
	     "\n"
	     "  earshot rules check FILE...    read packs and say what is wrong\n"
	     "  earshot rules test [DIR]       run the examples of packs (the catalogue's)\n"
	     "  earshot rules fields           what expressions can ask, as Markdown\n"
	     "\n"
	     "usage: earshot rules list [-f text|json] [-o FILE] [-q] [--class CLASS]\n"
	     "                          [--severity SEVERITY] [WORD]\n"
	     "\n"
	     "WORD is looked for in ids, titles and what is checked. -q prints ids alone.\n"
	     "\n"
	     "exit: 0 fine, 1 no rule is like that, or a pack or an example does not hold,\n"
	     "2 usage, 3 not readable, 5 not written.");
}

static int run_list(int argc, char **argv)
{
	static const char *const formats[] = { "text", "json", NULL };
	struct wish_option options[] = { { "class", NULL }, { "severity", NULL }, { NULL, NULL } };
	struct wish w = { .of = "rules list", .formats = formats, .most = 1, .options = options };

	if (wish_read(&w, argc, argv) != ERR_OK)
		return EXIT_USAGE;
	if (!w.help)
		return list(&w);
	help_rules();
	return 0;
}

/* What can be done with rules; another verb is a line here. */
static const struct verb {
	const char *name;
	int (*run)(int argc, char **argv);
} verbs[] = {
	{ "list", run_list },
	{ "check", rules_cmd_check },
	{ "test", rules_cmd_test },
	{ "fields", rules_cmd_fields },
};
enum { VERBS = sizeof verbs / sizeof *verbs };

int explain_cmd_rules(int argc, char **argv)
{
	const char *names[VERBS], *near;

	for (size_t i = 0; i < VERBS; i++) {
		names[i] = verbs[i].name;
		if (argc && strcmp(argv[0], names[i]) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	}
	if (argc && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)) {
		help_rules();
		return 0;
	}
	near = argc ? nearest_word(slice_of(argv[0]), names, VERBS) : NULL;
	if (near)
		fprintf(stderr, "earshot: no `rules %.60s`; did you mean %s?\n", argv[0], near);
	else
		fputs("earshot: try `earshot rules list`\n", stderr);
	return EXIT_USAGE;
}
