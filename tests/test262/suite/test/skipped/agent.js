/*---
---*/
$262.agent.start("");
