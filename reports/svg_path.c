/* svg_path.c - hosts in a row, signaling above, media below. */
#include "reports/svg_path.h"

#include <stdio.h>
#include <string.h>

#include "reports/escape.h"
#include "reports/jvalue.h"
#include "reports/wording.h"

enum {
	NODES_MAX = 7,
	EDGES_MAX = 24,
	BOX_W = 120,
	BOX_H = 46,
	PITCH = 300,
	TOP = 60,
	HOST_MAX = 96
};

struct node {
	char name[HOST_MAX];
	const char *role;
};

struct edge {
	int a, b;
	char word[64];
	const char *tone;
	int weight; /* the worst of several between one pair is drawn */
	bool media;
};

struct picture {
	struct node nodes[NODES_MAX];
	struct edge edges[EDGES_MAX];
	int node_count, edge_count;
	bool more; /* hosts that found no room */
};

/* "10.0.0.1:5060", "[2001:db8::1]:5060" or "endpoint-3:5060" without the port. */
static void host_of(const char *address, char out[HOST_MAX])
{
	const char *first = strchr(address, ':'), *last = strrchr(address, ':');
	const char *bracket = strchr(address, ']');
	size_t n = strlen(address);

	if (address[0] == '[' && bracket)
		n = (size_t)(bracket - address) + 1;
	else if (first && first == last)
		n = (size_t)(last - address);
	(void)snprintf(out, HOST_MAX, "%.*s", (int)(n < HOST_MAX ? n : HOST_MAX - 1), address);
}

static int node_of(struct picture *p, const char *name)
{
	for (int i = 0; i < p->node_count; i++)
		if (strcmp(p->nodes[i].name, name) == 0)
			return i;
	if (p->node_count == NODES_MAX) {
		p->more = true;
		return -1;
	}
	(void)snprintf(p->nodes[p->node_count].name, HOST_MAX, "%s", name);
	p->nodes[p->node_count].role = "";
	return p->node_count++;
}

static void connect(struct picture *p, const char *a, const char *b, struct edge e)
{
	char one[HOST_MAX], two[HOST_MAX];

	if (!*a || !*b)
		return;
	host_of(a, one);
	host_of(b, two);
	if (strcmp(one, two) == 0) { /* several programs on one host */
		(void)snprintf(one, sizeof one, "%.95s", a);
		(void)snprintf(two, sizeof two, "%.95s", b);
	}
	e.a = node_of(p, one);
	e.b = node_of(p, two);
	if (e.a < 0 || e.b < 0 || e.a == e.b)
		return;
	for (int i = 0; i < p->edge_count; i++) {
		struct edge *o = &p->edges[i];
		bool same = (o->a == e.a && o->b == e.b) || (o->a == e.b && o->b == e.a);
		if (!same || o->media != e.media)
			continue;
		if (e.weight > o->weight)
			*o = e;
		return;
	}
	if (p->edge_count < EDGES_MAX)
		p->edges[p->edge_count++] = e;
}

static void signaling(struct picture *p, const json_t *leg)
{
	struct edge e = { .tone = "none", .weight = 1 };
	const char *how = "not seen";

	if (jvalue_is(leg, "readable")) {
		e = (struct edge){ .tone = "bad", .weight = 4 };
		how = "readable";
	} else if (jvalue_is(leg, "tunnelled")) {
		e = (struct edge){ .tone = "doubt", .weight = 3 };
		how = "asserted tunnel";
	} else if (jvalue_is(leg, "decrypted")) {
		e = (struct edge){ .tone = "doubt", .weight = 2 };
		how = "decrypted here";
	} else if (jvalue_is(leg, "encrypted")) {
		e = (struct edge){ .tone = "good", .weight = 3 };
		how = "encrypted";
	}
	(void)snprintf(e.word, sizeof e.word, "%.10s, %s", jvalue_str(leg, "transport"), how);
	connect(p, jvalue_str(leg, "a"), jvalue_str(leg, "b"), e);
}

static int weight_of(const char *protection)
{
	static const char *const order[] = { "srtp-verified", "no-plaintext-found", "insufficient",
					     "clear" };

	for (int i = 0; i < 4; i++)
		if (strcmp(order[i], protection) == 0)
			return i + 1;
	return 0;
}

