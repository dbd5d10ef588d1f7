/* label.h - what an input is called when the user did not say. */
#ifndef EARSHOT_LABEL_H
#define EARSHOT_LABEL_H

const char *label_base_name(const char *path); /* without folders; within `path` */
/* "calls/alice.pcap.gz" is alice, "-" is stdin. The caller's to free. */
char *label_default(const char *path);

#endif
