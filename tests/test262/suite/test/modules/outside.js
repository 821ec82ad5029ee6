/*---
description: nothing outside of test/ can be read
flags: [module]
---*/
import "../../../harness/sta.js";