static void media(struct picture *p, const json_t *line)
{
	const json_t *segments = jvalue_get(line, "segments");

	for (size_t i = 0; i < json_array_size(segments); i++) {
		const json_t *s = json_array_get(segments, i);
		const char *protection = jvalue_str(s, "protection");
		struct edge e = { .tone = wording_protection_tone(protection),
				  .weight = weight_of(protection),
				  .media = true };
		(void)snprintf(e.word, sizeof e.word, "%.12s, %s", jvalue_str(line, "kind"),
			       strcmp(protection, "clear") == 0 ? "readable"
								: wording_protection(protection));
		connect(p, jvalue_str(s, "a"), jvalue_str(s, "b"), e);
	}
}

static void role(struct picture *p, const char *address, const char *role)
{
	char host[HOST_MAX];

	host_of(address, host);
	for (int i = 0; i < p->node_count; i++) {
		char own[HOST_MAX];
		host_of(p->nodes[i].name, own);
		if (strcmp(own, host) == 0 && !p->nodes[i].role[0] && strcmp(role, "unknown") != 0)
			p->nodes[i].role = role;
	}
}

static void roles(struct picture *p, const json_t *call)
{
	const json_t *ends = jvalue_get(call, "ends"), *list = jvalue_get(call, "within_earshot");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *e = json_array_get(list, i);
		role(p, jvalue_str(e, "who"), jvalue_str(e, "role"));
	}
	for (size_t i = 0; i < json_array_size(ends); i++) {
		const json_t *e = json_array_get(ends, i);
		role(p, jvalue_str(e, "address"), jvalue_str(e, "role"));
	}
}

/* The called end stands last; the others keep the order in which the path names them. */
static void put_last(struct picture *p, const char *address)
{
	char host[HOST_MAX];
	int at = 0, last = p->node_count - 1;

	host_of(address, host);
	while (at <= last && strcmp(p->nodes[at].name, host) != 0)
		at++;
	if (!*host || at >= last)
		return;
	struct node end = p->nodes[at];
	memmove(&p->nodes[at], &p->nodes[at + 1], (size_t)(last - at) * sizeof end);
	p->nodes[last] = end;
	for (int i = 0; i < p->edge_count; i++) {
		int *ends[2] = { &p->edges[i].a, &p->edges[i].b };
		for (int k = 0; k < 2; k++)
			*ends[k] = *ends[k] == at ? last : *ends[k] > at ? *ends[k] - 1 : *ends[k];
	}
}

/* In the order of the path, where it is known. */
static void stations(struct picture *p, const json_t *hosts)
{
	for (size_t i = 0; i < json_array_size(hosts); i++) {
		const json_t *h = json_array_get(hosts, i);
		char name[HOST_MAX];
		host_of(jvalue_str(h, "at"), name);
		int at = node_of(p, name);
		if (at >= 0 && strcmp(jvalue_str(h, "role"), "unknown") != 0)
			p->nodes[at].role = jvalue_str(h, "role");
	}
}

static void collect(struct picture *p, const json_t *call)
{
	const json_t *hosts = jvalue_get(jvalue_get(call, "path"), "hosts");
	const json_t *legs = jvalue_get(call, "legs"), *lines = jvalue_get(call, "media");
	const json_t *ends = jvalue_get(call, "ends");

	stations(p, hosts);
	for (size_t i = 0; i < json_array_size(legs); i++)
		signaling(p, json_array_get(legs, i));
	for (size_t i = 0; i < json_array_size(lines); i++)
		media(p, json_array_get(lines, i));
	if (!hosts)
		put_last(p, jvalue_str(json_array_get(ends, 1), "address"));
	roles(p, call);
}

/* ---- drawing ------------------------------------------------------------------- */

