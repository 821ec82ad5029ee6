/*---
includes: [nowhere.js]
flags: [noStrict]
---*/
