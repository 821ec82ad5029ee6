/* Numbers of a native worker (docs/frames.md, "The native child"). */

#ifndef XSNAP_WORKER_H
#define XSNAP_WORKER_H

enum {
  WORKER_ERRORS = 2, /* crash reports, the supervisor's choice */
  WORKER_LINK_IN = 3,
  WORKER_LINK_OUT = 4,
  WORKER_DEBUG = 5,
  WORKER_PAGE = 6,
  WORKER_SNAPSHOT = 7,
  WORKER_DESCRIPTORS = 8,
};

#endif
