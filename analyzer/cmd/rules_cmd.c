/* rules_cmd.c - packs read, their examples run, and the fields that they may ask. */
#include "analyzer/cmd/rules_cmd.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/mem.h"
#include "analyzer/cmd/rules_capture.h"
#include "rules/example.h"
#include "rules/field_row.h"

enum { EXIT_FINE, EXIT_NOT_HELD, EXIT_USAGE, EXIT_UNREADABLE };

static int unreadable(const char *path)
{
	fprintf(stderr, "earshot: %s: %s\n", path, strerror(errno));
	return EXIT_UNREADABLE;
}

/* Not wrong: but what nobody tried may be. */
static void tell_lacking(size_t from)
{
	const struct pack_set *set = pack_builtin();

	for (size_t i = from; i < pack_count(set); i++)
		for (int k = 0; k < EXAMPLE_KINDS; k++)
			if (example_lacks(pack_at(set, i), (enum example_kind)k))
				printf("%s: no example is %s\n", pack_at(set, i)->rule.id,
				       example_kind_text((enum example_kind)k));
}

/* Into the rules of this run, so that packs may use what the catalogue defines. */
static int add_pack(const char *path)
{
	struct pack_set *set = pack_builtin();
	size_t before = pack_count(set);
	char *why = NULL;

	if (access(path, R_OK) != 0)
		return unreadable(path);
	if (pack_add_file(set, path, &why) != ERR_OK) {
		fprintf(stderr, "earshot: %s\n", why);
		free(why);
		return EXIT_NOT_HELD;
	}
	printf("%s: %zu rules, well formed\n", path, pack_count(set) - before);
	tell_lacking(before);
	return EXIT_FINE;
}

int rules_cmd_check(int argc, char **argv)
{
	int code = EXIT_FINE;

	if (argc < 1 || argv[0][0] == '-') {
		fputs("usage: earshot rules check FILE...\n", stderr);
		return EXIT_USAGE;
	}
	for (int i = 0; i < argc && code == EXIT_FINE; i++)
		code = add_pack(argv[i]);
	return code;
}

/* ---- examples -------------------------------------------------------------------------- */

static int is_pack(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return n > 5 && strcmp(e->d_name + n - 5, ".json") == 0;
}

/* All packs of a folder, in the order of their names. */
static int add_folder(const char *path)
{
	struct dirent **found = NULL;
	int n = scandir(path, &found, is_pack, alphasort), code = EXIT_FINE;

	if (n < 0)
		return unreadable(path);
	for (int i = 0; i < n; i++) {
		struct text t = { 0 };
		text_addf(&t, "%s/%s", path, found[i]->d_name);
		if (code == EXIT_FINE)
			code = add_pack(text_of(&t));
		text_free(&t);
		free(found[i]);
	}
	free(found);
	if (!n)
		fprintf(stderr, "earshot: %s: there is no pack (*.json) in it\n", path);
	return n ? code : EXIT_UNREADABLE;
}

static int tell(struct example_results *r)
{
	int code = r->failed || !r->count ? EXIT_NOT_HELD : EXIT_FINE;

	for (size_t i = 0; i < r->count; i++)
		if (!r->list[i].passed)
			printf("%s, %s: %s\n", r->list[i].rule, r->list[i].name, r->list[i].why);
	printf("%zu examples: %zu passed, %zu failed\n", r->count, r->count - r->failed, r->failed);
	example_free(r);
	return code;
}

int rules_cmd_test(int argc, char **argv)
{
	size_t from = argc ? pack_count(pack_builtin()) : 0;
	struct example_results results;
	int code = EXIT_FINE;

	if (argc > 1 || (argc && argv[0][0] == '-')) {
		fputs("usage: earshot rules test [DIR]\n", stderr);
		return EXIT_USAGE;
	}
	if (argc)
		code = add_folder(argv[0]);
	else
		(void)pack_builtin_examples();
	if (code != EXIT_FINE)
		return code;
	example_run(pack_builtin(), from, &results);
	rules_capture_run(pack_builtin(), from, &results);
	return tell(&results);
}

/* ---- fields ------------------------------------------------------------------------------ */

int rules_cmd_fields(int argc, char **argv)
{
	const struct expr_scope *const roots[] = { field_call(), field_row() };
	struct text t = { 0 };

	(void)argv;
	if (argc) {
		fputs("usage: earshot rules fields\n", stderr);
		return EXIT_USAGE;
	}
	expr_reference(roots, sizeof roots / sizeof *roots, &t);
	fputs(text_of(&t), stdout);
	text_free(&t);
	return EXIT_FINE;
}
