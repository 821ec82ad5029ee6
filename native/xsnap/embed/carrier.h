/* How a process carries machines that are instances of engo.wasm: a pool of
   threads with large stacks takes records off each instance's input, delivers
   them, and gathers what it emits. Python writes bytes, reads bytes and is
   told when there are some; no thread of the pool ever needs the interpreter.

   The runtime (wasmtime) is not linked: Python loads its library and hands over
   the addresses of the few functions that are needed here. Nothing in here
   knows what a record means. */

#ifndef ENGO_CARRIER_H
#define ENGO_CARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "carrier.cdef.h"

/* A value of WebAssembly as the runtime passes it: wasmtime_val_raw_t. */
typedef union EngoValue {
  int32_t i32;
  int64_t i64;
  uint8_t v128[16];
} EngoValue;

#endif
