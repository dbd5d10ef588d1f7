/* fuzz_tls.c - TLS records, handshake messages and hellos. */
#include <stdlib.h>

#include "analyzer/proto/tls/tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(struct tls_hello *hello)
{
	struct tls_extension e;
	struct slice name;

	while (tls_extension_next(&hello->extensions, &e))
		;
	while (tls_alpn_next(&hello->alpn, &name))
		if (name.n == 0)
			abort();
}

static void read_messages(struct slice bytes)
{
	struct tls_message m;
	struct tls_hello hello;

	while (tls_message_next(&bytes, &m) == ERR_OK) {
		if (tls_client_hello(m.body, false, &hello) == ERR_OK)
			walk(&hello);
		if (tls_client_hello(m.body, true, &hello) == ERR_OK)
			walk(&hello);
		if (tls_server_hello(m.body, &hello) == ERR_OK)
			walk(&hello);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice s = { data, size };
	struct tls_record record;

	(void)tls_looks_like(s);
	read_messages(s);
	while (tls_next(&s, &record) == ERR_OK)
		read_messages(record.body);
	return 0;
}
