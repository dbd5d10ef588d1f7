/* test_problems.c - one entry a problem: what it says, and which labels it moves. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "reports/problems.h"

static const char *const labels[] = { "edge" };

/* A call with two findings, the second one about the same packets as the first. */
struct scene {
	struct redactor *hide;
	struct spool *spool;
	struct problems *problems;
	struct call call;
	struct finding findings[2];
	struct without without;
	struct judgement judged;
};

static void set_finding(struct finding *f, const char *rule, const char *problem)
{
	f->rule = judge_rule(rule);
	assert_non_null(f->rule);
	f->severity = f->rule->severity;
	f->title = f->rule->title;
	f->detail = "It could be read.";
	f->scope = "call";
	f->element = "";
	f->filter = "frame.number in {7}";
	f->at[0] = (struct evidence){ .frame = 7, .ts_ns = 1 };
	f->at_count = 1;
	(void)memcpy(f->problem, problem, sizeof f->problem);
	(void)memcpy(f->fingerprint, problem, sizeof f->fingerprint);
}

static void set(struct scene *s)
{
	*s = (struct scene){ .hide = redact_new(REDACT_NONE, false),
			     .spool = spool_new(),
			     .call = { .id = "0123456789abcdef", .start_ns = 5, .end_ns = 9 } };
	s->problems = problems_new(s->spool);
	set_finding(&s->findings[0], "SIG-001", "00112233445566778899aabbccddeeff");
	set_finding(&s->findings[1], "PRIV-001", "ffeeddccbbaa99887766554433221100");
	s->without = (struct without){ .rule = s->findings[0].rule,
				       .problem = judge_problem(&s->findings[0]) };
	s->judged = (struct judgement){ .findings = s->findings,
					.finding_count = 2,
					.without = &s->without,
					.without_count = 1 };
}

static void end(struct scene *s)
{
	problems_free(s->problems);
	spool_free(s->spool);
	redact_free(s->hide);
}

static void add(struct scene *s, enum label from, enum label to)
{
	s->judged.label = from;
	s->without.label = to;
	problems_add(s->problems, s->hide, &s->call, &s->judged);
}

static void expect(const struct scene *s, size_t i, const char *words)
{
	struct text t = { 0 };

	assert_true(problems_write(s->problems, i, labels, 1, &t));
	if (!strstr(text_of(&t), words))
		fail_msg("no %s in %s", words, text_of(&t));
	text_free(&t);
}

static void counts_each_move_of_a_label(void **state)
{
	struct scene s;

	(void)state;
	set(&s);
	add(&s, LABEL_EXPOSED, LABEL_WEAK);
	expect(&s, 0, "\"without\":[{\"from\":\"EXPOSED\",\"to\":\"WEAK\",\"calls\":1}]");
	add(&s, LABEL_EXPOSED, LABEL_HOP_BY_HOP);
	add(&s, LABEL_EXPOSED, LABEL_HOP_BY_HOP);
	expect(&s, 0,
	       "\"without\":[{\"from\":\"EXPOSED\",\"to\":\"HOP BY HOP\",\"calls\":2},"
	       "{\"from\":\"EXPOSED\",\"to\":\"WEAK\",\"calls\":1}]");
	expect(&s, 1, "\"without\":[]");
	/* Six pairs are kept; what comes after them is not, and those that are there go on. */
	for (int to = LABEL_UNDETERMINED; to <= LABEL_END_TO_END; to++)
		add(&s, LABEL_WEAK, (enum label)to);
	add(&s, LABEL_TAMPERING, LABEL_WEAK);
	add(&s, LABEL_EXPOSED, LABEL_WEAK);
	expect(&s, 0, "{\"from\":\"EXPOSED\",\"to\":\"WEAK\",\"calls\":2}");
	expect(&s, 0, "{\"from\":\"WEAK\",\"to\":\"END-TO-END\",\"calls\":1}]");
	end(&s);
}

