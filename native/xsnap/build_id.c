/* The build id, given by the build as XSNAP_BUILD_ID: a digest over the sources
   of XSnap, XS and its repairs. Snapshots of another build are refused by it.
 */

#include "xsnap.h"

#ifndef XSNAP_BUILD_ID
#define XSNAP_BUILD_ID "development"
#endif

const char *xsnap_build_id(void) { return XSNAP_BUILD_ID; }