static void draw_node(FILE *out, const struct node *n, int i)
{
	int x = i * PITCH + 4;

	(void)fprintf(
		out,
		"<g class=\"box\"><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>"
		"<text x=\"%d\" y=\"%d\">",
		x, TOP, BOX_W, BOX_H, x + BOX_W / 2, n->role[0] ? TOP + 20 : TOP + 27);
	escape_short(out, n->name, 17);
	if (n->role[0]) {
		(void)fprintf(out, "</text><text class=\"role\" x=\"%d\" y=\"%d\">", x + BOX_W / 2,
			      TOP + 36);
		escape_short(out, n->role, 18);
	}
	(void)fputs("</text></g>\n", out);
}

/* Neighbours by a straight line; others by a bow over or under the boxes between them. */
static void draw_edge(FILE *out, const struct edge *e)
{
	int left = e->a < e->b ? e->a : e->b, right = e->a < e->b ? e->b : e->a,
	    span = right - left;
	int x1 = left * PITCH + 4 + BOX_W, x2 = right * PITCH + 4, middle = (x1 + x2) / 2;
	int y = e->media ? TOP + 34 : TOP + 14, label = e->media ? y + 14 : y - 6;

	if (span == 1) {
		(void)fprintf(out, "<path class=\"e-%s\" d=\"M%d %dH%d\"/>", e->tone, x1, y, x2);
	} else {
		int edge = e->media ? TOP + BOX_H : TOP,
		    bow = e->media ? edge + 14 + 14 * span : edge - 14 - 8 * span;
		x1 -= BOX_W / 3;
		x2 += BOX_W / 3;
		(void)fprintf(out, "<path class=\"e-%s\" d=\"M%d %dC%d %d %d %d %d %d\"/>", e->tone,
			      x1, edge, x1, bow, x2, bow, x2, edge);
		label = e->media ? (edge + 3 * bow) / 4 + 14 : (edge + 3 * bow) / 4 - 5;
	}
	(void)fprintf(out, "<text class=\"t-%s\" x=\"%d\" y=\"%d\">", e->tone, middle, label);
	escape_short(out, e->word, 30);
	(void)fputs("</text>\n", out);
}

static void describe(FILE *out, const struct picture *p)
{
	(void)fputs("<title>Path of the call: ", out);
	for (int i = 0; i < p->edge_count; i++) {
		const struct edge *e = &p->edges[i];
		(void)fputs(i ? "; " : "", out);
		escape_short(out, p->nodes[e->a].name, 48);
		(void)fputs(" to ", out);
		escape_short(out, p->nodes[e->b].name, 48);
		(void)fputs(e->media ? " " : " SIP ", out);
		escape_short(out, e->word, 48);
	}
	(void)fputs("</title>\n", out);
}

/* How many boxes the longest bow over (or under) the row spans; 1: none does. */
static int longest(const struct picture *p, bool media)
{
	int span = 1;

	for (int i = 0; i < p->edge_count; i++) {
		int n = p->edges[i].b - p->edges[i].a;
		n = n < 0 ? -n : n;
		if (p->edges[i].media == media && n > span)
			span = n;
	}
	return span;
}

static void open_picture(FILE *out, const struct picture *p)
{
	int above = longest(p, false), below = longest(p, true);
	int top = above > 1 ? TOP - 26 - 8 * above : TOP - 12;
	int bottom = below > 1 ? TOP + BOX_H + 34 + 14 * below : TOP + BOX_H + 12;
	int width = (p->node_count - 1) * PITCH + BOX_W + 8;

	(void)fprintf(
		out,
		"<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Path of the "
		"call\"><svg class=\"path\" role=\"img\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 %d %d %d\">",
		width, bottom - top, top, width, bottom - top);
}

bool svg_path_write(FILE *out, const json_t *call)
{
	struct picture p = { 0 };

	collect(&p, call);
	if (p.node_count < 2)
		return false;
	open_picture(out, &p);
	describe(out, &p);
	for (int i = 0; i < p.edge_count; i++)
		draw_edge(out, &p.edges[i]);
	for (int i = 0; i < p.node_count; i++)
		draw_node(out, &p.nodes[i], i);
	(void)fputs("</svg></div>\n", out);
	(void)fputs(
		p.more ? "<p class=\"fine\">More hosts took part; the tables below name them.</p>\n"
		       : "",
		out);
	return true;
}
