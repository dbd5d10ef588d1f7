/* endpoint_request.c - reads the head of a request strictly (RFC 9112 2 to 5). */
#include "analyzer/watch/endpoint_request.h"

enum {
	MORE = 0,
	OK = 200,
	BAD = 400,
	NOT_FOUND = 404,
	NOT_ALLOWED = 405,
	TOO_LONG = 414,
	TOO_LARGE = 431,
	VERSION = 505
};

/* The line without its end; lines may end in a bare LF (RFC 9112 2.2). False: its end has not
 * come. */
static bool cut_line(struct slice *rest, struct slice *line)
{
	size_t n = slice_find(*rest, '\n');

	if (n == rest->n)
		return false;
	*line = slice_upto(*rest, n);
	*rest = slice_from(*rest, n + 1);
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

static bool is_token(struct slice s)
{
	static const char others[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		bool plain =
			(c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!plain && (!c || !strchr(others, c)))
			return false;
	}
	return s.n != 0;
}

static bool is_visible(struct slice s, bool blanks)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' + !blanks ? !(blanks && s.p[i] == '\t') : s.p[i] == 0x7f)
			return false;
	return true;
}

/* The path; of http://host/path too (RFC 9112 3.2.2). */
static struct slice path_of(struct slice target)
{
	static const char scheme[] = "http://";

	if (slice_istarts(target, SLICE(scheme))) {
		target = slice_from(target, sizeof scheme - 1);
		target = slice_from(target, slice_find(target, '/'));
		if (!target.n)
			return SLICE("/");
	}
	return slice_upto(target, slice_find(target, '?'));
}

static int page_of(struct slice path, enum endpoint_page *page)
{
	static const struct {
		struct slice path;
		enum endpoint_page page;
	} pages[] = {
		{ { (const uint8_t *)"/", 1 }, ENDPOINT_HOME },
		{ { (const uint8_t *)"/metrics", 8 }, ENDPOINT_METRICS },
		{ { (const uint8_t *)"/health", 7 }, ENDPOINT_HEALTH },
	};

	if (!path.n || path.p[0] != '/')
		return BAD;
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
		if (slice_eq(path, pages[i].path)) {
			*page = pages[i].page;
			return OK;
		}
	return NOT_FOUND;
}

/* HTTP/1.0 and 1.1; *host: the version asks for one. */
static int version_of(struct slice s, bool *host)
{
	*host = slice_eq(s, SLICE("HTTP/1.1"));
	if (*host || slice_eq(s, SLICE("HTTP/1.0")))
		return OK;
	return s.n == 8 && slice_starts(s, SLICE("HTTP/")) ? VERSION : BAD;
}

static int request_line(struct slice line, struct endpoint_request *r, bool *host)
{
	struct slice method, target;

	if (!slice_cut(&line, ' ', &method) || !slice_cut(&line, ' ', &target) ||
	    !is_token(method) || !target.n || !is_visible(target, false))
		return BAD;
	int status = version_of(line, host);
	if (status != OK)
		return status;
	r->head = slice_eq(method, SLICE("HEAD"));
	if (!r->head && !slice_eq(method, SLICE("GET")))
		return NOT_ALLOWED;
	return page_of(path_of(target), &r->page);
}

static bool field(struct slice line, unsigned *hosts)
{
	size_t colon = slice_find(line, ':');
	struct slice name = slice_upto(line, colon);

	/* A folded line begins with a blank, which no name does. */
	if (colon == line.n || !is_token(name) || !is_visible(slice_from(line, colon + 1), true))
		return false;
	*hosts += slice_ieq(name, SLICE("host"));
	return true;
}

/* The fields up to the empty line. */
static int fields(struct slice rest, bool host)
{
	unsigned hosts = 0, count = 0;
	struct slice line;

	while (cut_line(&rest, &line)) {
		if (!line.n)
			return hosts > 1 || (host && !hosts) ? BAD : OK;
		if (++count > ENDPOINT_REQUEST_FIELDS)
			return TOO_LARGE;
		if (!field(line, &hosts))
			return BAD;
	}
	return MORE;
}

struct endpoint_request endpoint_request_read(struct slice bytes)
{
	struct endpoint_request r = { .status = MORE };
	struct slice line;
	bool host = false, full = bytes.n >= ENDPOINT_REQUEST_MOST;

	/* Empty lines in front are passed over (RFC 9112 2.2). */
	do {
		if (!cut_line(&bytes, &line)) {
			r.status = full ? TOO_LONG : MORE;
			return r;
		}
	} while (!line.n);
	int first = request_line(line, &r, &host);
	int rest = first == BAD || first == VERSION ? OK : fields(bytes, host);
	if (rest == MORE)
		r.status = full ? TOO_LARGE : MORE;
	else
		r.status = rest == OK ? first : rest;
	return r;
}