static void keeps_what_each_problem_says(void **state)
{
	struct scene s;

	(void)state;
	set(&s);
	s.findings[1].detail = "Who called whom could be read.";
	s.findings[1].caused_by = "SIG-001";
	add(&s, LABEL_EXPOSED, LABEL_WEAK);
	s.findings[1].problem[0] = '1';
	s.findings[1].detail = "It was read at last.";
	s.findings[1].caused_by = NULL;
	s.findings[1].at[0].frame = 8;
	s.findings[1].filter = "frame.number in {8}";
	add(&s, LABEL_EXPOSED, LABEL_WEAK);
	assert_int_equal(problems_count(s.problems), 3);
	expect(&s, 0, "\"problem\":\"00112233445566778899aabbccddeeff\"");
	expect(&s, 0, "\"detail\":\"It could be read.\"");
	expect(&s, 1, "\"detail\":\"Who called whom could be read.\"");
	expect(&s, 1, "\"caused_by\":\"SIG-001\"");
	expect(&s, 1, "\"frame\":7,");
	expect(&s, 1, "\"filter\":\"frame.number in {7}\"");
	expect(&s, 2, "\"problem\":\"1feeddccbbaa99887766554433221100\"");
	expect(&s, 2, "\"detail\":\"It was read at last.\"");
	expect(&s, 2, "\"caused_by\":null");
	expect(&s, 2, "\"frame\":8,");
	expect(&s, 2, "\"filter\":\"frame.number in {8}\"");
	end(&s);
}

/* Ids that begin alike, as hashes do not; more than the table begins with, twice over. */
static void tells_many_apart(void **state)
{
	enum { MANY = 1000 };
	struct scene s;
	char words[64];

	(void)state;
	set(&s);
	for (unsigned i = 0; i < 2 * MANY; i++) {
		(void)snprintf(s.findings[1].problem, sizeof s.findings[1].problem, "%032x",
			       i % MANY);
		s.findings[1].at[0].frame = i + 1;
		add(&s, LABEL_EXPOSED, LABEL_WEAK);
	}
	assert_int_equal(spool_flush(s.spool), ERR_OK);
	assert_int_equal(problems_count(s.problems), MANY + 1);
	for (unsigned i = 0; i < MANY; i++) {
		(void)snprintf(words, sizeof words, "\"problem\":\"%032x\"", i);
		expect(&s, i + 1, words);
		(void)snprintf(words, sizeof words, "\"frame\":%u,", i + 1);
		expect(&s, i + 1, words);
		expect(&s, i + 1, "\"calls\":2,");
	}
	assert_int_equal(problems_error(s.problems), 0);
	end(&s);
}

static void a_rule_is_called_what_all_its_problems_are(void **state)
{
	struct scene s;

	(void)state;
	set(&s);
	s.findings[0].title = "Another name";
	add(&s, LABEL_EXPOSED, LABEL_WEAK);
	json_t *rules = problems_rules(s.problems, false);
	const char *title = json_string_value(json_object_get(json_array_get(rules, 0), "title"));
	assert_string_equal(title, "Another name");
	json_decref(rules);
	s.findings[0].problem[0] = '1';
	s.findings[0].title = "A third";
	add(&s, LABEL_EXPOSED, LABEL_WEAK);
	rules = problems_rules(s.problems, false);
	title = json_string_value(json_object_get(json_array_get(rules, 0), "title"));
	assert_string_equal(title, s.findings[0].rule->title);
	json_decref(rules);
	expect(&s, 0, "\"title\":\"Another name\"");
	expect(&s, 2, "\"title\":\"A third\"");
	end(&s);
}

static void reads_a_problem_as_a_number(void **state)
{
	struct finding f = { .problem = "0123456789abcdeffedcba9876543210" };

	(void)state;
	assert_true(judge_problem(&f) == UINT64_C(0x0123456789abcdef));
	f.problem[0] = '\0';
	assert_true(judge_problem(&f) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_each_move_of_a_label),
		cmocka_unit_test(keeps_what_each_problem_says),
		cmocka_unit_test(tells_many_apart),
		cmocka_unit_test(a_rule_is_called_what_all_its_problems_are),
		cmocka_unit_test(reads_a_problem_as_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
