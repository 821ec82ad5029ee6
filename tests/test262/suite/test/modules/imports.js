/*---
flags: [module]
---*/
import { name, self } from "./imported_FIXTURE.js";
import * as own from "./imports.js";
assert.sameValue(name, "fixture");
assert.sameValue(self(), own);
export const once = 1;
