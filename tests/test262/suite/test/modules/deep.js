/*---
flags: [module]
---*/
import { deep } from "./below/first_FIXTURE.js";
assert.sameValue(deep, "second");
