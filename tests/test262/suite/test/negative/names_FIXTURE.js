// No test: imported by resolution.js.
export const present = 1;
