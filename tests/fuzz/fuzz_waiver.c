/* fuzz_waiver.c - waivers as a user may write them: refused in words, or asked about a finding. */
#include <stdlib.h>
#include <string.h>

#include "rules/rule.h"
#include "rules/waiver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct waivers *w;
	char *why;
	size_t count;
	const struct rule *rules = judge_rules(&count);
	struct call c = { .start_ns = UINT64_C(1767323045000000000) };

	struct work work = { .c = &c };

	if (waiver_parse((struct slice){ data, size }, &w, &why) != ERR_OK) {
		if (w || !why || !*why)
			__builtin_trap();
		free(why);
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		struct finding f = { .rule = &rules[i], .element = "10.0.0.1:5060" };
		const struct waiver *holds = waiver_ask(w, &work, &f);
		if (holds && holds->rule != f.rule)
			__builtin_trap();
	}
	for (size_t i = 0; i < waiver_count(w); i++)
		(void)waiver_state_text(waiver_state(w, waiver_at(w, i)));
	waiver_free(w);
	return 0;
}
