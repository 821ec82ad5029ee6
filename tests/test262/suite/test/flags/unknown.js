/*---
flags: [onFridays]
---*/
