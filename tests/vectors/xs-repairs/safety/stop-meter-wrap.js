print('start');
const most = 2 ** 31 - 1;
const long = 'x'.repeat(1e6), same = 'x'.repeat(1e6); // slow to compare, not counted
function pass() {
  for (let i = 0; i < 60; i++);
}
// A meter of 32 bits is begun anew by the host's look at it, where it can be known.
''.repeat(most);
''.repeat(most);
// To just below half, a little on, and past the end before it is looked at again.
''.repeat(most - 300);
pass();
''.repeat(most);
while (long === same);
