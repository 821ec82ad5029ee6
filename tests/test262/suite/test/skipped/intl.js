/*---
features: [Intl.Locale]
---*/
assert(false);
