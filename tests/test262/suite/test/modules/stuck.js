/*---
flags: [module]
---*/
await new Promise(() => {});
