// No test: imported by its neighbour.
export const deep = "second";
