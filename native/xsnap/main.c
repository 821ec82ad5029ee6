/* The worker executable. It must stay this small: the same main is entered by
   re-executed Python. */

#include "xsnap.h"

int main(int argc, char **argv) { return xsnap_worker_main(argc, argv); }
