/* topic.c - texts of rules/topics, compiled in. */
#include "rules/topic.h"

#include <strings.h>

/* Another topic is a file, a line here and a line in the table. */
#define TEXT(name, file)                                                                           \
	__asm__(".pushsection .rodata\n.global topic_text_" #name "\ntopic_text_" #name            \
		":\n.incbin \"rules/topics/" file "\"\n.byte 0\n.popsection\n");                   \
	extern const char topic_text_##name[]

TEXT(tls, "tls.txt");
TEXT(srtp, "srtp.txt");
TEXT(sbc, "sbc.txt");
TEXT(contact_center, "contact-center.txt");

static const struct topic topics[] = {
	{ "tls", "Is TLS end-to-end encryption?", topic_text_tls },
	{ "srtp", "Does SRTP guarantee end-to-end encryption?", topic_text_srtp },
	{ "sbc", "Can a session border controller preserve end-to-end encryption?",
	  topic_text_sbc },
	{ "contact-center", "Do contact centres need end-to-end encryption?",
	  topic_text_contact_center },
};

const struct topic *topic_at(size_t i)
{
	return i < sizeof topics / sizeof *topics ? &topics[i] : NULL;
}

const struct topic *topic_find(const char *name)
{
	const struct topic *t;

	for (size_t i = 0; (t = topic_at(i)); i++)
		if (strcasecmp(t->name, name) == 0)
			return t;
	return NULL;
}
