/*---
flags: [raw]
---*/
if (typeof assert !== "undefined") throw new Error("there is assert");
if (typeof $262 !== "object") throw new Error("there is no $262");
var seen = 1;
if ((function () { return this.seen; })() !== 1) throw new Error("not sloppy");
